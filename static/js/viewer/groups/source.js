import { createTexts } from "../texts.js";
import { createContent } from "./content.js";
import { createGroups } from "./groups.js";
import { keepAlive } from "./heartbeat.js";
import { createPictures } from "./pictures.js";
import { readWords } from "./words.js";

/**
 * A document in page groups: its pages are PDFs that are read and drawn in the browser. What else
 * there is to know (state, search, downloads) comes from the same door as for all sessions.
 * @param {{api: ReturnType<import("../api.js").createApi>, address: string, library: string}} context
 *   address: of the session in its own protocol; library: where pdf.js is
 */
export function openGroups({ api, address, library }) {
  const content = createContent(api, address);
  const groups = createGroups(content, library);
  keepAlive(api, content.beat);
  api.on("ended", groups.close);
  const texts = createTexts({
    patiently: (attempt) => attempt(),
    text: (page, signal) => groups.withPage(page, (proxy) => readWords(proxy, page), signal),
  });
  return { api, images: createPictures(groups), texts };
}
