// After the end of a session: what was written in this browser and never sent is shown once, and kept no longer.

const place = document.querySelector("[data-left-over]");
const prefix = `km-room-${place.dataset.leftOver}-`;

function takeAll() {
  try {
    const mine = Object.entries(localStorage).filter(([key]) => key.startsWith(prefix));
    for (const [key] of mine) localStorage.removeItem(key);
    return mine;
  } catch {
    return []; // a browser that keeps nothing
  }
}

// “participant-12-draft-happened” holds the words, “participant-12-note-…” a whole note.
function wordsOf([key, value]) {
  const kind = key.slice(prefix.length).replace(/^[a-z]+-\d*-/, "");
  if (kind.startsWith("draft-")) return value;
  if (!kind.startsWith("note-")) return "";
  try {
    return JSON.parse(value).text;
  } catch {
    return "";
  }
}

const left = takeAll().map(wordsOf).filter((words) => words?.trim());
for (const words of left) {
  place.append(Object.assign(document.createElement("p"), { textContent: words, className: "km-note" }));
}
place.hidden = !left.length;
