import { createSlots } from "./slots.js";

const LADDER = [160, 320, 640, 960, 1280, 1600, 2000, 2400, 3200, 4000, 4800];
const PREVIEWS_KEPT = 400;
const PREVIEW_WIDTH = 640;

/** Takes a picture off its page. A canvas gives its memory back at once. @param {Element | null} picture */
export function discard(picture) {
  if (picture instanceof HTMLCanvasElement) picture.width = picture.height = 0;
  picture?.remove();
}

/**
 * Loads page pictures, a few at a time, the most urgent first.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {() => string} format the picture format that the document is best served in
 */
export function createImages(api, format) {
  const slots = createSlots(4);
  const previews = createPreviews();

  return {
    /** How many pages are made ready on each side of those in view. */
    neighbours: 2,
    /**
     * The width to ask for, so that a picture is crisp on this screen.
     * @param {number} pixels device pixels to fill
     * @returns {number} a rung of the server's ladder
     */
    fit: (pixels) => LADDER.find((width) => width >= pixels - 1) ?? LADDER.at(-1),
    /**
     * @param {number} page
     * @param {number} width a rung of the ladder
     * @param {() => number} urgency smaller is sooner
     * @param {AbortSignal} signal
     * @returns {Promise<HTMLImageElement>} loaded and decoded
     */
    async load(page, width, urgency, signal) {
      const attempt = () => api.image(page, { width, format: format() }, signal);
      const blob = await api.patiently(() => slots(urgency, attempt, signal), signal);
      if (width <= PREVIEW_WIDTH) previews.keep(page, blob, width);
      return decode(blob, signal);
    },
    /**
     * A small picture of the page, where one was loaded before.
     * @param {number} page
     * @param {number} [least] the width it should have
     * @returns {Promise<HTMLImageElement> | null}
     */
    preview: previews.get,
    clear: previews.clear,
    /** Has a page that failed fetched from the start: here each is asked for on its own. */
    renew: () => {},
  };
}

/** Small pictures of pages, compressed: the ones that came last stay. */
export function createPreviews() {
  const kept = new Map();
  return {
    /** @param {number} page @param {Blob} blob @param {number} width pixels */
    keep(page, blob, width) {
      kept.delete(page);
      kept.set(page, { blob, width });
      if (kept.size > PREVIEWS_KEPT) kept.delete(kept.keys().next().value);
    },
    /**
     * @param {number} page
     * @param {number} [least] the width it should have
     * @returns {Promise<HTMLImageElement> | null}
     */
    get(page, least = 0) {
      const found = kept.get(page);
      return found && found.width >= least ? decode(found.blob) : null;
    },
    clear: () => kept.clear(),
  };
}

/**
 * A picture as it may wait in large numbers: a canvas holds all its pixels, an image few bytes.
 * @param {HTMLImageElement | HTMLCanvasElement} picture
 * @returns {Promise<HTMLImageElement>}
 */
export async function compress(picture) {
  if (picture instanceof HTMLImageElement) return picture;
  const blob = await new Promise((resolve) => picture.toBlob(resolve));
  discard(picture);
  return decode(blob);
}

async function decode(blob, signal) {
  const image = new Image();
  image.alt = "";
  image.draggable = false;
  image.src = URL.createObjectURL(blob);
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  signal?.throwIfAborted();
  return image;
}
