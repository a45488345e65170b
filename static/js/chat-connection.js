// The live connection of one conversation: it tells that something has changed, and what it did not tell is asked for.
//
// Server: {type: "ready"}, {type: "message", message: {id, state, ...}}, {type: "sentence", message: id, ...}, {type: "error", code, detail}.
// Client: {follow: id, since: n}. While there is no connection, the page asks by itself.

const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const FINAL = new Set([4401, 4403, 4404]);

export class Connection {
  #failures = 0;
  #socket = null;
  #retry = null;

  /** `changed(id)` is called with the id of an answer that has changed ("" where it is not told which), `became(state)` with "live" or
   *  "reconnecting", `refused()` where the conversation may not be seen any more. */
  constructor(conversation, { changed, became, refused, signal }) {
    Object.assign(this, { conversation, changed, became, refused, signal });
    addEventListener("online", () => this.#connect(), { signal });
    signal.addEventListener("abort", () => { clearTimeout(this.#retry); this.#socket?.close(); });
    this.#connect();
  }

  get live() { return this.#socket?.readyState === WebSocket.OPEN; }

  /** Hear of an answer from sentence `since` on. */
  follow(id, since) {
    if (this.live) this.#socket.send(JSON.stringify({ follow: id, since }));
  }

  #connect() {
    if (this.signal.aborted || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.#retry);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/${this.conversation}/`);
    this.#socket = socket;
    socket.addEventListener("open", () => { this.became("live"); this.changed(""); });
    socket.addEventListener("message", ({ data }) => this.#heard(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.#closed(socket, code));
  }

  #heard({ type, message }) {
    this.#failures = 0;
    if (type === "message") this.changed(message.id);
    else if (type === "sentence") this.changed(message);
    else if (type === "error") this.changed("");
  }

  #closed(socket, code) {
    if (socket !== this.#socket || this.signal.aborted) return;
    this.#socket = null;
    if (FINAL.has(code)) { this.refused(); return; }
    this.became("reconnecting");
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }
}
