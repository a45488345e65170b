// Runs beside the sound: frames of a fifth of a second, 16-bit, 16 kHz, one channel, whatever the microphone's rate is.

const RATE = 16_000;
const FRAME = RATE / 5;

class Frames extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.step = sampleRate / RATE;
    this.sum = 0;
    this.count = 0;
    this.at = 0;
  }

  process([input]) {
    if (!input.length) return true;
    const channels = input.length;
    for (let place = 0; place < input[0].length; place += 1) {
      let sample = 0;
      for (const channel of input) sample += channel[place] / channels;
      this.sum += sample;
      this.count += 1;
      this.at += 1;
      // Each sample that goes out is the mean of those that came in since the one before.
      while (this.at >= this.step) {
        this.at -= this.step;
        const value = this.count ? this.sum / this.count : sample;
        this.sum = 0;
        this.count = 0;
        this.put(value);
      }
    }
    return true;
  }

  put(value) {
    this.frame[this.filled] = Math.max(-1, Math.min(1, value)) * 32767;
    this.filled += 1;
    if (this.filled < FRAME) return;
    const full = this.frame;
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.port.postMessage(full.buffer, [full.buffer]);
  }
}

registerProcessor("frames", Frames);
