// Notes on their way: sent one after the other, and again with the same identifier until the portal has them.

import { newId } from "../ids.js";
import { post, Refused } from "../post.js";
import { findAll, setCount } from "./dom.js";

const RETRY_MS = [2000, 4000, 8000, 15000];

export class Outbox {
  constructor(root, { own, storage, say, nudge, onRefused }) {
    this.root = root;
    this.own = own;
    this.storage = storage;
    this.say = say;
    this.nudge = nudge;
    this.onRefused = onRefused;
    this.unsaved = 0;
    this.failures = 0;
    root.addEventListener("click", (event) => event.target.closest("[data-retry]") && this.retry());
    addEventListener("online", () => this.flush());
  }

  get waiting() {
    return this.own.waiting;
  }

  // A note that was just written.
  add({ stage, column, takes, text, more, url }) {
    const note = { client_id: newId(), stage, column, takes, text, more, url, at: Date.now() };
    this.waiting.set(note.client_id, note);
    this.own.stages.set(note.client_id, stage);
    this.storage.set(`note-${note.client_id}`, JSON.stringify(note));
    return note;
  }

  // Notes that an earlier page of ours could not send.
  restore(notes) {
    for (const note of notes.sort((one, other) => one.at - other.at)) {
      this.waiting.set(note.client_id, note);
      this.own.draw(note, "unsaved");
    }
    this.drawUnsaved();
    this.flush();
  }

  retry() {
    this.failures = 0;
    this.flush();
  }

  async flush() {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.retrying);
    try {
      for (const note of [...this.waiting.values()]) await this.send(note);
      this.failures = 0;
    } catch {
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
      this.failures += 1;
      this.retrying = setTimeout(() => this.flush(), wait);
      for (const note of this.waiting.values()) this.own.draw(note, "unsaved");
    } finally {
      this.isSending = false;
      this.drawUnsaved();
    }
    if (!this.failures && this.waiting.size) this.flush();
  }

  async send(note) {
    const { client_id, stage, column, text, more } = note;
    try {
      const saved = await post(note.url, { client_id, stage, column, text, ...more });
      this.forget(note);
      this.own.place(saved);
      if (saved.marks) this.own.onMarks?.(saved.marks);
      this.lastSaved = new Date();
      this.storage.tellSaved();
      this.nudge();
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.forget(note);
      this.own.stages.delete(client_id);
      this.onRefused(note, problem.message);
    }
  }

  forget(note) {
    this.waiting.delete(note.client_id);
    this.storage.set(`note-${note.client_id}`, null);
    for (const element of findAll(this.root, "data-waiting", note.client_id)) element.remove();
  }

  drawUnsaved() {
    const box = this.root.querySelector("[data-unsaved]");
    if (!box) return;
    const unsaved = this.root.querySelectorAll(".km-note--unsaved").length;
    box.hidden = !unsaved;
    const before = this.unsaved;
    this.unsaved = unsaved;
    if (!unsaved) {
      if (before) this.say("All your notes are saved.");
      return;
    }
    const words = box.querySelector("[data-unsaved-words]");
    setCount(words, unsaved);
    if (unsaved > before) this.say(words.textContent);
    const kept = unsaved === 1 ? "It is kept on this device and sent" : "They are kept on this device and sent";
    const last = this.lastSaved?.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const why = `${kept} as soon as the connection is back.`;
    box.querySelector("[data-unsaved-why]").textContent = last ? `${why} Last saved ${last}.` : why;
  }
}
