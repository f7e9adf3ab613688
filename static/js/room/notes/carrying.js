// What somebody does on a board while all of it is drawn anew: typed words, open folds and the keyboard are carried
// over to the same card or group, wherever it stands by then.

const HOMES = "[data-comment], [data-note], .km-group";
const FIELDS = "input:not([type=hidden], [type=checkbox]), textarea";

// Takes down how the board stands; answers what puts it back there.
export function carry(board) {
  const folds = [...board.querySelectorAll("details[open]")].filter((fold) => !isPressed(fold)).map(nameOf);
  const typed = [...board.querySelectorAll(FIELDS)].filter((field) => field.value !== field.defaultValue);
  const words = typed.map((field) => [nameOf(field), field.value, identifierOf(field)?.value]);
  const ticked = [...board.querySelectorAll("[data-tick]:checked")].map(nameOf);
  const changing = [...board.querySelectorAll("form[data-changing]")].map((form) => [cardOf(form).dataset.note, form]);
  const held = board.contains(document.activeElement) ? document.activeElement : null;
  const focus = held && { name: nameOf(held), fold: foldOf(held), start: held.selectionStart, end: held.selectionEnd };
  return () => {
    const there = new Map();
    for (const element of board.querySelectorAll(`details, summary, button, a, ${FIELDS}, [data-tick]`)) {
      if (!there.has(nameOf(element))) there.set(nameOf(element), element);
    }
    for (const name of folds) if (there.has(name)) there.get(name).open = true;
    for (const name of ticked) if (there.has(name)) there.get(name).checked = true;
    for (const [name, value, identifier] of words) {
      const field = there.get(name);
      if (field) putBack(field, value, identifier);
    }
    for (const [handle, form] of changing) putIn(board.querySelector(`[data-note="${CSS.escape(handle)}"]`), form);
    if (held?.isConnected) held.focus();
    return !focus || held.isConnected || focusAgain(there, focus);
  };
}

// A note that is being changed stays open with its form.
function putIn(card, form) {
  if (!card || card.contains(form)) return;
  for (const part of card.children) part.hidden = true;
  card.append(form);
}

// A comment keeps its identifier: if it was sent at this moment, it is saved once.
function putBack(field, value, identifier) {
  field.value = value;
  const own = identifierOf(field);
  if (!own || !identifier) return;
  own.value = identifier;
  own.dataset.ours = "";
}

// Whether the keyboard found the same control again, or else its fold.
function focusAgain(there, { name, fold, start, end }) {
  const same = there.get(name);
  same?.focus();
  if (same && document.activeElement === same) {
    if (typeof start === "number") same.setSelectionRange(start, end);
    return true;
  }
  const summary = there.get(fold)?.querySelector("summary");
  summary?.focus();
  return Boolean(summary);
}

function foldOf(element) {
  const fold = element.closest("details");
  return fold ? nameOf(fold) : "";
}

// What is pressed there is done, and its fold shuts.
function isPressed(fold) {
  return Boolean(fold.querySelector("[aria-disabled=true]"));
}

function cardOf(element) {
  return element.closest("[data-note]");
}

function identifierOf(field) {
  return field.form?.elements.client_id;
}

// The same for the same control in each drawing. A value is left out: the buttons of votes change theirs.
function nameOf(element) {
  const home = element.closest(HOMES);
  const { comment, note } = home?.dataset ?? {};
  const of = comment ?? note ?? home?.getAttribute("aria-labelledby") ?? "";
  const control = element.localName === "summary" ? element.parentElement : element;
  const own = control.id || [control.getAttribute("form"), control.name, control.className].join("/");
  const mark = Object.keys(control.dataset).sort().join();
  return [of, element.localName, own, mark].join(" ");
}
