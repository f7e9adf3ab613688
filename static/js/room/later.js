// What comes with time alone: a hint at the desk, and a press that a phone may make now. Nobody writes a row for it.

const drawn = new WeakMap(); // element → when this drawing of it came
const asked = new WeakSet();

function age(element) {
  if (!drawn.has(element)) drawn.set(element, performance.now());
  return (performance.now() - drawn.get(element)) / 1000;
}

export function letTimePass(root, fetchSoon) {
  setInterval(() => {
    for (const hint of root.querySelectorAll("[data-after]")) {
      if (age(hint) >= Number(hint.dataset.after)) hint.hidden = false;
    }
    for (const box of root.querySelectorAll("[data-fresh-in]")) {
      if (asked.has(box) || age(box) < Number(box.dataset.freshIn)) continue;
      asked.add(box);
      fetchSoon();
    }
  }, 1000);
}
