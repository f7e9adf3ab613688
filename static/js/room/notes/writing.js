// The box in which a note is written: its draft, sending, and what the portal has against it.

import { findAll } from "./dom.js";
import { kindOf } from "./kinds.js";

export function complain(form, sentence) {
  const error = form.querySelector("[data-error]");
  error.hidden = !sentence;
  error.querySelector("[data-error-words]").textContent = sentence;
  const { text } = form.elements;
  const others = (text.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
  if (sentence) text.setAttribute("aria-invalid", "true");
  else text.removeAttribute("aria-invalid");
  text.setAttribute("aria-describedby", [...(sentence ? [error.id] : []), ...others].join(" "));
  form.querySelector(".govuk-form-group")?.classList.toggle("govuk-form-group--error", Boolean(sentence));
  form.elements.text.classList.toggle("govuk-textarea--error", Boolean(sentence));
  if (sentence) form.elements.text.focus();
}

// What goes with the words: who does it, and by when.
const moreOf = (form) => [...form.querySelectorAll("[data-more]")];

const DOUBLE_PRESS = 1000; // milliseconds
const draftOf = (stage, takes) => `draft-${stage}${takes === "note" ? "" : `/${takes}`}`;

export class Writing {
  constructor(root, { own, storage, outbox }) {
    this.root = root;
    this.own = own;
    this.storage = storage;
    this.outbox = outbox;
    this.sentAt = 0;
    root.addEventListener("submit", (event) => this.submitted(event));
    root.addEventListener("input", (event) => this.typed(event));
    root.addEventListener("keydown", (event) => this.pressed(event));
  }

  // A stage has a box for each kind that its columns take.
  forms(stage, takes) {
    return findAll(this.root, "data-write", stage).filter((form) => form.dataset.takes === takes);
  }

  restoreDraft(name, text) {
    const [stage, takes = "note"] = name.split("/");
    for (const form of this.forms(stage, takes)) if (!form.elements.text.value) form.elements.text.value = text;
  }

  typed(event) {
    const form = event.target.closest("[data-write]");
    if (!form || event.target.name !== "text") return;
    this.storage.set(draftOf(form.dataset.write, form.dataset.takes), event.target.value || null);
  }

  pressed(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("[data-write]");
    if (form) form.requestSubmit(form.querySelector("button[name=column]"));
  }

  submitted(event) {
    const form = event.target;
    if (form.closest("[data-changing]")) return undefined;
    if (form.matches("[data-leave]")) this.storage.forgetAll();
    if (!form.matches("[data-write]")) return undefined;
    event.preventDefault();
    const { takes } = form.dataset;
    const text = kindOf(takes).read(form);
    // The second half of a double press is no empty note.
    if (!text && Date.now() - this.sentAt < DOUBLE_PRESS) return undefined;
    if (!text) return complain(form, kindOf(takes).missing);
    complain(form, "");
    this.sentAt = Date.now();
    const column = (event.submitter ?? form.querySelector("button[name=column]")).value;
    const url = form.getAttribute("action");
    const more = Object.fromEntries(moreOf(form).map(({ name, value }) => [name, value]));
    const note = this.outbox.add({ stage: form.dataset.write, column, takes, text, more, url });
    for (const field of moreOf(form)) field.value = "";
    this.storage.set(draftOf(note.stage, takes), null);
    kindOf(takes).fill(form, "");
    form.elements.text.focus({ preventScroll: true });
    this.own.draw(note, "sending");
    return this.outbox.flush();
  }

  // The portal said no: the words go back into the box, with the reason.
  giveBack(note, sentence) {
    const over = this.root.querySelector("[data-not-sent]");
    if (over) {
      over.hidden = false;
      over.append(Object.assign(document.createElement("p"), { textContent: note.text, className: "km-note" }));
      return;
    }
    for (const form of this.forms(note.stage, note.takes)) {
      const box = form.elements.text;
      box.value = box.value.trim() ? `${note.text}\n\n${box.value}` : note.text;
      for (const field of moreOf(form)) field.value ||= note.more?.[field.name] ?? "";
      this.storage.set(draftOf(note.stage, note.takes), box.value);
      complain(form, sentence);
    }
    this.own.drawMine(note.stage);
  }
}
