// Dictation: the microphone's frames go out numbered and stay here until the server has stored them; text comes back while one speaks.

import { el, setText } from "./dom.js";
import { clock, gettext } from "./i18n.js";
import { api } from "./net.js";
import { onPage } from "./page.js";
import { toast } from "./toasts.js";

const AGAIN_MS = [500, 1000, 2000, 4000];
const MOST_WAITING = 3000; // ten minutes
const HOPELESS = new Set([4401, 4403, 4404, 4409, 4410]);
const HINTS = { quiet: gettext("Speak louder, or closer to the microphone."), loud: gettext("Too loud: the sound is overdriven."), noisy: gettext("It is noisy around you.") };

onPage("[data-dictation]", (panel, signal) => {
  const part = (name) => panel.querySelector(`[data-dictation-${name}]`);
  const client = crypto.randomUUID();
  const waiting = new Map();
  let [socket, sound, next, tries, ended, ending] = [null, null, 0, 0, false, false];
  let ready = false;

  const say = (sentence) => setText(part("state"), sentence);
  const isOpen = () => ready && socket?.readyState === WebSocket.OPEN;

  function connect() {
    if (ended || signal.aborted) return;
    ready = false;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/ws/dictation/${panel.dataset.dictation}/?client=${client}`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => heard(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => {
      ready = false;
      if (ended || signal.aborted) return;
      if (HOPELESS.has(code)) { ended = true; release(); return; }
      say(gettext("The connection is lost. Go on speaking: nothing is lost."));
      setTimeout(connect, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]);
      tries += 1;
    });
  }

  function heard(message) {
    if (message.type === "ready") {
      tries = 0;
      ready = true;
      // What the server has already is not sent again; a page that was reloaded goes on behind it.
      for (const number of waiting.keys()) if (number < message.next) waiting.delete(number);
      next = Math.max(next, message.next);
      part("text").replaceChildren(...message.finals.map(([, , text]) => el("span", {}, `${text} `)));
      for (const frame of waiting.values()) socket.send(frame);
      if (ending) socket.send('{"type":"end"}');
      else say(sound ? gettext("Speak. What you say is kept at once.") : gettext("The microphone is off."));
    } else if (message.type === "ack") {
      for (const number of waiting.keys()) if (number < message.next) waiting.delete(number);
      setText(part("time"), clock(message.next / 5));
    } else if (message.type === "final") {
      part("text").append(el("span", {}, `${message.text} `));
      setText(part("partial"), "");
    } else if (message.type === "partial") {
      setText(part("partial"), message.text);
    } else if (message.type === "level") {
      part("level").value = Math.max(-60, message.db);
      if (sound) say(HINTS[message.hint] ?? gettext("Speak. What you say is kept at once."));
    } else if (message.type === "notice") {
      toast(message.detail, { error: true });
    } else if (message.type === "error") {
      say(message.detail);
    } else if (message.type === "done") {
      ended = true;
      release();
      location.assign(message.url);
    }
  }

  async function start() {
    if (sound) { pause(); return; }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true } });
    } catch (error) {
      const why = error.name === "NotAllowedError" ? gettext("The browser may not use the microphone. Allow it beside the address of the page.") : gettext("No microphone was found.");
      toast(why, { error: true });
      return;
    }
    const context = new AudioContext();
    await context.audioWorklet.addModule(panel.dataset.worklet);
    const frames = new AudioWorkletNode(context, "frames");
    frames.port.addEventListener("message", ({ data }) => took(data));
    frames.port.start();
    context.createMediaStreamSource(stream).connect(frames);
    sound = { stream, context };
    part("start").setAttribute("aria-pressed", "true");
    setText(part("start").querySelector("span"), gettext("Pause"));
    say(isOpen() ? gettext("Speak. What you say is kept at once.") : gettext("Connecting…"));
  }

  function took(pcm) {
    if (waiting.size >= MOST_WAITING) { pause(); toast(gettext("The server has not answered for ten minutes, so the microphone was switched off. What you said is kept on this page; leave it open."), { error: true }); return; }
    const frame = new Uint8Array(4 + pcm.byteLength);
    new DataView(frame.buffer).setUint32(0, next);
    frame.set(new Uint8Array(pcm), 4);
    waiting.set(next, frame);
    next += 1;
    if (isOpen()) socket.send(frame);
  }

  function pause() {
    release();
    setText(part("start").querySelector("span"), gettext("Speak"));
    say(gettext("The microphone is off."));
  }

  function release() {
    sound?.stream.getTracks().forEach((track) => track.stop());
    sound?.context.close();
    sound = null;
    part("start").removeAttribute("aria-pressed");
    part("level").value = -60;
  }

  async function end() {
    pause();
    ending = true;
    say(gettext("The last words are being written down."));
    if (isOpen()) { socket.send('{"type":"end"}'); return; }
    if (waiting.size) return; // it is sent when the connection is back
    try {
      await api("POST", `/api/audio/${panel.dataset.dictation}/finish/`);
      location.reload();
    } catch (error) {
      toast(error.message, { error: true });
    }
  }

  part("start").addEventListener("click", start, { signal });
  part("end").addEventListener("click", end, { signal });
  addEventListener("beforeunload", (event) => { if (waiting.size && !ended) event.preventDefault(); }, { signal });
  signal.addEventListener("abort", () => { ended = true; release(); socket?.close(); });
  connect();
});
