import { afterPause, byId, icon, make } from "../viewer/dom.js";
import { ConnectionLost } from "../connection.js";
import { say } from "../words.js";

const PAUSE = 300;
/* A request as old as this is nearly answered: its picture is worth the wait. */
const NEARLY_DONE_MS = 400;
const [NARROWEST, WIDEST] = [160, 2400];

/**
 * The document as it would be, one page at a time, behind what is typed by a moment.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {() => object} values
 */
export function createPreview(api, values) {
  const pane = byId("preview");
  const sheet = byId("preview-sheet");
  const trouble = byId("preview-trouble");
  const position = byId("preview-page");
  const [previous, next] = [byId("preview-previous"), byId("preview-next")];
  let page = 0;
  let pages = 1;
  let width = 0;
  /** @type {{controller: AbortController, began: number} | null} */
  let running = null;
  let wanted = false;
  let stopped = true;

  const isVisible = () => sheet.checkVisibility();

  function run() {
    if (stopped) return;
    // On a phone nobody waits for a picture that is not in view.
    if (!isVisible()) {
      wanted = true;
      return;
    }
    if (running) {
      wanted = true;
      if (performance.now() - running.began >= NEARLY_DONE_MS) return;
      running.controller.abort();
      return;
    }
    wanted = false;
    const own = (running = { controller: new AbortController(), began: performance.now() });
    pane.dataset.busy = "";
    draw(own)
      .catch(fail)
      .finally(() => {
        running = null;
        if (wanted) run();
        else delete pane.dataset.busy;
      });
  }

  async function draw({ controller }) {
    width = widthNeeded();
    const shown = await api.preview({ values: values(), page, width }, controller.signal);
    const image = make("img", { alt: "", "data-testid": "preview-image" });
    image.src = URL.createObjectURL(shown.image);
    try {
      // The old picture stays until the new one can be painted.
      await image.decode();
    } finally {
      URL.revokeObjectURL(image.src);
    }
    if (stopped) return;
    [page, pages] = [shown.page ?? 0, shown.pages ?? 1];
    image.alt = say("Page {page} of {pages}", { page: page + 1, pages });
    sheet.style.aspectRatio = `${shown.width || 210} / ${shown.height || 297}`;
    sheet.replaceChildren(image);
    pane.dataset.state = "ready";
    trouble.replaceChildren();
    number();
  }

  function fail(error) {
    if (error.name === "AbortError" || stopped) return;
    if (error instanceof ConnectionLost) {
      wanted = false;
      return;
    }
    const kept = pane.dataset.state === "ready";
    pane.dataset.state = kept ? "ready" : "failed";
    trouble.replaceChildren(
      make(
        "div",
        { class: "preview-trouble", role: "status" },
        icon("alert"),
        make(
          "div",
          {},
          make("strong", {}, say("The preview cannot be shown now")),
          error.detail && make("p", {}, error.detail),
          kept && make("p", {}, say("The last preview stays until a new one can be made.")),
        ),
        make("button", { class: "button", type: "button", click: run }, say("Try again")),
      ),
    );
  }

  function widthNeeded() {
    const pixels = Math.ceil(sheet.clientWidth * devicePixelRatio);
    return Math.min(WIDEST, Math.max(NARROWEST, pixels));
  }

  function number() {
    position.textContent = say("Page {page} of {pages}", { page: page + 1, pages });
    byId("preview-turn").hidden = pages < 2;
    previous.disabled = page === 0;
    next.disabled = page >= pages - 1;
  }

  function turn(by) {
    page = Math.min(Math.max(0, page + by), pages - 1);
    number();
    running?.controller.abort();
    if (running) wanted = true;
    else run();
    byId("preview-scroller").scrollTop = 0;
  }

  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  new ResizeObserver(
    afterPause(() => {
      // Sharp again, and drawn for the first time when it comes into view.
      if (isVisible() && (wanted || widthNeeded() > width * 1.1)) run();
    }, 200),
  ).observe(sheet);
  api.on("found", () => run());

  function resume() {
    stopped = false;
    run();
  }

  return {
    /** Something was typed. */
    changed: afterPause(run, PAUSE),
    /** Begins, or begins anew with another document. */
    start() {
      page = 0;
      resume();
    },
    resume,
    stop() {
      stopped = true;
      running?.controller.abort();
    },
  };
}
