// A form in which several people write at once: what others have saved comes in where one has not written oneself, and
// where both have, both versions stand there. autosave.js sends it; without it the page that comes back does the same.

const form = document.querySelector("form[data-together]");
const seen = form.elements.namedItem("seen");
const shown = new Map(); // name → the note about theirs

form.addEventListener("km:saved", ({ detail }) => {
  const before = JSON.parse(seen.value || "{}");
  if (detail.seen) seen.value = JSON.stringify(detail.seen);
  if (detail.known !== undefined) form.elements.namedItem("known").value = detail.known;
  for (const [name, values] of Object.entries(detail.changed ?? {})) fill(name, values, before[name]);
  for (const [name, theirs] of Object.entries(detail.theirs ?? {})) tell(name, theirs, detail.words?.[name]);
  if (detail.fresh) tellFresh();
});

function controlsOf(name) {
  return [...form.elements].filter((one) => one.name === name);
}

// What has come in meanwhile. Where the cursor is, nothing is changed: it comes with the next save.
function fill(name, values, before) {
  const controls = controlsOf(name);
  if (!controls.length) {
    if (/-(title|then_do)$/.test(name)) tellFresh();
    return;
  }
  for (const control of controls) {
    if (control === document.activeElement && control.type !== "checkbox") return restoreSeen(name, before);
    if (control.type === "checkbox") control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
  }
}

function tellFresh() {
  form.querySelector("[data-fresh-rows]").hidden = false;
}

// As if the answer had not come: the next save brings it again.
function restoreSeen(name, before = "") {
  const marks = JSON.parse(seen.value);
  marks[name] = before;
  seen.value = JSON.stringify(marks);
}

function tell(name, theirs, words = theirs) {
  const [control] = controlsOf(name);
  if (!control) return;
  shown.get(name)?.remove();
  const note = form.querySelector("[data-theirs]").content.firstElementChild.cloneNode(true);
  note.querySelector("[data-theirs-words]").textContent = words || "nothing";
  note.querySelector("[data-take]").addEventListener("click", () => settle(name, theirs, true));
  note.querySelector("[data-keep]").addEventListener("click", () => settle(name, theirs, false));
  control.closest(".govuk-form-group, fieldset")?.append(note);
  shown.set(name, note);
}

function settle(name, theirs, takes) {
  const controls = controlsOf(name);
  shown.get(name)?.remove();
  shown.delete(name);
  if (takes) {
    for (const control of controls) {
      if (control.type === "checkbox") control.checked = theirs.split("\n").includes(control.value);
      else control.value = theirs;
    }
  } else {
    const extra = Object.assign(document.createElement("input"), { type: "hidden", name: "mine", value: name });
    form.append(extra);
    form.addEventListener("km:saved", () => extra.remove(), { once: true });
  }
  controls[0].focus();
  controls[0].dispatchEvent(new Event("change", { bubbles: true }));
}
