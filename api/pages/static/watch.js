// Looks every few seconds whether a case has moved on, and says so; it never reloads by itself.
const EVERY_MS = 8_000;

async function seen(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) return null;
  const shown = await answer.json();
  const persons = shown.persons.map((each) => [each.stage, each.receipt ?? "", each.result ?? ""].join("/"));
  return [shown.stage, shown.holder, shown.rounds, shown.open_findings, ...persons].join("|");
}

export function begin(places) {
  for (const place of places) {
    const stated = place.dataset.seen;
    let first = null;
    const timer = setInterval(async () => {
      if (document.hidden) return;
      const now = await seen(place.dataset.watch).catch(() => null);
      if (now === null) return;
      first ??= now;
      if (now === first && now.startsWith(stated)) return;
      place.hidden = false;
      clearInterval(timer);
    }, EVERY_MS);
  }
}
