// The room’s clock: a deadline on the server, counted down here. It moves nothing by itself.

import { Bell } from "./bell.js";
import { inDigits } from "./digits.js";

const MINUTE = 60;

export class Clock {
  constructor(root, say) {
    this.box = root.querySelector("[data-clock]");
    this.say = say;
    // What to add to this page’s own running time to get the server’s time. Each answer of the server gives a
    // value that is too low by the time it travelled, so the highest one is the best.
    this.offset = -Infinity;
    if (!this.box) return;
    this.face = this.box.querySelector("[data-face]");
    this.note = this.box.querySelector("[data-face-note]");
    this.bar = root.querySelector("[data-bar]");
    this.total = root.querySelector("[data-total-left]");
    this.bell = new Bell(root);
    this.leads = root.dataset.as === "facilitator";
    const { ends, left, minutes, later, now } = this.box.dataset;
    this.heard(Number(now));
    this.set({
      ends: ends ? Number(ends) : null,
      left: left === "" ? null : Number(left),
      minutes: Number(minutes),
      later: Number(later),
    });
    setInterval(() => this.draw(), 250);
  }

  heard(serverNow) {
    this.offset = Math.max(this.offset, serverNow - performance.now());
  }

  set(clock) {
    if (clock.now) this.heard(clock.now);
    this.clock = clock;
    this.before = null;
    if (this.box) this.draw();
  }

  secondsLeft() {
    if (this.clock.left !== null) return this.clock.left;
    if (this.clock.ends === null) return null;
    return this.secondsTo(this.clock.ends);
  }

  // Until a moment of the server’s time.
  secondsTo(ends) {
    return Math.round((ends - this.offset - performance.now()) / 1000);
  }

  draw() {
    const left = this.secondsLeft();
    if (left === null) return;
    const words = inDigits(Math.abs(left));
    if (this.face.textContent !== words) this.face.textContent = words;
    const note = this.words(left);
    if (this.note.textContent !== note) this.note.textContent = note;
    this.box.classList.toggle("is-over", left < 0);
    const share = (left / (this.clock.minutes * MINUTE)) * 100;
    if (this.bar) this.bar.setAttribute("width", Math.max(0, Math.min(100, share)));
    this.drawTotal(left);
    this.announce(left);
  }

  // What is left of the whole session.
  drawTotal(left) {
    if (!this.total) return;
    const minutes = Math.ceil(Math.max(left, 0) / MINUTE) + (this.clock.later ?? 0);
    const words = `${minutes} min left in all`;
    this.total.hidden = false;
    if (this.total.textContent !== words) this.total.textContent = words;
  }

  words(left) {
    if (left < 0) return "over";
    if (this.clock.left !== null) return "left, paused";
    return this.leads ? `of ${this.clock.minutes} min` : "left";
  }

  announce(left) {
    if (this.before !== null && this.clock.left === null) {
      if (this.before > 2 * MINUTE && left <= 2 * MINUTE) this.say("Two minutes left in this step.");
      if (this.before > 0 && left <= 0) {
        this.say("The time for this step is over.");
        this.bell.ring();
      }
    }
    this.before = left;
  }
}
