// When the time of a step is over: a soft bell, and the clock lights up. The desk says whether; it is kept in its
// browser, so a big screen that is a second window of it lights up, or not, as the desk wants. Only the desk sounds.

const PREFIX = "km-clock-";
const FLASH_MS = 6000;

export class Bell {
  constructor(root) {
    this.clock = root.querySelector("[data-clock]");
    this.isScreen = root.dataset.as === "screen";
    this.boxes = [...root.querySelectorAll("[data-bell-of]")];
    for (const set of root.querySelectorAll("[data-bell]")) set.hidden = false;
    for (const box of this.boxes) {
      const kept = this.kept(box.dataset.bellOf);
      if (kept !== null) box.checked = kept === "on";
      box.addEventListener("change", () => this.changed(box));
    }
  }

  kept(name) {
    try {
      return localStorage.getItem(PREFIX + name);
    } catch {
      return null;
    }
  }

  // Heard at once, so that one knows how loud it is; and a browser lets a page sound only after a press.
  changed(box) {
    try {
      localStorage.setItem(PREFIX + box.dataset.bellOf, box.checked ? "on" : "off");
    } catch {
      // Not kept: it holds until the page is left.
    }
    if (box.checked && box.dataset.bellOf === "bell") this.sound();
  }

  wants(name) {
    if (this.boxes.length) return this.boxes.some((box) => box.dataset.bellOf === name && box.checked);
    return this.isScreen && name === "flash" && this.kept(name) !== "off";
  }

  ring() {
    if (this.wants("bell")) this.sound();
    if (!this.wants("flash")) return;
    this.clock.classList.add("is-flashing");
    setTimeout(() => this.clock.classList.remove("is-flashing"), FLASH_MS);
  }

  // Two quiet tones that die away.
  sound() {
    if (!window.AudioContext) return;
    this.audio ??= new AudioContext();
    this.audio.resume().catch(() => {});
    for (const [place, pitch] of [659, 523].entries()) {
      const at = this.audio.currentTime + place * 0.5;
      const tone = new OscillatorNode(this.audio, { frequency: pitch });
      const volume = new GainNode(this.audio, { gain: 0 });
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.15, at + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0005, at + 1.6);
      tone.connect(volume).connect(this.audio.destination);
      tone.start(at);
      tone.stop(at + 1.7);
    }
  }
}
