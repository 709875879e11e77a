import { createPreviews, discard } from "../images.js";
import { createSlots } from "../slots.js";

/* Beyond this a page at 400 % would take hundreds of megabytes; it is stretched a little. */
const MOST_PIXELS = 16_000_000;
const PREVIEW_WIDTH = 320;

/**
 * Page pictures drawn here, one at a time, the most urgent first: there is one thread to draw with.
 * Like the pictures that the server makes, each is an element of its own.
 * @param {ReturnType<import("./groups.js").createGroups>} groups
 */
export function createPictures(groups) {
  const slots = createSlots(1);
  const previews = createPreviews();

  function keepPreview(page, drawn) {
    const small = shrunk(drawn, Math.min(drawn.width, PREVIEW_WIDTH));
    const { width } = small;
    small.toBlob((blob) => {
      discard(small);
      if (blob) previews.keep(page, blob, width);
    }, "image/jpeg");
  }

  /* A small picture is not drawn again where a large one was: drawing is what costs. */
  async function picture(page, proxy, width, signal) {
    const kept = previews.get(page, width);
    if (kept) return kept;
    const canvas = await draw(proxy, width, signal);
    keepPreview(page, canvas);
    return canvas;
  }

  return {
    /** How many pages are made ready on each side of those in view: drawing them costs this page. */
    neighbours: 1,
    /** The width to ask for. @param {number} pixels device pixels to fill */
    fit: (pixels) => Math.max(1, Math.round(pixels)),
    /**
     * @param {number} page
     * @param {number} width device pixels
     * @param {() => number} urgency smaller is sooner
     * @param {AbortSignal} signal
     * @returns {Promise<HTMLCanvasElement | HTMLImageElement>}
     */
    load(page, width, urgency, signal) {
      const task = (proxy, over) => slots(urgency, () => picture(page, proxy, width, over), over);
      return groups.withPage(page, task, signal);
    },
    /** A small picture of the page, where one was drawn before. */
    preview: previews.get,
    clear: previews.clear,
    /** Has a page that failed fetched from the start. */
    renew: groups.renew,
  };
}

function blank(width, height) {
  const canvas = document.createElement("canvas");
  canvas.ariaHidden = "true";
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function shrunk(canvas, width) {
  const twin = blank(width, Math.max(1, Math.round((canvas.height * width) / canvas.width)));
  const pen = twin.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(canvas, 0, 0, twin.width, twin.height);
  return twin;
}

async function draw(page, width, signal) {
  // What belongs to a document that is closed never ends.
  signal?.throwIfAborted();
  const size = page.getViewport({ scale: 1 });
  const largest = Math.sqrt(MOST_PIXELS / (size.width * size.height));
  const viewport = page.getViewport({ scale: Math.min(width / size.width, largest) });
  const canvas = blank(Math.round(viewport.width), Math.max(1, Math.round(viewport.height)));
  const task = page.render({ canvas, viewport });
  const cancel = () => task.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    await task.promise;
  } catch (error) {
    canvas.width = 0;
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
  signal?.throwIfAborted();
  return canvas;
}
