// The desk’s panels that sort notes and hold votes: what is typed and ticked there outlives each fresh drawing.

import { findAll } from "./notes/dom.js";

export class Desk {
  constructor(root) {
    this.root = root;
    this.drawn = new WeakMap(); // place → what stands there
  }

  // Fresh panels of a stage, as they came with a piece.
  draw({ stage, sort, vote }) {
    if (sort !== undefined) for (const place of findAll(this.root, "data-sort", stage)) this.drawPanel(place, sort);
    if (vote !== undefined) for (const place of findAll(this.root, "data-vote", stage)) this.drawPanel(place, vote);
  }

  // What is the same stays, so that no press is lost while notes come in.
  drawPanel(place, html) {
    if (this.drawn.get(place) === html) return;
    this.drawn.set(place, html);
    const isOpen = Boolean(place.querySelector("details[open]"));
    const typed = new Map([...place.querySelectorAll("[data-typed]")].map((field) => [field.id, field.value]));
    const held = place.contains(document.activeElement) ? document.activeElement : null;
    place.innerHTML = html;
    for (const fold of place.querySelectorAll("details")) fold.open = isOpen;
    for (const [id, value] of typed) {
      const field = place.querySelector(`#${CSS.escape(id)}`);
      if (field && (field.localName !== "select" || [...field.options].some((one) => one.value === value))) {
        field.value = value;
      }
    }
    if (held) (sameIn(place, held) ?? place.querySelector("summary, button"))?.focus();
  }

  // The notes were sorted: the ticks and the name have done their work.
  cleared(button) {
    if (!button?.matches("[data-clears]")) return;
    for (const box of this.root.querySelectorAll("[data-tick]:checked")) box.checked = false;
    for (const field of button.form.elements) if (field.matches("[data-typed]")) field.value = "";
  }
}

function sameIn(place, held) {
  if (held.id) return place.querySelector(`#${CSS.escape(held.id)}`);
  if (held.dataset.hold) return place.querySelector(`[data-hold="${CSS.escape(held.dataset.hold)}"]`);
  return held.name ? place.querySelector(`[name="${held.name}"][value="${CSS.escape(held.value)}"]`) : null;
}
