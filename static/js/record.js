// Records what somebody says and puts it into the box for files of the form. Without it, or without a microphone, that
// box takes a recording that was made elsewhere.
//
//   <div data-record>a form group with an input of type file</div>

const LONGEST = 5 * 60;
const KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"]];

class Recorder {
  constructor(place) {
    this.place = place;
    this.input = place.querySelector("input[type=file]");
    this.kind = KINDS.find(([type]) => MediaRecorder.isTypeSupported(type));
    if (!this.input || !this.kind) return;
    this.button = Object.assign(document.createElement("button"), { type: "button" });
    this.button.className = "km-btn km-btn--quiet";
    this.said = Object.assign(document.createElement("p"), { className: "km-meta" });
    this.said.setAttribute("role", "status");
    this.button.addEventListener("click", () => (this.recorder ? this.recorder.stop() : this.start()));
    this.name("Record what you want to say");
    this.place.append(this.button, this.said);
  }

  name(words) {
    this.button.textContent = words;
  }

  async start() {
    let stream = null;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.said.textContent = "The browser does not let this page use the microphone. You can choose a file instead.";
      return;
    }
    const parts = [];
    const recorder = new MediaRecorder(stream, { mimeType: this.kind[0], audioBitsPerSecond: 32000 });
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      clearInterval(this.clock);
      this.recorder = null;
      this.keep(new Blob(parts, { type: this.kind[0] }));
    });
    this.recorder = recorder;
    this.since = Date.now();
    recorder.start();
    this.name("Stop recording");
    this.said.textContent = "Recording. Name no patient and no client.";
    this.clock = setInterval(() => this.tick(), 1000);
  }

  get seconds() {
    return Math.round((Date.now() - this.since) / 1000);
  }

  tick() {
    this.name(`Stop recording (${this.length()})`);
    if (this.seconds >= LONGEST) this.recorder.stop();
  }

  length() {
    return `${Math.floor(this.seconds / 60)}:${String(this.seconds % 60).padStart(2, "0")}`;
  }

  // Beside the files that are chosen already.
  keep(sound) {
    const chosen = new DataTransfer();
    for (const file of this.input.files) chosen.items.add(file);
    const moment = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "-");
    const name = `Voice note ${moment}.${this.kind[1]}`;
    chosen.items.add(new File([sound], name, { type: this.kind[0] }));
    this.input.files = chosen.files;
    this.name("Record something else");
    this.said.textContent =
      `${this.length()} recorded. It is kept when you save this form. Please write what it says, too.`;
  }
}

if (window.MediaRecorder && navigator.mediaDevices) {
  for (const place of document.querySelectorAll("[data-record]")) new Recorder(place);
}
