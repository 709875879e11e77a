import { createImages } from "./images.js";
import { createTexts } from "./texts.js";

/** The document a session is about; of a comparison, the red-lined one. */
export const MAIN = "";

/**
 * Pictures, words and hits of the document on show. A comparison has three documents; each keeps
 * its own, so that an answer that comes late never lands in another document.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {() => string} format the picture format that the documents are best served in
 */
export function createSources(api, format) {
  const known = new Map();
  let shown = MAIN;

  function of(document) {
    if (!known.has(document)) {
      const door = document === MAIN ? api : api.of(document);
      const images = createImages(door, format);
      known.set(document, { api: door, images, texts: createTexts(door) });
    }
    return known.get(document);
  }

  return {
    /** @param {string} document MAIN, "original" or "revised" */
    of,
    /** Has a document read in another way. @param {string} document @param {ReturnType<typeof of>} source */
    put: (document, source) => void known.set(document, source),
    shown: () => shown,
    /** @param {string} document */
    show: (document) => void (shown = document),
    images: {
      get neighbours() {
        return of(shown).images.neighbours;
      },
      fit: (pixels) => of(shown).images.fit(pixels),
      load: (...request) => of(shown).images.load(...request),
      preview: (...request) => of(shown).images.preview(...request),
      renew: (page) => of(shown).images.renew(page),
    },
    texts: {
      get: (...request) => of(shown).texts.get(...request),
      peek: (page) => of(shown).texts.peek(page),
    },
    search: {
      patiently: api.patiently,
      search: (...request) => of(shown).api.search(...request),
    },
    clear: () => known.clear(),
  };
}
