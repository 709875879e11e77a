import { say } from "../../words.js";
import { byId } from "../dom.js";
import { expandSizes } from "../layout.js";
import { showWaiting } from "../screens.js";
import { MAIN } from "../sources.js";
import { createBeside } from "./beside.js";
import { createChanges } from "./changes.js";
import { findUnique } from "./finding.js";
import { createLooks } from "./looks.js";
import { showVerdict } from "./proof.js";
import { followRevisions } from "./revisions.js";
import { judge } from "./wording.js";

const LAYER = "change";
const docked = matchMedia("(width >= 900px)");
const NOT_LOADED = {
  tone: "bad",
  title: say("The list of changes could not be loaded"),
  details: [],
};

const UNCHECKED = { tone: "bad", title: say("This comparison has not been checked") };

/**
 * A viewing session on two documents: what changed, and the ways to look at it.
 * @param {{api: ReturnType<import("../api.js").createApi>, store: ReturnType<import("../state.js").createStore>,
 *   sources: ReturnType<import("../sources.js").createSources>, pages: ReturnType<import("../pages.js").createPages>,
 *   panels: ReturnType<import("../panels.js").createPanels>, present: (session: object) => void, clear: () => void,
 *   allowed: (name: string) => boolean, refuse: () => void, leave: () => void}} parts of the viewer
 */
export function createComparison(parts) {
  const { api, store, sources, pages, panels, allowed, refuse, leave } = parts;
  const beside = createBeside({
    source: sources.of("original"),
    store,
    pages,
    copy: allowed("copy"),
    refuse,
  });
  const looks = createLooks({ ...parts, beside, onLook: () => mark(changes.current()) });
  const changes = createChanges({
    jump: mark,
    here: () => (sources.shown() === MAIN ? store.get().page : null),
  });
  let method = null;
  let loading = false;
  let verdict = null;
  let seeking = new AbortController();

  byId("viewer").dataset.compares = "";
  // Before there are pages, so that none moves.
  if (docked.matches) panels.setChanges(true);
  byId("verdict").addEventListener("click", () => panels.setChanges(true));

  /* Two texts are compared by their words; there is no document with tracked changes then. */
  function learn(session) {
    method = session.comparison?.method ?? method;
    for (const words of document.querySelectorAll("[data-pdf] span"))
      words.textContent = method === "text" ? say("Revised PDF") : say("Red-lined PDF");
    if (method === "text" && session.state === "ready") looks.withoutRedline();
  }

  async function load() {
    if (loading) return;
    loading = true;
    try {
      await followRevisions(api, take);
    } catch (error) {
      if (error.name === "AbortError") return;
      loading = false;
      verdict = { ...NOT_LOADED, text: error.title ?? "" };
      showVerdict(verdict, load);
      panels.setChanges(true);
    }
  }

  function take(result) {
    const first = verdict === null;
    verdict = judge(result.proof, result.total);
    showVerdict(verdict);
    changes.take(result);
    // What has to be known before reading on is not left behind a button.
    if (first && verdict.tone !== "good") panels.setChanges(true);
  }

  /* On the red-lined pages a change has its boxes. In the other documents its text is looked
     for, and marked where it stands exactly once; otherwise they open about there. */
  function mark(change) {
    seeking.abort();
    seeking = new AbortController();
    for (const column of [pages, beside]) column.setMarks(new Map(), LAYER);
    beside.straighten();
    if (!change) return;
    if (sources.shown() === MAIN) markRedline(change);
    else seek(change, seeking.signal);
  }

  function markRedline({ page, boxes, continued = [], kind }) {
    if (page === null) return;
    const places = [{ page, boxes }, ...continued];
    const marks = places.map((place) => [
      place.page,
      [{ boxes: place.boxes, current: true, tone: kind }],
    ]);
    pages.setMarks(new Map(marks), LAYER);
    if (boxes.length > 0) pages.reveal(page, boxes[0]);
    else pages.goTo(page);
  }

  function share({ page, boxes }) {
    const sizes = expandSizes(looks.state(MAIN).document.sizes);
    return (page + (boxes[0]?.[1] ?? 0) / sizes.heights[page]) / sizes.count;
  }

  async function seek(change, signal) {
    if (change.page !== null) pages.setProgress(share(change) * store.get().pageCount);
    const own = sources.shown();
    const sideBySide = looks.current() === "side-by-side";
    const texts = {
      original: change.kind === "inserted" ? "" : change.text,
      revised: { deleted: "", replaced: change.new_text }[change.kind] ?? change.text,
    };
    const places = method === "text" ? { revised: change, original: change.original } : {};
    const find = (name) => {
      const { page = null, boxes = [] } = places[name] ?? {};
      if (page !== null && boxes.length > 0) return { page, boxes };
      return findUnique(sources.of(name).api, texts[name], signal);
    };
    const [here, there] = await Promise.all([find(own), sideBySide ? find("original") : null]);
    if (signal.aborted) return;
    const marks = ({ page, boxes }) =>
      new Map([[page, [{ boxes, current: true, tone: change.kind }]]]);
    if (here && here.page < store.get().pageCount) {
      pages.setMarks(marks(here), LAYER);
      pages.reveal(here.page, here.boxes[0]);
    }
    if (there) {
      beside.setMarks(marks(there), LAYER);
      beside.align(there.page, there.boxes[0]);
    }
  }

  return {
    /** @param {string} document @param {object} session the server's word on it */
    heard(document, session) {
      // While there is no red-lined document, the comparison itself is still running.
      const compared = Boolean(session.document.format);
      const stage = compared ? session.progress.stage : "comparing";
      looks.heard(document, { ...session, progress: { ...session.progress, stage } });
      learn(session);
      if (compared) load();
    },
    /** Says which of the two documents is not there yet. */
    async sayMissing() {
      try {
        const missing = await looks.missing();
        if (looks.state(MAIN).state === "empty") showWaiting(missing);
      } catch {
        // An ended view has said so itself; otherwise the next look tells.
      }
    },
    /** What opening a document is called at this moment. */
    opening() {
      const opened = {
        original: say("Opening the original document"),
        revised: say("Opening the revised document"),
      };
      return opened[sources.shown()] ?? say("Comparing the two documents");
    },
    /** @param {boolean} byReader */
    moved(byReader) {
      if (byReader) looks.forgetPlace();
      beside.moved(byReader);
    },
    step: changes.step,
    toggleSideBySide: looks.toggleSideBySide,
    toggleChanges() {
      const had = byId("changes").contains(document.activeElement);
      panels.setChanges(!panels.changesOpen());
      if (had) leave();
      return true;
    },
    /** The red-lined pages, whatever is on show. @param {import("../print.js").Printed} shown */
    printed(shown) {
      const { tone, title, text } = verdict ?? UNCHECKED;
      const remark = { good: "", partial: text, bad: `${title}.` }[tone];
      if (sources.shown() === MAIN) return { ...shown, remark };
      const sizes = expandSizes(looks.state(MAIN).document.sizes);
      return {
        images: sources.of(MAIN).images,
        sizeOf: (page) => ({ width: sizes.widths[page], height: sizes.heights[page] }),
        rotation: 0,
        page: null,
        pageCount: sizes.count,
        remark,
      };
    },
    stop() {
      seeking.abort();
      beside.close();
    },
  };
}
