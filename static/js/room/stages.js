// Which step is on the screen. Everybody follows the facilitator, but nobody is pulled away while writing.

export class Stages {
  constructor(root, say) {
    this.root = root;
    this.say = say;
    this.current = root.dataset.stage;
    this.sections = [...root.querySelectorAll("[data-stage-of]")];
    this.moved = root.querySelector("[data-moved]");
    root.addEventListener("click", (event) => this.clicked(event));
    this.drawMoved();
  }

  get shown() {
    return this.sections.find((section) => !section.hidden);
  }

  section(key) {
    return this.sections.find((section) => section.dataset.stageOf === key);
  }

  // The room has moved to another step.
  follow(key) {
    if (!key || key === this.current) return;
    const followed = this.shown?.dataset.stageOf === this.current;
    this.current = key;
    const name = this.section(key)?.dataset.name;
    this.say(`Next step: ${name}`);
    if (followed && !this.isWriting()) this.show(key);
    this.drawMoved();
  }

  // Whether somebody would lose sight of what they write.
  isWriting() {
    const shown = this.shown;
    if (!shown) return false;
    return [...shown.querySelectorAll("textarea")].some((box) => box.value.trim() || box.closest("[data-changing]"));
  }

  show(key) {
    const section = this.section(key);
    if (!section) return;
    const hadFocus = this.shown?.contains(document.activeElement);
    for (const one of this.sections) one.hidden = one !== section;
    if (hadFocus) section.querySelector("h2, h1")?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
    this.drawMoved();
  }

  drawMoved() {
    if (!this.moved) return;
    const isElsewhere = Boolean(this.current) && this.shown?.dataset.stageOf !== this.current;
    this.moved.hidden = !isElsewhere;
    if (isElsewhere) {
      const name = this.section(this.current)?.dataset.name ?? "";
      this.moved.querySelector("[data-moved-name]").textContent = name;
    }
  }

  clicked(event) {
    const look = event.target.closest("[data-look]");
    const go = event.target.closest("[data-moved-go]");
    if (!look && !go) return;
    event.preventDefault();
    this.show(look ? look.dataset.look : this.current);
    this.shown.querySelector("h2, h1")?.focus();
  }
}
