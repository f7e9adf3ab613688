// What a step has besides notes: what all of an audience see comes with the log, what is one’s own is fetched.

import { findAll } from "./notes/dom.js";

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
    const held = place.contains(document.activeElement) ? document.activeElement : null;
    const { name, value } = held ?? {};
    place.innerHTML = html;
    if (!held) return;
    const same = name && place.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
    (same || place.querySelector("button, [tabindex]") || this.headingOf(place))?.focus();
  }

  headingOf(place) {
    return place.closest("[data-stage-of]")?.querySelector("h2");
  }
}
