// The desk’s panels that sort notes and hold votes: what is typed and ticked there outlives each fresh drawing.

import { findAll } from "./notes/dom.js";

export class Desk {
  constructor(root) {
    this.root = root;
    this.drawn = new WeakMap(); // place → what stands there
    for (const place of root.querySelectorAll("[data-sort], [data-vote]")) {
      this.drawn.set(place, wordsOf(contentOf(place.innerHTML)));
    }
  }

  // Fresh panels of a stage, as they came with a piece.
  draw({ stage, sort, vote }) {
    if (sort !== undefined) for (const place of findAll(this.root, "data-sort", stage)) this.drawPanel(place, sort);
    if (vote !== undefined) for (const place of findAll(this.root, "data-vote", stage)) this.drawPanel(place, vote);
  }

  // What is the same stays, so that no press is lost while notes come in.
  drawPanel(place, html) {
    const fresh = contentOf(html);
    const words = wordsOf(fresh);
    if (this.drawn.get(place) === words) return;
    this.drawn.set(place, words);
    const typed = new Map([...place.querySelectorAll("[data-typed]")].map((field) => [field.id, field.value]));
    const held = place.contains(document.activeElement) ? document.activeElement : null;
    replace(place, fresh);
    for (const [id, value] of typed) {
      const field = place.querySelector(`#${CSS.escape(id)}`);
      if (field && (field.localName !== "select" || [...field.options].some((one) => one.value === value))) {
        field.value = value;
      }
    }
    if (!held || document.activeElement === held) return;
    const same = sameIn(place, held);
    same?.focus();
    if (!same || document.activeElement !== same) place.querySelector("summary, h3")?.focus();
  }

  // The notes were sorted: the ticks and the name have done their work.
  // A fresh drawing may have replaced the button meanwhile, so its form is named.
  cleared(button, form) {
    if (!button?.matches("[data-clears]")) return;
    for (const box of this.root.querySelectorAll("[data-tick]:checked")) box.checked = false;
    for (const field of form.elements) if (field.matches("[data-typed]")) field.value = "";
  }
}

function contentOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

// What a panel says; the page’s own has the token of its forms besides, which no piece carries.
function wordsOf(content) {
  const copy = content.cloneNode(true);
  for (const field of copy.querySelectorAll("[name=csrfmiddlewaretoken]")) field.remove();
  const holder = document.createElement("div");
  holder.append(copy);
  return holder.innerHTML.trim();
}

// A fold stays itself, with its summary: open or shut, and under the finger that opens it.
function replace(place, fresh) {
  const there = place.querySelector(":scope > details");
  const fold = [...fresh.children].find((one) => one.localName === "details");
  if (!there || !fold) {
    place.replaceChildren(fresh);
    return;
  }
  const [summary, next] = [there, fold].map((one) => one.querySelector(":scope > summary"));
  if (summary.innerHTML !== next.innerHTML) summary.innerHTML = next.innerHTML;
  next.remove();
  there.replaceChildren(summary, ...fold.childNodes);
}

function sameIn(place, held) {
  if (held.id) return place.querySelector(`#${CSS.escape(held.id)}`);
  if (held.dataset.hold) return place.querySelector(`[data-hold="${CSS.escape(held.dataset.hold)}"]`);
  return held.name ? place.querySelector(`[name="${held.name}"][value="${CSS.escape(held.value)}"]`) : null;
}
