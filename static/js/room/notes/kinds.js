// What a column may take, by the word in its script: all that differs between kinds in the browser. The portal’s half
// of each stands in techniques/column_kinds.py.

const note = {
  missing: "Write something before you send the note.",

  // What stands in the box, ready to be sent; empty when there is nothing.
  read: (form) => form.elements.text.value.trim(),

  // After sending, and with words that come back or were kept.
  fill(form, text) {
    form.elements.text.value = text;
  },

  // The words in an entry that was drawn from a template.
  write(element, text) {
    element.querySelector("[data-text]").innerText = text;
  },

  // An entry that is on the board already takes over what is new in a fresh drawing of it.
  update(there, fresh) {
    there.querySelector("[data-text]").innerHTML = fresh.querySelector("[data-text]").innerHTML;
    for (const part of there.querySelectorAll("[data-part]")) {
      const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (other) part.innerHTML = other.innerHTML;
    }
  },
};

const support = { ...note, missing: "Write which one you mean before you send it." };
const topic = { ...note, missing: "Write the name of the topic before you send it." };
const joining = { ...note, missing: "Write the topic, a colon and your name before you send it." };

const kinds = { note, support, topic, joining };

export const kindOf = (key) => kinds[key] ?? note;
