// Notes: kept in this browser until the portal says that they are saved, and sent again with the same identifier.

import { post, Refused } from "./post.js";

const RETRY_MS = [2000, 4000, 8000, 15000];
const COUNT_MS = 5000; // new notes are told together, not one by one

// Without crypto.randomUUID, which phones lack on a plain http address.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function elementFrom(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

function setCount(element, number) {
  const { none, one, many } = element.dataset;
  const words = number === 1 ? one : number === 0 && none !== undefined ? none : many.replace("#", number);
  (element.querySelector("span") ?? element).textContent = words;
}

export class Notes {
  constructor(root, { say, nudge, isUp }) {
    this.root = root;
    this.say = say;
    this.nudge = nudge;
    this.isUp = isUp;
    this.leads = root.dataset.as === "facilitator";
    this.prefix = `km-room-${root.dataset.room}-${root.dataset.as}-${root.dataset.me}-`;
    this.waiting = new Map();
    this.own = new Map(); // handle → stage
    this.heard = new Map(); // stage → notes of others that were told aloud or stood here from the start
    this.unsaved = 0;
    this.failures = 0;
    for (const note of root.querySelectorAll("[data-own]")) this.own.set(note.dataset.note, this.stageOf(note));
    root.addEventListener("submit", (event) => this.submitted(event));
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("input", (event) => this.typed(event));
    root.addEventListener("keydown", (event) => this.pressed(event));
    for (const { dataset } of root.querySelectorAll("[data-board][data-total]")) {
      this.heard.set(dataset.board, Number(dataset.total) - this.savedIn(dataset.board));
    }
    addEventListener("storage", (event) => event.key === `${this.prefix}saved` && this.refresh());
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.refresh());
    this.restore();
  }

  stageOf(note) {
    const list = note.closest("[data-mine-list]");
    return list ? list.dataset.mineList : (note.closest("[data-list]")?.dataset.list.split("/")[0] ?? "");
  }

  find(selector, value) {
    return [...this.root.querySelectorAll(`[${selector}="${CSS.escape(value)}"]`)];
  }

  // --- Keeping ---------------------------------------------------------------------------------------------

  store(key, value) {
    try {
      if (value === null) localStorage.removeItem(this.prefix + key);
      else localStorage.setItem(this.prefix + key, value);
    } catch {
      // A browser that keeps nothing: the note still waits in this page
    }
  }

  stored() {
    try {
      return Object.entries(localStorage).filter(([key]) => key.startsWith(this.prefix));
    } catch {
      return [];
    }
  }

  restore() {
    const kept = [];
    for (const [key, value] of this.stored()) {
      const name = key.slice(this.prefix.length);
      if (name.startsWith("draft-")) this.restoreDraft(name.slice(6), value);
      if (name.startsWith("note-")) kept.push(JSON.parse(value));
    }
    kept.sort((one, other) => one.at - other.at);
    for (const note of kept) {
      this.waiting.set(note.client_id, note);
      this.draw(note, "unsaved");
    }
    this.drawUnsaved();
    this.flush();
  }

  // Nothing that was written stays in a browser that others may use after us.
  forgetAll() {
    for (const [key] of this.stored()) this.store(key.slice(this.prefix.length), null);
  }

  restoreDraft(stage, text) {
    for (const form of this.find("data-write", stage)) if (!form.elements.text.value) form.elements.text.value = text;
  }

  // --- Writing ---------------------------------------------------------------------------------------------

  typed(event) {
    const form = event.target.closest("[data-write]");
    if (form) this.store(`draft-${form.dataset.write}`, event.target.value || null);
  }

  pressed(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("[data-write]");
    if (form) form.requestSubmit(form.querySelector("button[name=column]"));
  }

  submitted(event) {
    const form = event.target;
    if (form.closest("[data-changing]")) return this.change(event);
    if (form.matches("[data-leave]")) this.forgetAll();
    if (!form.matches("[data-write]")) return undefined;
    event.preventDefault();
    const text = form.elements.text.value.trim();
    if (!text) return this.complain(form, "Write something before you send the note.");
    this.complain(form, "");
    const column = (event.submitter ?? form.querySelector("button[name=column]")).value;
    const note = { client_id: newId(), stage: form.dataset.write, column, text, url: form.getAttribute("action"), at: Date.now() };
    this.waiting.set(note.client_id, note);
    this.own.set(note.client_id, note.stage);
    this.store(`note-${note.client_id}`, JSON.stringify(note));
    this.store(`draft-${note.stage}`, null);
    form.elements.text.value = "";
    form.elements.text.focus({ preventScroll: true });
    this.draw(note, "sending");
    return this.flush();
  }

  complain(form, sentence) {
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

  // Send what waits, one after the other.
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
      for (const note of this.waiting.values()) this.draw(note, "unsaved");
    } finally {
      this.isSending = false;
      this.drawUnsaved();
    }
    if (!this.failures && this.waiting.size) this.flush();
  }

  async send(note) {
    const { client_id, stage, column, text } = note;
    try {
      const saved = await post(note.url, { client_id, stage, column, text });
      this.forget(note);
      this.place(saved);
      this.lastSaved = new Date();
      this.store("saved", String(Date.now()));
      this.nudge();
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.forget(note);
      this.own.delete(client_id);
      this.giveBack(note, problem.message);
    }
  }

  forget(note) {
    this.waiting.delete(note.client_id);
    this.store(`note-${note.client_id}`, null);
    for (const element of this.find("data-waiting", note.client_id)) element.remove();
  }

  // The portal said no: the words go back into the box, with the reason.
  giveBack(note, sentence) {
    const over = this.root.querySelector("[data-not-sent]");
    if (over) {
      over.hidden = false;
      over.append(Object.assign(document.createElement("p"), { textContent: note.text, className: "km-note" }));
      return;
    }
    for (const form of this.find("data-write", note.stage)) {
      const box = form.elements.text;
      box.value = box.value.trim() ? `${note.text}\n\n${box.value}` : note.text;
      this.store(`draft-${note.stage}`, box.value);
      this.complain(form, sentence);
    }
    this.drawMine(note.stage);
  }

  // --- Drawing ---------------------------------------------------------------------------------------------

  // A note that is not saved yet, in the writer’s own list.
  draw(note, state) {
    for (const element of this.find("data-waiting", note.client_id)) element.remove();
    const template = this.root.querySelector(state === "unsaved" ? "[data-unsaved-note]" : "[data-sending-note]");
    const element = template.content.firstElementChild.cloneNode(true);
    element.dataset.waiting = note.client_id;
    element.querySelector("[data-text]").innerText = note.text;
    this.find("data-mine-list", note.stage)[0]?.prepend(element);
    this.drawMine(note.stage);
  }

  // A saved note of one’s own.
  place({ handle, stage, column, html, is_hidden: isHidden }) {
    this.own.set(handle, stage);
    for (const element of this.find("data-note", handle)) element.remove();
    const lists = this.leads && !isHidden ? this.find("data-list", `${stage}/${column}`) : this.find("data-mine-list", stage);
    for (const list of lists) {
      if (this.leads && !isHidden) list.append(elementFrom(html));
      else list.prepend(elementFrom(html));
    }
    this.drawMine(stage);
  }

  drawMine(stage) {
    const list = this.find("data-mine-list", stage)[0];
    if (!list) return;
    const saved = this.savedIn(stage);
    for (const box of this.find("data-mine-box", stage)) box.hidden = !list.children.length;
    for (const label of this.find("data-saved", stage)) {
      label.hidden = !saved;
      if (saved) setCount(label, saved);
    }
    this.drawOthers(stage);
  }

  drawOthers(stage) {
    const board = this.find("data-board", stage)[0];
    const label = board?.querySelector("[data-others]");
    if (!label) return;
    if (board.dataset.total) setCount(label, this.othersIn(stage));
  }

  // One’s own notes in a step that the portal has.
  savedIn(stage) {
    return [...this.own].filter(([handle, of]) => of === stage && !this.waiting.has(handle)).length;
  }

  othersIn(stage) {
    const total = Number(this.find("data-board", stage)[0]?.dataset.total ?? 0);
    return Math.max(total - this.savedIn(stage), 0);
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
    box.querySelector("[data-unsaved-why]").textContent = `${kept} as soon as the connection is back.${last ? ` Last saved ${last}.` : ""}`;
  }

  // --- What the room tells -----------------------------------------------------------------------------------

  // A note was written, changed or taken back by somebody, perhaps by us.
  told(piece) {
    for (const [column, count] of Object.entries(piece.counts)) {
      for (const label of this.find("data-count", `${piece.stage}/${column}`)) label.textContent = count;
    }
    for (const board of this.find("data-board", piece.stage)) board.dataset.total = piece.count;
    this.telling ??= setTimeout(() => this.tellArrived(), COUNT_MS);
    if (piece.hidden) for (const box of this.find("data-hidden", piece.stage)) box.innerHTML = piece.hidden;
    if (piece.gone) this.remove(piece.handle);
    else if (piece.html) this.put(piece);
    this.drawMine(piece.stage);
  }

  // New notes of others are counted aloud, all of some seconds at once; who wants to hear them reads the list.
  tellArrived() {
    this.telling = undefined;
    const shown = this.root.querySelector("[data-stage-of]:not([hidden])")?.dataset.stageOf;
    for (const [stage, heard] of this.heard) {
      const others = this.othersIn(stage);
      const fresh = others - heard;
      this.heard.set(stage, others);
      if (stage === shown && fresh > 0) this.say(fresh === 1 ? "One new note." : `${fresh} new notes.`);
    }
  }

  remove(handle) {
    this.own.delete(handle);
    for (const element of this.find("data-note", handle)) element.remove();
  }

  put({ stage, column, handle, html }) {
    const isOwn = this.own.has(handle);
    const fresh = elementFrom(html);
    for (const element of this.find("data-note", handle)) {
      if (element.querySelector("[data-changing]") || element.matches("[data-changing]")) continue;
      element.querySelector("[data-text]").innerHTML = fresh.querySelector("[data-text]").innerHTML;
      const list = element.closest("[data-list]");
      if (list && list.dataset.list !== `${stage}/${column}`) element.remove();
    }
    if (isOwn && !this.leads) return;
    for (const list of this.find("data-list", `${stage}/${column}`)) {
      if (list.querySelector(`[data-note="${CSS.escape(handle)}"]`)) continue;
      const added = fresh.cloneNode(true);
      if ("plain" in list.dataset) added.querySelector(".km-note__foot")?.remove();
      list.append(added);
      if (this.root.dataset.as === "screen") added.scrollIntoView({ block: "center" });
    }
  }

  // A whole board was drawn anew: everything is shown now. What is ours keeps its button.
  board({ stage, html }) {
    for (const board of this.find("data-board", stage)) {
      const hadFocus = board.contains(document.activeElement);
      const mine = this.find("data-mine-list", stage)[0];
      board.innerHTML = html;
      for (const [handle, of] of this.own) {
        if (of !== stage) continue;
        const there = board.querySelector(`[data-note="${CSS.escape(handle)}"]`);
        const kept = mine?.querySelector(`[data-note="${CSS.escape(handle)}"]`);
        if (there && this.leads && kept) there.replaceWith(kept);
        else if (there && !this.leads) there.remove();
      }
      if (hadFocus) this.find("data-stage-of", stage)[0]?.querySelector("h2")?.focus();
    }
    this.drawMine(stage);
  }

  // Another window of ours has written: fetch our own notes, which the room’s log never carries.
  async refresh() {
    if (!this.root.dataset.mine || this.waiting.size || this.root.querySelector("[data-changing]")) return;
    try {
      const answer = await fetch(this.root.dataset.mine, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8000) });
      if (!answer.ok) return;
      const { notes } = await answer.json();
      for (const [stage, mine] of Object.entries(notes)) this.refreshStage(stage, mine);
    } catch {
      // The line is down; it is told elsewhere
    }
  }

  refreshStage(stage, mine) {
    const list = this.find("data-mine-list", stage)[0];
    if (!list || this.waiting.size) return;
    for (const { handle } of mine) this.own.set(handle, stage);
    const isOnBoard = this.leads && !this.find("data-hidden", stage).length;
    if (isOnBoard) return;
    list.replaceChildren(...mine.map(({ html }) => elementFrom(html)));
    for (const { handle } of mine) for (const there of this.root.querySelectorAll(`[data-list] [data-note="${CSS.escape(handle)}"]`)) there.remove();
    this.drawMine(stage);
  }

  // --- Changing --------------------------------------------------------------------------------------------

  clicked(event) {
    if (event.target.closest("[data-retry]")) {
      this.failures = 0;
      this.flush();
    }
    if (event.target.closest("[data-leave-it]")) this.leaveIt(event.target.closest("[data-changing]"));
    const link = event.target.closest("[data-change]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.openChange(link);
  }

  openChange(link) {
    const note = link.closest("[data-note]");
    const words = note.querySelector("[data-text]").innerText;
    const form = this.root.querySelector("[data-change-form]").content.firstElementChild.cloneNode(true);
    for (const open of this.root.querySelectorAll("[data-changing]")) this.leaveIt(open);
    form.action = link.href;
    form.elements.text.value = words;
    form.dataset.changing = "";
    for (const part of note.children) part.hidden = true;
    note.append(form);
    form.elements.text.focus();
  }

  leaveIt(form) {
    const note = form.closest("[data-note]");
    form.remove();
    for (const part of note.children) part.hidden = false;
    note.querySelector("[data-change]")?.focus();
  }

  async change(event) {
    event.preventDefault();
    const form = event.target;
    const note = form.closest("[data-note]");
    const stage = this.stageOf(note); // asked now: the room may tell that the note is gone before the answer does
    const values = { text: form.elements.text.value };
    if (event.submitter?.name) values[event.submitter.name] = event.submitter.value;
    try {
      const saved = await post(form.action, values);
      if (saved.gone) {
        this.remove(saved.handle);
        this.find("data-write", stage)[0]?.elements.text.focus();
      } else {
        const fresh = elementFrom(saved.html);
        note.replaceWith(fresh);
        fresh.querySelector("[data-change]")?.focus();
      }
      this.say(saved.gone ? "Taken back." : "Saved.");
      this.drawMine(stage);
      this.store("saved", String(Date.now()));
      this.nudge();
    } catch (problem) {
      const sentence = problem instanceof Refused ? problem.message : "Not saved yet, because the connection is lost. Try again in a moment.";
      this.complain(form, sentence);
    }
  }
}
