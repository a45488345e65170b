// Pages as the server draws and reads them: of pictures, and the words that were recognised on any page.

import { el } from "./dom.js";
import { api } from "./net.js";

/** Pages of a picture for the PdfView, in the manner of pdf.js. `base` is the document's address in the API. */
export class Pictures {
  constructor(base, count) {
    Object.assign(this, { base, numPages: count });
  }

  async getPage(number) {
    const { width, height } = await api("GET", `${this.base}pages/${number}/words/`);
    const size = { width: width || 612, height: height || 792 };
    return {
      rotate: 0,
      getViewport: ({ scale, rotation = 0 }) => {
        const [wide, high] = rotation % 180 ? [size.height, size.width] : [size.width, size.height];
        return { width: wide * scale, height: high * scale, scale, rotation };
      },
      render: ({ canvas, viewport }) => this.draw(number, canvas, viewport),
      streamTextContent: () => null,
    };
  }

  draw(number, canvas, { width, height, rotation }) {
    const image = new Image();
    const across = rotation % 180 ? height : width;
    const wanted = Math.min(2400, Math.max(64, Math.ceil(across / 200) * 200));
    image.src = `${this.base}pages/${number}/picture/?width=${wanted}`;
    const drawn = image.decode().then(() => {
      const context = canvas.getContext("2d");
      const [wide, high] = rotation % 180 ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
      context.translate(canvas.width / 2, canvas.height / 2);
      context.rotate((rotation * Math.PI) / 180);
      context.drawImage(image, -wide / 2, -high / 2, wide, high);
    });
    return { promise: drawn, cancel: () => { image.src = ""; } };
  }
}

/** The words that were recognised on a page as a text layer over its picture: [element, ...] in reading order, or null where it has a
    layer of its own. */
export async function recognisedLayer(base, number, container, rotation, signal) {
  const page = await api("GET", `${base}pages/${number}/words/`, { signal });
  if (!page.engine) return null;
  container.classList.add("recognised-layer");
  // As wide and high as the page is unturned; the style sheet turns it with its page, as it does pdf.js's own layers.
  container.dataset.mainRotation = rotation;
  container.style.setProperty("width", `calc(var(--total-scale-factor) * ${page.width}px)`);
  container.style.setProperty("height", `calc(var(--total-scale-factor) * ${page.height}px)`);
  const share = (value, whole) => `${((100 * value) / whole).toFixed(3)}%`;
  const pieces = page.words.map((word) => {
    const piece = el("span", { class: word.confidence < 0.6 ? "unsure-word" : null }, word.text);
    const { style } = piece;
    style.setProperty("left", share(word.left, page.width));
    style.setProperty("top", share(word.top, page.height));
    style.setProperty("width", share(word.right - word.left, page.width));
    style.setProperty("height", share(word.bottom - word.top, page.height));
    style.setProperty("--word-height", String(word.bottom - word.top));
    return piece;
  });
  container.replaceChildren(...pieces.flatMap((piece) => [piece, " "]));
  for (const piece of pieces) fit(piece);
  return pieces;
}

/** Letters as wide as the word on the picture, so that a selection covers it. */
function fit(piece) {
  const wanted = piece.clientWidth;
  const natural = piece.scrollWidth;
  if (wanted && natural > wanted) piece.style.setProperty("--word-squeeze", String(wanted / natural));
}
