// What happens in the room, for people who hear their screen: short sentences, never the notes themselves.

const STAYS_MS = 10000;

// Each sentence is a line of its own, so that one does not swallow the one before.
export function speak(region, words) {
  if (!region) return;
  const line = Object.assign(document.createElement("span"), { textContent: `${words} ` });
  region.append(line);
  setTimeout(() => line.remove(), STAYS_MS);
}
