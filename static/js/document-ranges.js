// How a long PDF comes to pdf.js: the stretches it asks for, and behind the file's last byte the index of its pages, which the server made.

/** The index's bytes, or null: the file is then opened as it is. */
export async function indexOf(address, signal) {
  const answer = await fetch(address, { credentials: "same-origin", signal });
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
}

/** A PDFDataRangeTransport over the file of `size` bytes with the index behind it. */
export function transport(lib, address, size, index, failed) {
  class Ranges extends lib.PDFDataRangeTransport {
    #ended = new AbortController();

    async requestDataRange(begin, end) {
      const bytes = new Uint8Array(end - begin);
      try {
        if (begin < size) bytes.set(await this.fetched(begin, Math.min(end, size)));
        if (end > size) bytes.set(index.subarray(Math.max(begin - size, 0), end - size), Math.max(size - begin, 0));
      } catch (error) {
        if (!this.#ended.signal.aborted) failed(error);
        return;
      }
      this.onDataRange(begin, bytes);
    }

    async fetched(begin, end) {
      const answer = await fetch(address, { headers: { Range: `bytes=${begin}-${end - 1}` }, credentials: "same-origin", signal: this.#ended.signal });
      if (answer.status !== 206) throw new Error(`The server answered ${answer.status}.`);
      return new Uint8Array(await answer.arrayBuffer());
    }

    abort() { this.#ended.abort(); }
  }
  return new Ranges(size + index.length, null);
}
