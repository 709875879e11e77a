import { createSlots } from "./slots.js";

const KEPT = 300;

/**
 * @typedef {{page: number, width: number, height: number, text: string,
 *   words: [start: number, length: number, x0: number, y0: number, x1: number, y1: number][]}} PageText
 */

/**
 * The words of pages, each fetched once and kept while there is room.
 * @param {ReturnType<import("./api.js").createApi>} api
 */
export function createTexts(api) {
  const slots = createSlots(2);
  /** @type {Map<number, PageText>} */
  const known = new Map();

  return {
    /** @param {number} page @returns {PageText | undefined} */
    peek: (page) => known.get(page),
    /**
     * @param {number} page
     * @param {AbortSignal} [signal]
     * @returns {Promise<PageText>}
     */
    async get(page, signal) {
      if (known.has(page)) return known.get(page);
      const attempt = () => api.text(page, signal);
      const text = await api.patiently(() => slots(() => page, attempt, signal), signal);
      known.set(page, text);
      if (known.size > KEPT) known.delete(known.keys().next().value);
      return text;
    },
    clear: () => known.clear(),
  };
}
