import { say } from "../../words.js";
import { byId } from "../dom.js";
import { enableGestures } from "../gestures.js";
import { createPages } from "../pages.js";
import { enableSelection } from "../selection.js";
import { createStore } from "../state.js";

/* So long after its last move a column that the reader scrolled keeps the lead. */
const LEAD = 300;

/**
 * The second column: the original beside the revised document. It follows the first in zoom,
 * rotation and place, and leads it when the reader scrolls here.
 * @param {{source: ReturnType<ReturnType<import("../sources.js").createSources>["of"]>,
 *   store: ReturnType<import("../state.js").createStore>, pages: ReturnType<import("../pages.js").createPages>,
 *   copy: boolean, refuse: () => void}} context store and pages of the first column
 */
export function createBeside({ source: { images, texts }, store, pages, copy, refuse }) {
  const scroller = byId("beside");
  const message = byId("beside-message");
  const own = createStore({ page: -1, pageCount: 0, zoom: 1, zoomMode: "auto", rotation: 0 });
  const column = createPages({
    scroller,
    space: byId("beside-pages"),
    store: own,
    images,
    texts,
    copy,
    onMove: lead,
    label: (place) => say("Page {page} of {pages}, original", place),
  });
  let opened = false;
  let leadsUntil = 0;
  let offset = 0;

  const ratio = () => own.get().pageCount / store.get().pageCount;
  const paired = () => opened && own.get().pageCount > 0 && store.get().pageCount > 0;

  function lead(byReader) {
    if (!byReader || !paired()) return;
    leadsUntil = performance.now() + LEAD;
    pages.setProgress((column.progress() - offset) / ratio());
  }

  function follow() {
    if (paired() && performance.now() > leadsUntil)
      column.setProgress(pages.progress() * ratio() + offset);
  }

  function matchLook() {
    if (!paired()) return;
    while (own.get().rotation !== store.get().rotation) column.rotate();
    if (own.get().zoom !== store.get().zoom) column.zoomTo(store.get().zoom);
    leadsUntil = 0; // whoever scrolled last: at the new size the two are aligned anew
    follow();
  }

  function present({ state, document: facts, progress, error }) {
    const readable = state === "ready" || (state === "converting" && progress.pages_ready > 0);
    const failed = state === "failed";
    message.textContent = failed ? error.title : readable ? "" : say("Preparing the original…");
    message.hidden = readable;
    if (!readable) return;
    own.set({ pageCount: facts.sizes.reduce((sum, [, , count]) => sum + count, 0) });
    column.setSizes(facts.sizes);
    matchLook();
  }

  for (const key of ["zoom", "rotation", "pageCount"]) store.on(key, matchLook);
  enableGestures(
    scroller,
    { anchor: column.anchor, zoomTo: (zoom) => pages.zoomTo(zoom) },
    () => store.get().zoom,
  );
  enableSelection({ scroller, pages: column, texts, allowed: copy, refuse });

  function close() {
    opened = false;
    offset = 0;
    byId("beside-column").hidden = true;
    own.set({ pageCount: 0 });
    column.clear();
  }

  return {
    present,
    close,
    /** @param {object | undefined} state what is known of the original */
    open(state) {
      opened = true;
      byId("beside-column").hidden = false;
      if (state) present(state);
    },
    /** The first column moved. @param {boolean} byReader */
    moved(byReader) {
      if (byReader) leadsUntil = 0;
      follow();
    },
    /** Brings a place of the original into view and keeps both columns aligned there. @param {number} page @param {number[]} box */
    align(page, box) {
      if (page >= own.get().pageCount) return;
      column.reveal(page, box);
      offset = column.progress() - pages.progress() * ratio();
    },
    /** Back to plain proportion. */
    straighten() {
      offset = 0;
    },
    setMarks: column.setMarks,
  };
}
