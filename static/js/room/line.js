// The line to the server: a stream, and polling of the same log while the stream does not get through.

const RETRY_MS = 1500;
const POLL_MS = 2000;
const SILENCE_MS = 40000; // the server says something every 15 seconds
const TRY_STREAM_AGAIN_MS = 30000;
const FAILURES_BEFORE_POLLING = 2;

export class Line {
  constructor(root, { onPiece, onTime, onState, onUnknown }) {
    this.live = root.dataset.live;
    this.poll = root.dataset.poll;
    this.seq = Number(root.dataset.seq);
    this.handlers = { onPiece, onTime, onState, onUnknown };
    this.failures = 0;
    this.isStopped = false;
    this.isUp = null;
    this.openStream();
    setInterval(() => this.watch(), 5000);
    addEventListener("offline", () => this.setUp(false));
    addEventListener("online", () => this.nudge());
    addEventListener("pagehide", () => this.stream?.close());
    addEventListener("pageshow", (event) => event.persisted && this.openStream());
  }

  openStream() {
    if (this.isStopped) return;
    this.stream?.close();
    const stream = new EventSource(`${this.live}&since=${this.seq}`);
    this.stream = stream;
    this.heardAt = Date.now();
    stream.addEventListener("ping", (event) => {
      this.alive();
      this.handlers.onTime(JSON.parse(event.data).now);
    });
    stream.addEventListener("room", (event) => {
      this.alive();
      this.take(Number(event.lastEventId), JSON.parse(event.data));
    });
    stream.addEventListener("gone", () => {
      this.lost();
      this.ask();
    });
    stream.onerror = () => this.lost();
  }

  // The stream works.
  alive() {
    this.heardAt = Date.now();
    this.failures = 0;
    this.stopPolling();
    this.setUp(true);
  }

  // The stream is gone: open it again, and poll if that does not help.
  lost() {
    this.stream?.close();
    this.stream = null;
    this.failures += 1;
    const polls = this.failures >= FAILURES_BEFORE_POLLING;
    if (polls) this.startPolling();
    clearTimeout(this.reopening);
    const wait = polls ? TRY_STREAM_AGAIN_MS : RETRY_MS;
    this.reopening = setTimeout(() => this.openStream(), wait * (0.75 + Math.random() / 2));
    if (!navigator.onLine) this.setUp(false);
  }

  watch() {
    if (this.stream && Date.now() - this.heardAt > SILENCE_MS) this.lost();
  }

  startPolling() {
    if (this.polling) return;
    this.polling = setInterval(() => this.ask(), POLL_MS);
    this.ask();
  }

  stopPolling() {
    clearInterval(this.polling);
    this.polling = null;
  }

  async ask() {
    if (this.isStopped || this.isAsking) return;
    this.isAsking = true;
    try {
      const answer = await fetch(this.poll.replace(/0\/$/, `${this.seq}/`), {
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(8000),
      });
      if (answer.status === 403) return this.handlers.onUnknown();
      if (!answer.ok) throw new Error(answer.status);
      const news = await answer.json();
      this.handlers.onTime(news.now);
      for (const piece of news.pieces) this.take(piece.seq, piece);
      this.seq = Math.max(this.seq, news.seq);
      this.setUp(true);
      if (news.more) setTimeout(() => this.ask(), 0);
    } catch {
      if (!this.stream || this.stream.readyState !== EventSource.OPEN) this.setUp(false);
    } finally {
      this.isAsking = false;
    }
  }

  // Something of ours was saved: if the stream is not there to tell us, look ourselves.
  nudge() {
    if (this.stream?.readyState === EventSource.OPEN) return;
    if (!this.stream) this.openStream();
    this.ask();
  }

  take(seq, piece) {
    if (seq <= this.seq) return;
    this.seq = seq;
    this.handlers.onPiece(piece);
  }

  setUp(isUp) {
    if (this.isUp === isUp) return;
    this.isUp = isUp;
    this.handlers.onState(isUp);
  }

  stop() {
    this.isStopped = true;
    this.stream?.close();
    this.stopPolling();
    clearTimeout(this.reopening);
  }
}
