import { sleep } from "../../connection.js";

const SHORTEST = 3;
/* The server's limit is 200. */
const LONGEST = 190;

/**
 * The one place of a text in a document; none where it is too short to tell, stands there
 * several times or not at all.
 * @param {ReturnType<import("../api.js").createApi>} api of that document
 * @param {string} text
 * @param {AbortSignal} signal
 * @returns {Promise<{page: number, boxes: number[][]} | null>}
 */
export async function findUnique(api, text, signal) {
  const query = opening(text);
  if (query.length < SHORTEST) return null;
  const options = { matchCase: true, wholeWords: false };
  try {
    for (let wait = 200; ; wait = Math.min(wait * 1.5, 2000)) {
      const found = await api.patiently(() => api.search(query, options, signal), signal);
      if (found.complete) return found.total === 1 && found.hits[0].boxes[0] ? found.hits[0] : null;
      await sleep(wait, signal);
    }
  } catch {
    // Nothing depends on it: without a mark the document stands about there.
    return null;
  }
}

/* Its first line, in whole words. */
function opening(text) {
  const line = text.trim().split("\n")[0].trim();
  return line.length <= LONGEST ? line : line.slice(0, LONGEST).replace(/\s+\S*$/, "");
}
