// Loads the modules a page asks for by its attributes. Every page works without them.
const wanted = [
  ["form[data-autosave]", "./autosave.js"],
  ["form[data-upload]", "./upload.js"],
  ["form[data-guard]", "./guard.js"],
  ["form[data-keep]", "./keep.js"],
  ["[data-keys]", "./keys.js"],
  ["[data-watch]", "./watch.js"],
];

for (const [selector, module] of wanted) {
  const found = document.querySelectorAll(selector);
  if (found.length) import(module).then((loaded) => loaded.begin(found));
}

document.getElementById("trouble")?.focus();

// A second click while the first is under way would only ask the same thing again.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const button = event.submitter;
  if (button?.getAttribute("aria-busy") === "true") event.preventDefault();
  else button?.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const busy of document.querySelectorAll('[aria-busy="true"]')) busy.removeAttribute("aria-busy");
});
