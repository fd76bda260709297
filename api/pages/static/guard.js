// Asks before a page with unsaved input is left.
let sending = false;

export function begin(forms) {
  for (const form of forms) {
    form.addEventListener("input", () => { form.dataset.touched = "yes"; });
    form.addEventListener("submit", (event) => { sending = !event.defaultPrevented; });
    form.addEventListener("saved", () => { delete form.dataset.touched; });
  }
  window.addEventListener("beforeunload", (event) => {
    if (!sending && [...forms].some((form) => form.dataset.touched)) event.preventDefault();
  });
}
