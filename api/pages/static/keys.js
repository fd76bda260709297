// j and k walk through the rows of a list, Enter opens the row that is marked.
let rows = [];
let here = -1;

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

function go(to) {
  if (!rows.length) return;
  rows[here]?.classList.remove("here");
  here = Math.max(0, Math.min(rows.length - 1, to));
  rows[here].classList.add("here");
  rows[here].querySelector("a")?.focus({ preventScroll: true });
  rows[here].scrollIntoView({ block: "nearest" });
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "j") go(here + 1);
  else if (event.key === "k") go(here - 1);
  else return;
  event.preventDefault();
}

export function begin(lists) {
  rows = [...lists].flatMap((list) => [...list.querySelectorAll("tbody tr, :scope > li")]);
  document.addEventListener("keydown", pressed);
  for (const hint of document.querySelectorAll(".keys-hint")) hint.hidden = rows.length === 0;
}
