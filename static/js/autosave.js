// Keeps what somebody writes in a form with data-autosave, while they write. Without it the form's buttons do it.
//
//   <form method="post" data-autosave>                saves to the form's own address
//   <form method="post" data-autosave="/address/">    saves to another one
//   {% include "components/save_state.html" %}        inside the form or anywhere on the page says how it stands
//
// The whole form is posted with the headers "Autosave: 1" and "Accept: application/json". The answer is JSON, all of it
// optional: saved_at or saved (the time), hint and kept (what may show somebody: said in the form's data-hint, and sent
// along from then on), version (put into the hidden field "version"), url (where a new
// thing lives from now on), unsaved (a sentence about what could not be read: the rest is saved), problem or error
// (a sentence, with a status from 400). Text that the server has not
// acknowledged is kept in the browser and sent when the line or the person comes back. The focus is never moved.

const RETRIES = [2000, 5000, 10000, 30000];
const TOKEN = "csrfmiddlewaretoken";
const VERSION = "version";

class Autosave {
  constructor(form) {
    this.form = form;
    this.state = form.querySelector("[data-save-state]") || document.querySelector("[data-save-state]");
    this.tries = 0;
    this.isSending = false;
    this.restore();
    form.addEventListener("input", (event) => {
      this.changed(event.target.matches("textarea, [type=text], [type=email]") ? 700 : 150);
    });
    form.addEventListener("change", () => this.changed(150));
    form.addEventListener("submit", (event) => this.submit(event));
    addEventListener("online", () => this.isWaiting && this.send());
    addEventListener("pagehide", () => this.isWaiting && this.post({ keepalive: true }).catch(() => {}));
    addEventListener("beforeunload", (event) => this.tries > 0 && event.preventDefault());
  }

  // Of this person, on this page, in this form: nobody else on the same computer gets the text to see.
  get store() {
    return ["km-draft", document.body.dataset.person || "guest", location.pathname, this.form.id].join(" ");
  }

  get isWaiting() {
    return this.timer !== undefined || this.isSending || this.tries > 0;
  }

  changed(delay) {
    this.keep();
    this.plan(delay);
  }

