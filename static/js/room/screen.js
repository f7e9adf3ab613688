// The big screen and what the desk knows of it: its pages, and what stands alone with a clock of its own.

import { findAll } from "./notes/dom.js";
import { inDigits } from "./digits.js";

export class Screen {
  constructor(root, { clock, say }) {
    this.root = root;
    this.clock = clock;
    this.say = say;
    setInterval(() => this.tick(), 250);
    this.tick();
  }

  // A page was turned, or something put alone on the screen or taken off: said. What only draws the same page anew, as
  // each press in a helper does, is not.
  told({ kind, stage, wall, desk }) {
    if (desk !== undefined) this.drawDesk(stage, desk);
    if (wall === undefined) return;
    const before = this.standing(stage);
    for (const board of findAll(this.root, "data-board", stage)) board.innerHTML = wall;
    this.tick();
    const now = this.standing(stage);
    if (kind === "screen" || now !== before) this.say(now);
  }

  // What is on the screen of a step, in words.
  standing(stage) {
    const board = `[data-board="${CSS.escape(stage)}"]`;
    const page = this.root.querySelector(`${board} :not([hidden]) > [data-page]`);
    if (page) return `${page.textContent}.`;
    const alone = this.root.querySelector(`${board} [data-alone]`);
    return alone ? "One thing is alone on the screen." : "All notes are on the screen.";
  }

  // Each new note draws it: an open fold stays open, unless a button in it is being pressed, and the keyboard stays
  // where it was.
  drawDesk(stage, html) {
    for (const desk of findAll(this.root, "data-desk", stage)) {
      const held = desk.contains(document.activeElement) ? document.activeElement : null;
      const open = desk.querySelector("details[open]");
      const isOpen = Boolean(open) && !open.querySelector("[aria-disabled=true]");
      desk.innerHTML = html;
      for (const fold of desk.querySelectorAll("details")) fold.open = isOpen;
      if (held) sameIn(desk, held)?.focus();
    }
    this.tick();
  }

  // When the time of what stands alone is over, all notes are back.
  tick() {
    for (const alone of this.root.querySelectorAll("[data-alone]")) {
      const left = this.clock.secondsTo(Number(alone.dataset.ends));
      if (left <= 0) this.end(alone);
      else this.draw(alone, inDigits(left));
    }
  }

  draw(alone, digits) {
    const face = alone.querySelector("[data-alone-face]");
    const words = alone.querySelector("[data-alone-words]");
    if (face.textContent !== digits) face.textContent = digits;
    if (words.textContent !== words.dataset.aloneWords) words.textContent = words.dataset.aloneWords;
  }

  end(alone) {
    const hadFocus = alone.contains(document.activeElement);
    const rest = alone.parentElement.querySelector("[data-all]");
    alone.remove();
    rest.hidden = false;
    if (hadFocus) rest.closest("[data-desk]")?.querySelector("h3")?.focus();
    if (rest.closest("[data-board]")) this.say("All notes are on the screen.");
  }
}

// What is drawn anew in the place of a control, or else the summary of its fold, or the heading.
function sameIn(desk, held) {
  const unseen = "[hidden], details:not([open]) > :not(summary)";
  const there = [...desk.querySelectorAll("button, summary, h3")].filter((one) => !one.closest(unseen));
  const same = there.find((one) => markOf(one) === markOf(held));
  const fold = held.closest("details") && there.find((one) => one.matches("summary"));
  return same ?? (fold || there[0]);
}

function markOf(control) {
  if (control.dataset.hold) return control.dataset.hold;
  return [control.localName, control.getAttribute("form"), control.name, control.value].join(" ");
}
