// What a step has besides notes: what all of an audience see comes with the log, what is one’s own is fetched.

import { findAll } from "./notes/dom.js";

// What one has claimed, in the list that all have: pressed, and the next press takes it back. What one has written
// cannot be claimed.
function markClaims(place) {
  const step = place.closest("[data-stage-of]");
  const box = step?.querySelector("[data-claimed]");
  if (!box) return;
  const claimed = box.dataset.claimed.split(" ");
  const own = box.dataset.own.split(" ");
  for (const button of step.querySelectorAll("[data-claim]")) {
    const handle = button.dataset.claim;
    const isMine = claimed.includes(handle);
    button.setAttribute("aria-pressed", isMine);
    button.value = `${isMine ? "drop" : "claim"}/${handle}`;
    button.hidden = own.includes(handle);
  }
  for (const mark of step.querySelectorAll("[data-claim-own]")) mark.hidden = !own.includes(mark.dataset.claimOwn);
}

export class Helpers {
  constructor(root, { fetchSoon }) {
    this.root = root;
    this.fetchSoon = fetchSoon;
    this.drawn = new WeakMap(); // place → what stands there
  }

  // News of a step, the same for everybody here; our own part may be new, too.
  told({ stage, html }) {
    for (const place of findAll(this.root, "data-helper", stage)) this.draw(place, html);
    if (findAll(this.root, "data-helper-own", stage).length) this.fetchSoon();
  }

  setOwn(own) {
    for (const [stage, html] of Object.entries(own ?? {})) {
      for (const place of findAll(this.root, "data-helper-own", stage)) this.draw(place, html);
    }
  }

  // What is the same stays; the keyboard stays where it was.
  draw(place, html) {
    if (this.drawn.get(place) === html) return;
    this.drawn.set(place, html);
    this.replace(place, html);
    markClaims(place);
  }

  replace(place, html) {
    const held = place.contains(document.activeElement) ? document.activeElement : null;
    const { name, value, selectionStart: caret } = held ?? {};
    const typed = this.typedIn(place);
    const chosen = [...place.querySelectorAll("select[name]")].map((box) => [box.name, box.value]);
    const open = [...place.querySelectorAll("details[data-keep-open][open]")].map((fold) => fold.dataset.keepOpen);
    place.innerHTML = html;
    for (const key of open) place.querySelector(`[data-keep-open="${key}"]`)?.setAttribute("open", "");
    for (const [box, value] of chosen) {
      const again = place.querySelector(`select[name="${CSS.escape(box)}"]`);
      if (again?.querySelector(`option[value="${CSS.escape(value)}"]`)) again.value = value;
    }
    for (const [box, words] of typed) {
      const again = place.querySelector(`input[name="${CSS.escape(box)}"]`);
      if (again) again.value = words;
    }
    if (!held) return;
    if (held.matches("input")) {
      const box = place.querySelector(`input[name="${CSS.escape(name)}"]`);
      box?.focus();
      box?.setSelectionRange(caret, caret);
      if (box) return;
    }
    const same = name && place.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
    (same || place.querySelector("button, [tabindex]") || this.headingOf(place))?.focus();
  }

  // What somebody is typing while others press: it is not theirs to lose.
  typedIn(place) {
    const boxes = [...place.querySelectorAll("input[name]")];
    return boxes.filter((box) => box.value !== box.defaultValue).map((box) => [box.name, box.value]);
  }

  headingOf(place) {
    return place.closest("[data-stage-of]")?.querySelector("h2");
  }
}
