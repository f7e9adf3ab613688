// The room: follows its log on every screen. Without this file everything works by forms and links.

import { Clock } from "./room/clock.js";
import { Desk } from "./room/desk.js";
import { Helpers } from "./room/helpers.js";
import { letTimePass } from "./room/later.js";
import { Line } from "./room/line.js";
import { Notes } from "./room/notes.js";
import { post, Refused } from "./room/post.js";
import { afterPress } from "./room/press.js";
import { Screen } from "./room/screen.js";
import { speak } from "./room/speak.js";
import { Stages } from "./room/stages.js";
import { letTalkRun } from "./room/talk.js";

const root = document.querySelector("[data-room]");
const find = (selector) => [...root.querySelectorAll(selector)];

const say = (words) => speak(root.querySelector("[data-say]"), words);

const clock = new Clock(root, say);
const stages = new Stages(root, say);
const screen = new Screen(root, { clock, say });
const desk = new Desk(root);
const whenFree = afterPress(root, "[data-sort], [data-vote], [data-desk], [data-wording], .km-helper");
let line = null;
const notes = new Notes(root, { say, nudge: () => line?.nudge() });
const helpers = new Helpers(root, { fetchSoon: () => notes.marks.fetchSoon() });
notes.marks.onHelpers = (own) => whenFree(() => helpers.setOwn(own));
line = new Line(root, { onPiece: take, onTime: (now) => clock.heard(now), onState: setUp, onUnknown: unknown });

const pieces = {
  note: (piece) => {
    notes.board.told(piece);
    drawDesk(piece);
  },
  screen: (piece) => {
    whenFree(() => screen.told(piece));
    whenFree(() => desk.draw(piece));
  },
  voted: (piece) => whenFree(() => desk.draw(piece)),
  wording: (piece) => drawWording(piece),
  ready: ({ count }) => setReady(count),
  helper: (piece) =>
    whenFree(() => {
      helpers.told(piece);
      screen.told(piece);
    }),
  personal: () => notes.marks.fetchSoon(),
  board: (piece) => {
    notes.board.redraw(piece);
    drawDesk(piece);
    say(piece.say);
  },
  stage: (piece) => {
    setClock(piece);
    if (piece.board) notes.board.redraw({ stage: piece.stage, html: piece.board });
    drawDesk(piece);
    setReady(piece.ready ?? 0);
    if (piece.wording) drawWording(piece.wording);
    stages.follow(piece.stage);
    if (piece.rail) keepFocus();
  },
  timer: setClock,
  people: ({ count, html }) => {
    for (const place of find("[data-people-count]")) place.textContent = count;
    if (html) for (const place of find("[data-people]")) drawPeople(place, html);
  },
  // Not all at the same moment
  opened: () => setTimeout(() => location.reload(), Math.random() * 800),
  closed: end,
};

function take(piece) {
  pieces[piece.kind]?.(piece);
}

// What is agreed, as it is worded; the keyboard stays at the button that it had.
function drawWording(piece) {
  whenFree(() => {
    for (const place of find("[data-wording]")) {
      const held = place.contains(document.activeElement) ? document.activeElement : null;
      const { name, value } = held ?? {};
      place.innerHTML = piece.html;
      if (!held) continue;
      const same = place.querySelector(`[name="${name}"][value="${CSS.escape(value ?? "")}"]`);
      (same ?? place.querySelector(`[name="${name}"]`) ?? place.querySelector("h3"))?.focus();
    }
    notes.marks.drawAgreed();
    drawDesk(piece);
  });
}

function drawDesk(piece) {
  whenFree(() => {
    if (piece.desk !== undefined) screen.drawDesk(piece.stage, piece.desk);
    desk.draw(piece);
  });
}

// How many are ready, at the desk; whether one is oneself, on a phone: with each step it begins again.
function setReady(count) {
  for (const place of find("[data-ready-count]")) place.textContent = count;
  for (const form of find("[data-ready]")) drawReady(form, false);
}

function drawReady(form, isReady) {
  const button = form.querySelector("button");
  button.textContent = isReady ? "I am ready. Press if not" : "I am ready";
  button.setAttribute("aria-pressed", isReady);
  if (isReady) Object.assign(button, { name: "not_yet", value: "1" });
  else button.removeAttribute("name");
}

// The button that was pressed in the list of steps went with the old list: the keyboard goes on at the step itself.
let wasInRail = false;
function keepFocus() {
  if (wasInRail) stages.shown?.querySelector("h2")?.focus();
  wasInRail = false;
}

