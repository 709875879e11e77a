import { say } from "../../words.js";
import { followDocument } from "../session.js";
import { MAIN } from "../sources.js";
import { byId } from "../dom.js";

const NAMES = {
  [MAIN]: { pages: say("Document pages"), search: say("Search in the red-lined document") },
  original: {
    pages: say("Pages of the original document"),
    search: say("Search in the original document"),
  },
  revised: {
    pages: say("Pages of the revised document"),
    search: say("Search in the revised document"),
  },
};
/* Which document each look shows; the original of "side by side" has a column of its own. */
const DOCUMENTS = {
  redline: MAIN,
  "side-by-side": "revised",
  original: "original",
  revised: "revised",
};
const wide = matchMedia("(width >= 900px)");

/**
 * The ways to look at a comparison, and what is known of its three documents.
 * @param {{api: ReturnType<import("../api.js").createApi>, store: ReturnType<import("../state.js").createStore>,
 *   sources: ReturnType<import("../sources.js").createSources>, pages: ReturnType<import("../pages.js").createPages>,
 *   panels: ReturnType<import("../panels.js").createPanels>, beside: ReturnType<import("./beside.js").createBeside>,
 *   present: (session: object) => void, clear: () => void, onLook: () => void}} context
 *   onLook: other pages can be seen now
 */
export function createLooks(context) {
  const { api, store, sources, pages, panels, beside, present, clear, onLook } = context;
  const choice = byId("looks");
  const thumbnails = document.querySelector('[data-command="thumbnails"]');
  const states = new Map();
  const followed = new Set([MAIN]);
  let current = "redline";
  let share = null;
  let textual = false;

  function follow(document) {
    if (followed.has(document)) return;
    followed.add(document);
    const fail = ({ title, detail, remedy, code, correlationId }) => {
      const error = { title, detail, remedy, code, correlation_id: correlationId };
      heard(document, { ...states.get(MAIN), state: "failed", error });
    };
    followDocument(api.of(document), (state) => heard(document, state), fail);
  }

  function heard(document, told) {
    const state = withoutPassword(told);
    states.set(document, state);
    if (document === MAIN) choice.disabled = !["ready", "failed"].includes(state.state);
    if (document === sources.shown()) {
      present(state);
      keepPlace(state);
    }
    if (document === "original" && current === "side-by-side") beside.present(state);
    if (state.state === "ready") onLook();
  }

  /* Another document opens where the one before it was left, in proportion. */
  function keepPlace(state) {
    const { pageCount } = store.get();
    if (share === null || pageCount === 0) return;
    pages.setProgress(share * pageCount);
    if (state.state === "ready") share = null;
  }

  function show(look) {
    if (look === current || choice.disabled) return;
    current = look;
    byId("viewer").dataset.look = look;
    // Thumbnails show one document; beside two there is no room for them either.
    thumbnails.disabled = look === "side-by-side";
    choice.querySelector(`[value="${look}"]`).checked = true;
    const document = DOCUMENTS[look];
    if (document !== sources.shown()) turnTo(document);
    if (look === "side-by-side") {
      follow("original");
      beside.open(states.get("original"));
    } else beside.close();
    onLook();
  }

  function turnTo(document) {
    const { pageCount } = store.get();
    if (pageCount > 0) share = pages.progress() / pageCount;
    panels.setSearch(false);
    clear();
    sources.show(document);
    byId("scroller").ariaLabel = NAMES[document].pages;
    const field = byId("search-input");
    const searched = document === MAIN && textual ? "revised" : document;
    field.placeholder = field.ariaLabel = NAMES[searched].search;
    if (states.has(document)) heard(document, states.get(document));
    follow(document);
  }

  choice.addEventListener("change", ({ target }) => show(target.value));
  // The arrow keys choose here; they turn no pages.
  choice.addEventListener("keydown", (event) => {
    if (event.key.startsWith("Arrow") || event.key === " ") event.stopPropagation();
  });
  wide.addEventListener("change", ({ matches }) => {
    if (!matches && current === "side-by-side") show("redline");
    if (matches && (current === "original" || current === "revised")) show("side-by-side");
  });

  return {
    heard,
    show,
    current: () => current,
    /** What the server last said of a document. @param {string} document */
    state: (document) => states.get(document),
    /** Of two texts there is no red-lined document: the revised one stands in its place. */
    withoutRedline() {
      if (textual) return;
      textual = true;
      choice.querySelector('[value="redline"] + span').textContent = say("Revised");
      choice.querySelector('[value="revised"]').parentElement.remove();
      if (wide.matches) show("side-by-side");
    },
    /** The documents that have not been delivered. @returns {Promise<string[]>} */
    async missing() {
      const sides = ["original", "revised"];
      const told = await Promise.all(sides.map((side) => api.patiently(api.of(side).state)));
      return sides.filter((_, index) => told[index].state === "empty");
    },
    toggleSideBySide() {
      if (wide.matches) show(current === "side-by-side" ? "redline" : "side-by-side");
      return wide.matches;
    },
    /** The reader moved: a document still opening stays where it is now. */
    forgetPlace: () => void (share = null),
  };
}

/* Two documents cannot be unlocked here, as it would not be known which. */
function withoutPassword(state) {
  if (state.state !== "password_required") return state;
  const error = {
    ...state.error,
    code: "",
    title: say("A document to compare is protected"),
    detail: say("Documents that need a password cannot be compared."),
    remedy: say(
      "Remove the password in the program the document was made with, and send both again.",
    ),
  };
  return { ...state, state: "failed", error };
}
