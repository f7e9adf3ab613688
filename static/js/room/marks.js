// What is one’s own on the cards that everybody has: “Yours”, “me too”, votes, comments; and corrections.

import { newId } from "./ids.js";
import { findAll } from "./notes/dom.js";

const JITTER_MS = 3000; // not all phones at the same moment

export class Marks {
  constructor(root, { own, say }) {
    this.root = root;
    this.own = own;
    this.say = say;
    this.marks = this.read();
    this.freshenIds();
  }

  // What the page marked itself, before the first card was drawn anew.
  read() {
    const all = (selector) => [...this.root.querySelectorAll(`[data-board] ${selector}`)];
    const handles = (cards) => cards.map((card) => card.closest("[data-note]").dataset.note);
    const counts = (boxes, name, label) => boxes.map((box) => [box.dataset[name], Number(label(box).textContent)]);
    const ownCount = (box) => box.querySelector("[data-own-votes]");
    return {
      own: handles(all(".km-note--own")),
      me_too: handles(all('[data-me-too][aria-pressed="true"]')),
      comments: all("[data-own-comment]:not([hidden])").map((one) => one.value),
      votes: Object.fromEntries(counts(all("[data-votes]"), "votes", ownCount)),
      left: Object.fromEntries(counts(all("[data-left]"), "left", (label) => label)),
      agreed: Number(this.root.querySelector('[data-agree][aria-pressed="true"]')?.dataset.agree ?? 0),
    };
  }

  // Something of our own may be new: fetch it, some time within the next seconds.
  fetchSoon() {
    if (!this.root.dataset.mine || this.fetching) return;
    this.fetching = setTimeout(() => {
      this.fetching = null;
      this.own.refresh();
    }, Math.random() * JITTER_MS);
  }

  // What the portal says is ours. Cards that were drawn since for everybody get it again.
  set(marks) {
    this.marks = marks;
    this.draw();
    this.drawCorrections(marks.corrections);
    this.onHelpers?.(marks.helpers);
  }

  draw() {
    this.freshenIds();
    const { own, me_too: meToo, votes, comments, left } = this.marks;
    for (const card of this.root.querySelectorAll("[data-board] [data-note]")) {
      const handle = card.dataset.note;
      this.drawCard(card, handle, own.includes(handle) || this.own.stages.has(handle), meToo.includes(handle));
    }
    this.drawAgreed();
    for (const box of this.root.querySelectorAll("[data-votes]")) this.drawVotes(box, votes[box.dataset.votes] ?? 0);
    for (const line of this.root.querySelectorAll("[data-comment]")) {
      const button = line.querySelector("[data-own-comment]");
      if (button) button.hidden = !comments.includes(line.dataset.comment);
    }
    for (const [stage, count] of Object.entries(left)) {
      for (const label of findAll(this.root, "data-left", stage)) label.textContent = count;
    }
  }

  drawCard(card, handle, isOwn, isAgreed) {
    const yours = card.querySelector("[data-yours]");
    if (!yours) return;
    const button = card.querySelector("[data-me-too]");
    card.classList.toggle("km-note--own", isOwn);
    yours.hidden = !isOwn;
    button.hidden = isOwn;
    button.setAttribute("aria-pressed", isAgreed);
    button.value = `${handle}/${isAgreed ? "off" : "on"}`;
  }

  // Whether one agrees to the words as they stand.
  drawAgreed() {
    for (const button of this.root.querySelectorAll("[data-agree]")) {
      const version = button.dataset.agree;
      const isOn = Number(version) === this.marks.agreed;
      button.setAttribute("aria-pressed", isOn);
      button.value = `${version}/${isOn ? "off" : "on"}`;
      button.textContent = isOn ? "I agree. Press if not" : "I agree";
    }
  }

  drawVotes(box, count) {
    const handle = box.dataset.votes;
    const fewer = box.querySelector("[data-fewer]");
    const hadFocus = document.activeElement === fewer;
    box.querySelector("[data-own-votes]").textContent = count;
    fewer.hidden = count === 0;
    fewer.value = `${handle}/${Math.max(count - 1, 0)}`;
    box.querySelector("[data-more]").value = `${handle}/${count + 1}`;
    if (hadFocus && fewer.hidden) box.querySelector("[data-more]").focus();
  }

  drawCorrections(html) {
    const box = this.root.querySelector("[data-corrections]");
    if (!box || box.innerHTML.trim() === html.trim()) return;
    const hadFocus = box.contains(document.activeElement);
    box.innerHTML = html;
    if (hadFocus) this.root.querySelector("[data-stage-of]:not([hidden]) h2")?.focus();
  }

  // Everybody was sent the same form of a comment: what one sends from here gets an identifier of one’s own.
  freshenIds() {
    for (const field of this.root.querySelectorAll("[data-note] form input[name=client_id]:not([data-ours])")) {
      field.dataset.ours = "";
      field.value = newId();
    }
  }

  // A comment was saved: the form, or what was drawn in its place meanwhile, is ready for the next one.
  cleared(form) {
    const there = (form.id && this.root.querySelector(`#${CSS.escape(form.id)}`)) || form;
    const { client_id: sent, text } = there.elements;
    if (!sent || !text) return;
    text.value = "";
    sent.value = newId();
  }
}
