// Notes: kept in this browser until the portal says that they are saved, and sent again with the same identifier.

import { Marks } from "./marks.js";
import { Board } from "./notes/board.js";
import { Changing } from "./notes/changing.js";
import { Outbox } from "./notes/outbox.js";
import { OwnNotes } from "./notes/own.js";
import { BrowserStorage } from "./notes/storage.js";
import { Writing } from "./notes/writing.js";

export class Notes {
  constructor(root, { say, nudge }) {
    const storage = new BrowserStorage(root.dataset);
    const own = new OwnNotes(root);
    const onRefused = (note, sentence) => this.writing.giveBack(note, sentence);
    this.storage = storage;
    this.own = own;
    this.marks = new Marks(root, { own, say });
    own.onMarks = (marks) => this.marks.set(marks);
    this.board = new Board(root, {
      own,
      say,
      onDrawn: () => this.marks.draw(),
      onMissing: () => this.marks.fetchSoon(),
    });
    this.outbox = new Outbox(root, { own, storage, say, nudge, onRefused });
    this.writing = new Writing(root, { own, storage, outbox: this.outbox });
    this.changing = new Changing(root, { own, storage, say, nudge });
    storage.onSaved(() => own.refresh());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && own.refresh());
    this.restore();
  }

  restore() {
    const waiting = [];
    for (const [name, value] of this.storage.entries()) {
      if (name.startsWith("draft-")) this.writing.restoreDraft(name.slice(6), value);
      if (name.startsWith("note-")) waiting.push(JSON.parse(value));
    }
    this.outbox.restore(waiting);
  }

  // Whether something that was written is not with the portal yet.
  get areWaiting() {
    return this.own.waiting.size > 0;
  }
}
