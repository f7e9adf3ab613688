// How long the home team has spoken: while it speaks, the figure runs on between two presses.

const begun = new WeakMap(); // box → when this drawing of it came

function draw(box) {
  if (!begun.has(box)) begun.set(box, performance.now());
  const { talk, talkNear: near, talkMost: most, talkRuns: runs } = box.dataset;
  const more = runs === undefined ? 0 : (performance.now() - begun.get(box)) / 1000;
  const seconds = Number(talk) + more;
  const figure = box.querySelector("[data-talk-figure]");
  const words = String(Math.round(seconds / 30) / 2);
  if (figure && figure.textContent !== words) figure.textContent = words;
  const warns = box.querySelector("[data-talk-warns]");
  if (warns) warns.hidden = seconds < Number(near) || seconds > Number(most);
  const over = box.querySelector("[data-talk-over]");
  if (over) over.hidden = seconds <= Number(most);
}

export function letTalkRun(root) {
  setInterval(() => {
    for (const box of root.querySelectorAll("[data-talk]")) draw(box);
  }, 1000);
}
