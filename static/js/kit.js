// Everything works without this file; it only makes some things nicer.
import { initAll } from "../vendor/govuk-frontend-6.6.0/govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");

initAll();

// What htmx puts into the page gets its behaviour too, and an error summary its focus.
document.addEventListener("htmx:afterSettle", (event) => initAll({ scope: event.target }));

// Whoever goes back is sometimes given the form anew, with a new key. The place in the browser’s history keeps the key
// that was sent, as it keeps what was typed, so that the same words sent again are known (organisations/once.py).
const keys = document.querySelectorAll("form input[name=form_key], form input[name=once]");
if (keys.length) {
  const wentBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const kept = (wentBack && history.state?.keys) || {};
  const nth = {};
  for (const field of keys) {
    const place = `${field.form.getAttribute("action") || ""} ${field.name}`;
    nth[place] = (nth[place] || 0) + 1;
    const name = `${place} ${nth[place]}`;
    if (kept[name]) field.value = kept[name];
    kept[name] = field.value;
  }
  history.replaceState({ ...history.state, keys: kept }, "");
}

// What was just done is said first, and the keyboard goes on beside it, where it can be undone. A mistake in a form
// comes before that, and so does a place on the page that was asked for.
const said = document.querySelector(".km-messages");
if (said && !location.hash && !document.querySelector(".govuk-error-summary")) {
  said.setAttribute("tabindex", "-1");
  said.focus({ preventScroll: true });
}

// Putting the introduction of a page away goes on behind the page, so that nothing half written is lost.
const introduction = document.querySelector(".km-intro");
introduction?.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const sent = { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } };
  const answer = await fetch(form.action, sent).catch(() => null);
  if (answer?.status !== 204) return form.submit();
  introduction.remove();
  document.querySelector(".km-foot form[hidden]")?.removeAttribute("hidden");
  const heading = document.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
});

// Beside a box for a day a button opens the browser's own calendar; what is chosen there is written into the box.
function offerCalendars(scope) {
  if (!("showPicker" in HTMLInputElement.prototype)) return;
  for (const box of scope.querySelectorAll("input[data-calendar]:not([data-calendar=ready])")) {
    box.dataset.calendar = "ready";
    const asked = box.closest("fieldset")?.querySelector("legend") || box.labels?.[0];
    const label = (asked?.firstChild?.textContent || asked?.textContent || "").trim() || "Day";
    const calendar = Object.assign(document.createElement("input"), { type: "date", tabIndex: -1 });
    calendar.className = "km-calendar__days";
    calendar.setAttribute("aria-hidden", "true");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Calendar" });
    button.className = "km-linkbtn km-calendar";
    const about = Object.assign(document.createElement("span"), { textContent: ` for “${label}”` });
    about.className = "km-hide";
    button.append(about);
    button.addEventListener("click", () => calendar.showPicker());
    calendar.addEventListener("input", (event) => event.stopPropagation());
    calendar.addEventListener("change", (event) => {
      event.stopPropagation();
      if (!calendar.value) return;
      const day = new Date(`${calendar.value}T12:00`);
      box.value = day.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
      for (const kind of ["input", "change"]) box.dispatchEvent(new Event(kind, { bubbles: true }));
      button.focus();
    });
    box.after(button, calendar);
  }
}

offerCalendars(document);
document.addEventListener("htmx:afterSettle", (event) => offerCalendars(event.target));

// Beside an address that is to be passed on, a button that copies it.
for (const place of document.querySelectorAll("[data-copy]")) {
  const link = place.querySelector("a");
  if (!link || !navigator.clipboard) continue;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy the link" });
  const said = document.createElement("span");
  button.className = "km-linkbtn";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    said.textContent = await navigator.clipboard.writeText(link.href).then(() => " Copied.", () => " Not copied.");
  });
  place.append(" ", button, said);
}

// A menu closes when one clicks or tabs away from it, and with Escape, which takes the focus back to its button.
for (const menu of document.querySelectorAll("details.km-pop, details.km-menu")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
