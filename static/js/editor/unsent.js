import { byId } from "../viewer/dom.js";
import { say } from "../words.js";

const LOOK = 4000;

/**
 * Says that a document's own server does not have the newest version yet.
 * @param {{version: string, error: string | null} | null} unsent of the session
 */
export function showUnsent(unsent) {
  const line = byId("unsent");
  const text = !unsent
    ? ""
    : unsent.error
      ? say("Stored here; the document's own server does not have it yet: {why}", { why: unsent.error })
      : say("Stored here; on its way to the document's own server");
  if (line.textContent !== text) line.textContent = text;
}

/**
 * Follows a version on its way there; a change that was made there is news.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {(state: Record<string, any>) => void} onNews
 */
export function followUnsent(api, onNews) {
  let timer = 0;
  async function look() {
    try {
      const state = await api.state();
      show(state.unsent);
      if (!state.unsent) onNews(state);
    } catch {
      timer = setTimeout(look, LOOK);
    }
  }
  /** @param {Parameters<typeof showUnsent>[0]} unsent */
  function show(unsent) {
    showUnsent(unsent);
    clearTimeout(timer);
    if (unsent) timer = setTimeout(look, LOOK);
  }
  return show;
}
