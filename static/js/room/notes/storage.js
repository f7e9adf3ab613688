// What this browser keeps: drafts, and notes that the portal does not have yet.

export class BrowserStorage {
  constructor({ room, as, me }) {
    this.prefix = `km-room-${room}-${as}-${me}-`;
  }

  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(this.prefix + key);
      else localStorage.setItem(this.prefix + key, value);
    } catch {
      // A browser that keeps nothing: the note still waits in this page
    }
  }

  // Name and value of all that is kept of this room.
  entries() {
    try {
      const all = Object.entries(localStorage).filter(([key]) => key.startsWith(this.prefix));
      return all.map(([key, value]) => [key.slice(this.prefix.length), value]);
    } catch {
      return [];
    }
  }

  // Nothing that was written stays in a browser that others may use after us.
  forgetAll() {
    for (const [name] of this.entries()) this.set(name, null);
  }

  // Other windows of this browser hear that something was saved.
  tellSaved() {
    this.set("saved", String(Date.now()));
  }

  onSaved(hear) {
    addEventListener("storage", (event) => event.key === `${this.prefix}saved` && hear());
  }
}
