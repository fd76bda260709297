// Keeps what was chosen in a form for this tab, so that a reload in between loses nothing. Sent forms are forgotten.
const place = (form) => `kept:${form.getAttribute("action")}`;
const inputs = (form) => [...form.elements].filter((each) => each.name && each.type !== "hidden");

function remember(form) {
  const kept = inputs(form).map((each) =>
    ["checkbox", "radio"].includes(each.type) ? [each.name, each.value, each.checked] : [each.name, each.value]);
  sessionStorage.setItem(place(form), JSON.stringify(kept));
}

function restore(form) {
  const known = new Map();
  for (const [name, value, checked] of JSON.parse(sessionStorage.getItem(place(form)) ?? "[]"))
    known.set(checked === undefined ? name : `${name}=${value}`, checked ?? value);
  for (const each of inputs(form)) {
    const isTicked = ["checkbox", "radio"].includes(each.type);
    const kept = known.get(isTicked ? `${each.name}=${each.value}` : each.name);
    if (kept === undefined) continue;
    if (isTicked) each.checked = kept;
    else if (!each.value) each.value = kept;
  }
}

export function begin(forms) {
  const isRefused = document.getElementById("trouble") !== null;
  for (const form of forms) {
    if (!isRefused) restore(form);
    form.addEventListener("input", () => remember(form));
    form.addEventListener("submit", () => sessionStorage.removeItem(place(form)));
  }
}
