// What is being pressed stays where it is until the finger is up: a fresh drawing under it would swallow the press.

const CLICK_MS = 50; // the click comes after the finger is up

// Answers a function that draws at once, or when nothing inside ``selector`` is being pressed any more.
export function afterPress(root, selector) {
  const waiting = [];
  let isDown = false;
  root.addEventListener("pointerdown", (event) => {
    isDown = Boolean(event.target.closest(selector));
  });
  const released = () => {
    isDown = false;
    while (waiting.length) waiting.shift()();
  };
  for (const name of ["pointerup", "pointercancel"]) {
    addEventListener(name, () => isDown && setTimeout(released, CLICK_MS));
  }
  return (draw) => (isDown ? waiting.push(draw) : draw());
}
