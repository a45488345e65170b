// The live connection of one conversation: it tells that something has changed, and what it did not tell is asked for.
//
// Server: {type: "ready"}, {type: "message", message: {id, state, ...}}, {type: "sentence", message: id, ...}, {type: "error", code, detail}.
// Client: {follow: id, since: n}, {ping: 1} (answered by {type: "pong"}). While there is no connection, the page asks by itself.

const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const PING_MS = 20_000;
const SILENT_MS = 45_000;
const FINAL = new Set([4401, 4403, 4404]);

export class Connection {
  #failures = 0;
  #socket = null;
  #retry = null;
  #over = false;
  #heardAt = 0;

  /** `changed(id)` is called with the id of an answer that has changed ("" where it is not told which), `became(state)` with "live" or
   *  "reconnecting", `refused()` where the conversation may not be seen any more. */
  constructor(conversation, { changed, became, refused, signal }) {
    Object.assign(this, { conversation, changed, became, refused, signal });
    addEventListener("online", () => this.#connect(), { signal });
    signal.addEventListener("abort", () => this.close());
    this.pinging = setInterval(() => this.#ping(), PING_MS);
    this.#connect();
  }

  close() {
    this.#over = true;
    clearTimeout(this.#retry);
    clearInterval(this.pinging);
    this.#socket?.close();
  }

  get live() { return this.#socket?.readyState === WebSocket.OPEN; }

  /** Hear of an answer from sentence `since` on. */
  follow(id, since) {
    if (this.live) this.#socket.send(JSON.stringify({ follow: id, since }));
  }

  #connect() {
    if (this.#over || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.#retry);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/${this.conversation}/`);
    this.#socket = socket;
    socket.addEventListener("open", () => { this.#heardAt = Date.now(); this.became("live"); this.changed(""); });
    socket.addEventListener("message", ({ data }) => this.#heard(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.#closed(socket, code));
  }

  /** A connection may be dead without anybody having been told. */
  #ping() {
    if (!this.live) return;
    if (Date.now() - this.#heardAt > SILENT_MS) { this.#socket.close(); this.#closed(this.#socket, 1006); } else this.#socket.send(JSON.stringify({ ping: 1 }));
  }

  #heard({ type, message }) {
    this.#failures = 0;
    this.#heardAt = Date.now();
    if (type === "message") this.changed(message.id);
    else if (type === "sentence") this.changed(message);
    else if (type === "error") this.changed("");
  }

  #closed(socket, code) {
    if (socket !== this.#socket || this.#over) return;
    this.#socket = null;
    if (FINAL.has(code)) { this.refused(); return; }
    this.became("reconnecting");
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }
}
