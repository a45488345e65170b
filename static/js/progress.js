// One WebSocket for everything live on the page. Topics are subscribed, events arrive as
// "lexintel:progress" on document (detail: the event), changes of the connection as "lexintel:connection".

const PING_MS = 20_000;
const SILENT_MS = 45_000;
const ANSWER_MS = 4000;
const SIGNED_OUT = 4401;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000];
export const TERMINAL = new Set(["succeeded", "failed", "cancelled"]);

class Progress {
  #socket = null;
  #wanted = new Map();
  #last = new Map();
  #failures = 0;
  #retry = null;
  #heard = 0;
  #asked = new Set();
  #probe = null;
  state = "idle";

  constructor() {
    addEventListener("online", () => this.#look());
    addEventListener("offline", () => this.#look());
    setInterval(() => this.#keepAlive(), PING_MS);
  }

  /** Listen to a topic until the signal fires. */
  subscribe(topic, signal) {
    const count = this.#wanted.get(topic) ?? 0;
    this.#wanted.set(topic, count + 1);
    signal?.addEventListener("abort", () => this.#release(topic), { once: true });
    if (count) return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send({ subscribe: [topic] });
    else this.#connect();
  }

  #release(topic) {
    const count = (this.#wanted.get(topic) ?? 1) - 1;
    if (count) { this.#wanted.set(topic, count); return; }
    this.#wanted.delete(topic);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send({ unsubscribe: [topic] });
  }

  /** The last event of a topic, if one has come. */
  last(topic) { return this.#last.get(topic); }

  // What the browser says of the network is a rumour: a socket may survive a short loss, and a server in the same house needs none.
  // So the socket is asked, and what it answers counts.
  #look() {
    if (this.#socket?.readyState !== WebSocket.OPEN) { if (navigator.onLine) this.#connect(true); return; }
    clearTimeout(this.#probe);
    this.#send({ ping: 1 });
    const asked = Date.now();
    this.#probe = setTimeout(() => {
      if (this.#heard >= asked || this.#socket?.readyState !== WebSocket.OPEN) return;
      if (navigator.onLine) this.#socket.close();
      else this.#become("offline");
    }, ANSWER_MS);
  }

  #connect(now = false) {
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) return;
    if (this.#retry && !now) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    if (!this.#wanted.size) return;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/progress/`);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (message) => this.#received(JSON.parse(message.data)));
    socket.addEventListener("close", ({ code }) => this.#closed(socket, code));
  }

  #opened() {
    this.#heard = Date.now();
    if (this.#wanted.size) this.#send({ subscribe: [...this.#wanted.keys()] });
  }

  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (code === SIGNED_OUT) { this.#become("signed-out"); return; }
    if (!this.#wanted.size) { this.#become("idle"); return; }
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#become(navigator.onLine && this.#failures < 8 ? "reconnecting" : "offline");
    this.#retry = setTimeout(() => { this.#retry = null; this.#connect(); }, wait * (0.75 + Math.random() / 2));
  }

  #received(message) {
    this.#heard = Date.now();
    this.#failures = 0;
    this.#become("live");
    if (message.subscribed || message.pong || message.error) {
      document.dispatchEvent(new CustomEvent("lexintel:answer", { detail: message }));
      return;
    }
    if (!message.topic) return;
    const before = this.#last.get(message.topic);
    if (before && message.seq <= before.seq) return;
    if (before && message.seq > before.seq + 1) this.#askAgain();
    this.#last.set(message.topic, message);
    document.dispatchEvent(new CustomEvent("lexintel:progress", { detail: message }));
  }

  // A gap means that something was dropped on the way: the snapshot of a new subscription fills it.
  #askAgain() {
    if (this.#asked.size) return;
    this.#wanted.forEach((_, topic) => this.#asked.add(topic));
    setTimeout(() => {
      const topics = [...this.#asked].filter((topic) => this.#wanted.has(topic));
      this.#asked.clear();
      if (topics.length && this.#socket?.readyState === WebSocket.OPEN) this.#send({ subscribe: topics });
    }, 1000);
  }

  #keepAlive() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (Date.now() - this.#heard > SILENT_MS) { this.#socket.close(); return; }
    this.#send({ ping: 1 });
  }

  #send(message) { this.#socket.send(JSON.stringify(message)); }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    document.dispatchEvent(new CustomEvent("lexintel:connection", { detail: { state } }));
  }
}

export const progress = new Progress();
