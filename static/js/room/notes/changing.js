// Changing one’s own note where it stands, or taking it back.

import { post, Refused } from "../post.js";
import { elementFrom, findAll } from "./dom.js";
import { complain } from "./writing.js";

export class Changing {
  constructor(root, { own, storage, say, nudge }) {
    this.root = root;
    this.own = own;
    this.storage = storage;
    this.say = say;
    this.nudge = nudge;
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("submit", (event) => event.target.closest("[data-changing]") && this.submitted(event));
  }

  clicked(event) {
    if (event.target.closest("[data-leave-it]")) this.leave(event.target.closest("[data-changing]"));
    const link = event.target.closest("[data-change]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.open(link);
  }

  open(link) {
    const note = link.closest("[data-note]");
    const words = note.querySelector("[data-text]").innerText;
    const form = this.root.querySelector("[data-change-form]").content.firstElementChild.cloneNode(true);
    for (const open of this.root.querySelectorAll("[data-changing]")) this.leave(open);
    form.action = link.href;
    form.elements.text.value = words;
    form.dataset.changing = "";
    for (const part of note.children) part.hidden = true;
    note.append(form);
    form.elements.text.focus();
  }

  leave(form) {
    const note = form.closest("[data-note]");
    form.remove();
    for (const part of note.children) part.hidden = false;
    note.querySelector("[data-change]")?.focus();
  }

  async submitted(event) {
    event.preventDefault();
    const form = event.target;
    const note = form.closest("[data-note]");
    const stage = this.own.stageOf(note); // asked now: the room may tell that it is gone before the answer does
    const values = { text: form.elements.text.value };
    if (event.submitter?.name) values[event.submitter.name] = event.submitter.value;
    try {
      const saved = await post(form.action, values);
      if (saved.gone) {
        this.own.remove(saved.handle);
        findAll(this.root, "data-write", stage)[0]?.elements.text.focus();
      } else {
        const fresh = elementFrom(saved.html);
        (form.closest("[data-note]") ?? note).replaceWith(fresh); // the board may have been drawn anew meanwhile
        fresh.querySelector("[data-change]")?.focus();
      }
      this.say(saved.gone ? "Taken back." : "Saved.");
      this.own.drawMine(stage);
      if (saved.marks) this.own.onMarks?.(saved.marks);
      this.storage.tellSaved();
      this.nudge();
    } catch (problem) {
      const lost = "Not saved yet, because the connection is lost. Try again in a moment.";
      complain(form, problem instanceof Refused ? problem.message : lost);
    }
  }
}