function setClock(piece) {
  clock.set(piece.clock);
  if (piece.rail) for (const rail of find("[data-rail]")) drawRail(rail, piece.rail);
  for (const field of find("[data-now-stage]")) field.value = piece.stage;
  for (const field of find("[data-now-minutes]")) field.value = piece.clock.minutes;
  const isPaused = piece.clock.left !== null;
  const held = document.activeElement?.closest("[data-when]");
  for (const form of find("[data-when]")) form.hidden = (form.dataset.when === "paused") !== isPaused;
  if (held?.hidden) root.querySelector("[data-when]:not([hidden]) button")?.focus();
}

function drawRail(rail, html) {
  const held = rail.contains(document.activeElement) ? document.activeElement.value : null;
  rail.innerHTML = html;
  if (held === null) return;
  const again = rail.querySelector(`[name="stage"][value="${CSS.escape(held)}"]`);
  wasInRail = !again;
  again?.focus();
}

// The same for the list of who is here: the keyboard goes back to its heading.
const drawnPeople = new WeakMap(); // place → what stands there
function drawPeople(place, html) {
  if (drawnPeople.get(place) === html) return;
  drawnPeople.set(place, html);
  const held = place.contains(document.activeElement) ? document.activeElement : null;
  const { name, value } = held ?? {};
  place.innerHTML = html;
  if (!held) return;
  const same = place.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);
  const again = same ?? place.querySelector("[name=door]");
  again.focus();
}

// Whose screen is open stands in no log: the desk asks while its list is in sight.
const HERE_MS = 20000;
for (const place of find("[data-here]")) {
  setInterval(async () => {
    if (document.visibilityState !== "visible" || !place.closest("details")?.open) return;
    try {
      const answer = await fetch(place.dataset.here, { headers: { Accept: "application/json" } });
      if (answer.ok) pieces.people(await answer.json());
    } catch {
      // The line is down; it is told elsewhere
    }
  }, HERE_MS);
}

letTalkRun(root);
letTimePass(root, () => notes.marks.fetchSoon());

// Somebody was taken out, or this browser has been forgotten: the door says what can be done.
function unknown() {
  line.stop();
  const problem = root.querySelector("[data-problem]");
  if (problem && (stages.isWriting() || notes.areWaiting)) {
    problem.hidden = false;
    problem.querySelector("p").textContent =
      "You are no longer in this room. Copy what you still need, then load the page again.";
  } else location.reload();
}

let wasDown = false;
function setUp(isUp) {
  for (const box of find("[data-line]")) box.hidden = isUp;
  if (!isUp) say("The connection is lost. You can carry on writing.");
  else if (wasDown) say("The connection is back.");
  wasDown = !isUp;
  if (isUp) notes.outbox.flush();
}

function end() {
  line.stop();
  notes.storage.forgetAll();
  if (root.dataset.overUrl) {
    leaveUnlessWriting();
    return;
  }
  const over = root.querySelector("[data-over]");
  const left = find("textarea").map((box) => box.value.trim()).filter(Boolean);
  const main = root.querySelector("main");
  for (const clockBox of find("[data-clock]")) clockBox.hidden = true;
  main.replaceChildren(over.content.cloneNode(true));
  const notSent = main.querySelector("[data-not-sent]");
  for (const words of left) {
    notSent.hidden = false;
    notSent.append(Object.assign(document.createElement("p"), { textContent: words, className: "km-note" }));
  }
  main.querySelector("h2").focus();
}

function leaveUnlessWriting() {
  const problem = root.querySelector("[data-problem]");
  if (problem && (stages.isWriting() || notes.areWaiting)) {
    problem.hidden = false;
    problem.querySelector("p").textContent = problem.dataset.closed;
  } else location.assign(root.dataset.overUrl);
}

// What was pressed in a fold is done; the keyboard, if it was in there, goes on at the fold.
function shut(fold) {
  if (fold?.contains(document.activeElement)) fold.querySelector("summary").focus();
  fold?.removeAttribute("open");
}

// The facilitator’s buttons: pressed without leaving the page. The screens hear of it through the log.
root.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-do]")) return;
  event.preventDefault();
  const button = event.submitter;
  const values = new URLSearchParams(new FormData(form));
  if (button?.name) values.set(button.name, button.value);
  const problem = root.querySelector("[data-problem]");
  button?.setAttribute("aria-disabled", "true");
  try {
    const { marks } = await post(form.action, values, form);
    if (problem) problem.hidden = true;
    shut(button?.closest("[data-put]"));
    desk.cleared(button, form);
    notes.marks.cleared(form);
    if (marks) notes.marks.set(marks);
    if (form.matches("[data-ready]")) drawReady(form, marks.ready);
    line.nudge();
  } catch (trouble) {
    if (!problem) return;
    problem.hidden = false;
    problem.querySelector("p").textContent =
      trouble instanceof Refused ? trouble.message : "We could not send this. Try again in a moment.";
  } finally {
    button?.removeAttribute("aria-disabled");
  }
});