  plan(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), delay);
  }

  fields() {
    return [...new FormData(this.form)].filter(([, value]) => typeof value === "string");
  }

  words(fields = this.fields()) {
    return JSON.stringify(fields.filter(([name]) => name !== TOKEN && name !== VERSION));
  }

  keep() {
    try {
      const fields = this.fields().filter(([name]) => name !== TOKEN);
      localStorage.setItem(this.store, JSON.stringify(fields));
    } catch {
      // A browser that keeps nothing: the form on the screen is all there is.
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.store);
    } catch {
      // Nothing was kept.
    }
  }

  // What an earlier visit could not save: put it back and send it.
  restore() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.store));
    } catch {
      return;
    }
    if (!Array.isArray(kept) || this.words(kept) === this.words()) return this.forget();
    for (const control of this.form.elements) {
      if (!control.name || control.name === TOKEN) continue;
      const values = kept.filter(([name]) => name === control.name).map(([, value]) => value);
      if (["checkbox", "radio"].includes(control.type)) control.checked = values.includes(control.value);
      else if (values.length && control.type !== "file" && control.type !== "submit") control.value = values[0];
      control.closest("details:not([open])")?.toggleAttribute("open", Boolean(values[0] && control.type !== "hidden"));
    }
    this.say("wait", "refresh-cw", "Saving what you wrote last time");
    this.plan(0);
  }

  async send() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.isSending) return this.plan(300);
    this.isSending = true;
    const slow = setTimeout(() => this.say("wait", "refresh-cw", "Saving"), 400);
    try {
      await this.answered(await this.post());
    } catch {
      this.failed();
    } finally {
      clearTimeout(slow);
      this.isSending = false;
      if (this.pressed !== undefined) this.form.requestSubmit(this.pressed);
      this.pressed = undefined;
    }
  }

  post(options = {}) {
    const body = new URLSearchParams(this.fields());
    const address = this.form.dataset.autosave || this.form.action;
    const headers = { Accept: "application/json", Autosave: "1" };
    return fetch(address, { method: "POST", body, headers, credentials: "same-origin", ...options });
  }

  async answered(response) {
    const said = (response.headers.get("Content-Type") || "").includes("json") ? await response.json() : {};
    if (response.redirected && !said.saved && !said.saved_at) {
      return this.refused("You are signed out. Sign in in another window. Your text stays here.", true);
    }
    if (response.status >= 500) return this.failed();
    this.takeOver(said);
    if (!response.ok) return this.refused(said.problem || said.error || this.reason(response.status));
    this.tries = 0;
    if (this.timer === undefined && !said.unsaved) this.forget();
    else this.keep();
    this.hint(said);
    const saved = `Saved ${said.saved_at || said.saved || this.clock()}`;
    if (said.unsaved) this.say("not", "circle-alert", `${saved}, but not everything. ${said.unsaved}`);
    else this.say("", "cloud-check", saved);
    this.form.dispatchEvent(new CustomEvent("km:saved", { bubbles: true, detail: said }));
  }

  // What in the words may show somebody: said beside them, once, and nobody is stopped.
  hint({ hint = "", kept = {} }) {
    const place = this.form.querySelector("[data-hint]");
    if (!place || !hint) return;
    place.textContent = `${hint} Change it if it shows somebody.`;
    for (const [name, value] of Object.entries(kept)) {
      const field = this.form.elements.namedItem(name) || document.createElement("input");
      if (field.type === "checkbox") field.checked = true;
      else this.form.append(Object.assign(field, { type: "hidden", name }));
      field.value = value;
    }
  }

  takeOver({ version, url }) {
    if (version !== undefined) {
      const control = this.form.elements.namedItem(VERSION);
      if (control && control.type === "hidden") control.value = version;
    }
    if (url && url !== location.pathname) {
      this.forget();
      history.replaceState(history.state, "", url);
      this.form.action = url;
    }
  }

  reason(status) {
    if (status === 403) return "This page was open for too long. Load it again. Your text stays here.";
    if (status === 404 || status === 410) return "This can no longer be changed.";
    if (status === 413) return "This is too long to save.";
    return "Something has to be put right first.";
  }

  // The server has understood and says no: trying again would not help, changing something may.
  refused(sentence, canTry = false) {
    this.tries = 0;
    this.say("not", "circle-alert", `Not saved yet. ${sentence}`, canTry);
  }

  failed() {
    const delay = RETRIES[Math.min(this.tries, RETRIES.length - 1)];
    this.tries += 1;
    this.say("not", "wifi-off", "Not saved yet. Your text is kept here.", true);
    this.plan(delay);
  }

  // A form that is sent by its button is out of our hands, unless there is no line to send it on. What is just being
  // saved is waited for: its answer brings the version that the form must carry.
  submit(event) {
    if (navigator.onLine === false) {
      event.preventDefault();
      return this.failed();
    }
    if (this.isSending) {
      event.preventDefault();
      this.pressed = event.submitter;
      return;
    }
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tries = 0;
    this.forget();
  }

  clock() {
    return new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  }

  say(kind, icon, words, canTry = false) {
    const state = this.state;
    if (!state || state.dataset.words === words) return;
    state.dataset.words = words;
    state.className = `km-saved${kind ? ` km-saved--${kind}` : ""}`;
    state.replaceChildren(this.icon(icon), Object.assign(document.createElement("span"), { textContent: words }));
    if (canTry) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Try now" });
      button.className = "km-linkbtn";
      button.addEventListener("click", () => this.send());
      state.append(button);
    }
  }

  icon(name) {
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    picture.setAttribute("class", "km-icon");
    picture.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${this.state.dataset.icons}#${name}`);
    picture.append(use);
    return picture;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);
