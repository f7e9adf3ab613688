// One’s own notes: those that the portal has and those that wait, in the writer’s own list.

import { elementFrom, findAll, setCount } from "./dom.js";
import { kindOf } from "./kinds.js";

export class OwnNotes {
  constructor(root) {
    this.root = root;
    this.leads = root.dataset.as === "facilitator";
    this.waiting = new Map(); // handle → note that the portal does not have yet
    this.stages = new Map(); // handle → stage
    for (const note of root.querySelectorAll("[data-own]")) this.stages.set(note.dataset.note, this.stageOf(note));
  }

  find(attribute, value) {
    return findAll(this.root, attribute, value);
  }

  stageOf(note) {
    const list = note.closest("[data-mine-list]");
    return list ? list.dataset.mineList : (note.closest("[data-list]")?.dataset.list.split("/")[0] ?? "");
  }

  // A note that is not saved yet.
  draw(note, state) {
    for (const element of this.find("data-waiting", note.client_id)) element.remove();
    const template = this.root.querySelector(state === "unsaved" ? "[data-unsaved-note]" : "[data-sending-note]");
    const element = template.content.firstElementChild.cloneNode(true);
    element.dataset.waiting = note.client_id;
    kindOf(note.takes).write(element, note.text);
    this.find("data-mine-list", note.stage)[0]?.prepend(element);
    this.drawMine(note.stage);
  }

  // A saved note.
  place({ handle, stage, column, html, is_hidden: isHidden }) {
    this.stages.set(handle, stage);
    const drawn = this.find("data-note", handle).filter((one) => this.leads || !one.closest("[data-list]"));
    for (const element of drawn) element.remove();
    const isOnBoard = this.leads && !isHidden;
    const boards = this.find("data-list", `${stage}/${column}`).filter((list) => "loose" in list.dataset);
    const lists = isOnBoard ? boards : this.find("data-mine-list", stage);
    for (const list of lists) {
      if (isOnBoard) list.append(elementFrom(html));
      else list.prepend(elementFrom(html));
    }
    this.drawMine(stage);
  }

  remove(handle) {
    this.stages.delete(handle);
    for (const element of this.find("data-note", handle)) element.remove();
  }

  // The list, and how many are saved in it; then how many the others have written.
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
    return [...this.stages].filter(([handle, of]) => of === stage && !this.waiting.has(handle)).length;
  }

  othersIn(stage) {
    const total = Number(this.find("data-board", stage)[0]?.dataset.total ?? 0);
    return Math.max(total - this.savedIn(stage), 0);
  }

  // Another window of ours has written: fetch our own notes, which the room’s log never carries.
  async refresh() {
    if (!this.root.dataset.mine || this.waiting.size || this.root.querySelector("[data-changing]")) return;
    try {
      const request = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(8000) };
      const answer = await fetch(this.root.dataset.mine, request);
      if (!answer.ok) return;
      const { notes, marks } = await answer.json();
      this.onMarks?.(marks);
      for (const [stage, mine] of Object.entries(notes)) this.refreshStage(stage, mine);
    } catch {
      // The line is down; it is told elsewhere
    }
  }

  refreshStage(stage, mine) {
    const list = this.find("data-mine-list", stage)[0];
    if (!list || this.waiting.size) return;
    for (const { handle } of mine) this.stages.set(handle, stage);
    const isOnBoard = this.leads && !this.find("data-hidden", stage).length;
    if (isOnBoard) return;
    list.replaceChildren(...mine.map(({ html }) => elementFrom(html)));
    this.drawMine(stage);
  }
}
