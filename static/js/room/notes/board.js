// What the room tells of notes: written, changed, taken back, or all shown at once.

import { carry } from "./carrying.js";
import { elementFrom, findAll } from "./dom.js";
import { kindOf } from "./kinds.js";

const COUNT_MS = 5000; // new notes are told together, not one by one

export class Board {
  constructor(root, { own, say, onDrawn, onMissing }) {
    this.root = root;
    this.own = own;
    this.say = say;
    this.onDrawn = onDrawn;
    this.onMissing = onMissing;
    this.heard = new Map(); // stage → notes of others that were told aloud or stood here from the start
    for (const { dataset } of root.querySelectorAll("[data-board][data-total]")) {
      this.heard.set(dataset.board, Number(dataset.total) - own.savedIn(dataset.board));
    }
  }

  find(attribute, value) {
    return findAll(this.root, attribute, value);
  }

  // A note was written, changed or taken back by somebody, perhaps by us.
  told(piece) {
    for (const [column, count] of Object.entries(piece.counts)) {
      for (const label of this.find("data-count", `${piece.stage}/${column}`)) label.textContent = count;
    }
    for (const board of this.find("data-board", piece.stage)) board.dataset.total = piece.count;
    this.telling ??= setTimeout(() => this.tellArrived(), COUNT_MS);
    if (piece.hidden) for (const box of this.find("data-hidden", piece.stage)) box.innerHTML = piece.hidden;
    if (piece.wall) this.wall(piece);
    if (piece.gone) this.own.remove(piece.handle);
    else if (piece.html) this.put(piece);
    this.own.drawMine(piece.stage);
  }

  // New notes of others are counted aloud, all of some seconds at once; who wants to hear them reads the list.
  tellArrived() {
    this.telling = undefined;
    const shown = this.root.querySelector("[data-stage-of]:not([hidden])")?.dataset.stageOf;
    for (const [stage, heard] of this.heard) {
      const others = this.own.othersIn(stage);
      const fresh = others - heard;
      this.heard.set(stage, others);
      if (stage === shown && fresh > 0) this.say(fresh === 1 ? "One new note." : `${fresh} new notes.`);
    }
  }

  put({ stage, column, takes, handle, html }) {
    const fresh = elementFrom(html);
    for (const element of this.find("data-note", handle)) {
      if (element.querySelector("[data-changing]") || element.matches("[data-changing]")) continue;
      kindOf(takes).update(element, fresh);
      const list = element.closest("[data-list]");
      if (list && list.dataset.list !== `${stage}/${column}`) element.remove();
    }
    for (const list of this.find("data-list", `${stage}/${column}`)) {
      if (!("loose" in list.dataset)) continue;
      const home = list.closest("[data-board], .km-before");
      const same = `[data-list="${CSS.escape(list.dataset.list)}"] > [data-note="${CSS.escape(handle)}"]`;
      if (home.querySelector(same)) continue;
      const added = fresh.cloneNode(true);
      if ("plain" in list.dataset) added.querySelector(".km-note__foot")?.remove();
      list.append(added);
    }
    this.onDrawn();
  }

  // The big screen: its page was laid out anew, as the portal does it.
  wall({ stage, wall }) {
    for (const board of this.find("data-board", stage)) board.innerHTML = wall;
  }

  // A whole board was drawn anew: everything is shown now. What is ours keeps its button.
  redraw({ stage, html }) {
    for (const board of this.find("data-board", stage)) {
      const putBack = carry(board);
      const mine = this.find("data-mine-list", stage)[0];
      board.innerHTML = html;
      let isMissing = false;
      for (const [handle, of] of this.own.stages) {
        if (of !== stage) continue;
        const there = board.querySelector(`[data-note="${CSS.escape(handle)}"]`);
        const kept = mine?.querySelector(`[data-note="${CSS.escape(handle)}"]`);
        if (there && this.own.leads && kept) this.keepOwn(there, kept);
        isMissing ||= !there;
      }
      // It was made one with another note, or a vote has begun or ended: ask which cards are ours.
      if (isMissing && !this.own.leads && board.querySelector("[data-note]")) this.onMissing();
      this.onDrawn();
      if (!putBack()) this.find("data-stage-of", stage)[0]?.querySelector("h2")?.focus();
    }
    this.own.drawMine(stage);
  }

  // Our own note was hidden until now: only what is shown can be put on the big screen.
  keepOwn(there, kept) {
    const put = there.querySelector("[data-put]");
    if (put) kept.querySelector(".km-note__foot")?.append(put);
    there.replaceWith(kept);
  }
}
