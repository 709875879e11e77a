import { remember } from "../theme.js";
import { say } from "../words.js";
import { make } from "./dom.js";
import { discard } from "./images.js";
import { expandSizes, stack, turnSheet } from "./layout.js";
import { createScrolling } from "./scrolling.js";

const GAP = 4;
const LABEL = 34;
const SIDE = 20;
const BEHIND_PAGES = 1000;

/**
 * The panel of small pages. Like the document itself, only what is in view exists.
 * @param {{scroller: HTMLElement, list: HTMLElement, store: ReturnType<import("./state.js").createStore>,
 *   images: ReturnType<import("./images.js").createImages>, goTo: (page: number) => void}} context
 */
export function createThumbnails({ scroller, list, store, images, goTo }) {
  let sizes = expandSizes([]);
  let rows = stack(0, () => 0, GAP);
  let width = 0;
  const live = new Map();
  let frame = 0;
  const scrolling = createScrolling(scroller, list, () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      render();
    });
  });

  /* The upright sheet that, turned, fills the width. */
  function sheetOf(index) {
    const across = store.get().rotation % 180 !== 0;
    const wide = across ? sizes.heights[index] : sizes.widths[index];
    const high = across ? sizes.widths[index] : sizes.heights[index];
    // A page as long as a scroll must not fill the whole panel.
    const scale = Math.min(width / wide, (width * 2) / high);
    return {
      width: Math.round(sizes.widths[index] * scale),
      height: Math.round(sizes.heights[index] * scale),
      across,
    };
  }

  function relayout() {
    width = Math.max(60, scroller.clientWidth - 2 * SIDE - 12);
    rows = stack(
      sizes.count,
      (index) => {
        const sheet = sheetOf(index);
        return (sheet.across ? sheet.width : sheet.height) + LABEL;
      },
      GAP,
    );
    scrolling.setTotal(rows.total);
    for (const thumb of live.values()) thumb.remove();
    live.clear();
    render();
  }

  function render() {
    if (scroller.clientHeight === 0 || sizes.count === 0) return;
    const top = scrolling.top();
    const first = Math.max(0, rows.indexAt(top) - 1);
    const last = Math.min(sizes.count - 1, rows.indexAt(top + scroller.clientHeight) + 1);
    const { page } = store.get();
    for (const [index, thumb] of live) {
      if (index >= first && index <= last) continue;
      if (thumb.element === document.activeElement) continue;
      thumb.remove();
      live.delete(index);
    }
    for (let index = first; index <= last; index += 1) {
      if (!live.has(index)) add(index);
      const { element } = live.get(index);
      element.style.top = `${scrolling.place(rows.top(index))}px`;
      element.tabIndex = index === page ? 0 : -1;
      if (index === page) element.setAttribute("aria-current", "page");
      else element.removeAttribute("aria-current");
    }
  }

  function add(index) {
    const { rotation } = store.get();
    const size = sheetOf(index);
    const sheet = make("span", { class: "sheet" });
    const paper = make("span", { class: "paper" }, sheet);
    const element = make(
      "button",
      {
        class: "thumb",
        type: "button",
        "data-testid": "thumb",
        "data-page": index,
        "aria-label": say("Page {page}", { page: index + 1 }),
        click: () => goTo(index),
      },
      paper,
      make("span", { "aria-hidden": "true" }, String(index + 1)),
    );
    paper.style.width = `${size.across ? size.height : size.width}px`;
    paper.style.height = `${size.across ? size.width : size.height}px`;
    turnSheet(sheet, size.width, size.height, rotation);
    element.style.left = `${SIDE / 2}px`;
    element.style.width = `${scroller.clientWidth - SIDE}px`;

    const gone = new AbortController();
    const distance = () =>
      BEHIND_PAGES + Math.abs(rows.top(index) - scrolling.top() - scroller.clientHeight / 3);
    const pixels = Math.min(640, images.fit(size.width * devicePixelRatio));
    const kept = images.preview(index, pixels);
    // Thumbnails flown past are never asked for.
    const timer = setTimeout(
      () => {
        (kept ?? images.load(index, pixels, distance, gone.signal))
          .then((image) => sheet.replaceChildren(image))
          .catch(() => {});
      },
      kept ? 0 : 80,
    );
    const remove = () => {
      clearTimeout(timer);
      gone.abort();
      discard(sheet.firstElementChild);
      element.remove();
    };
    const after = [...live.keys()].filter((other) => other > index);
    list.insertBefore(element, after.length ? live.get(Math.min(...after)).element : null);
    live.set(index, { element, remove });
  }

  function reveal(index) {
    const top = rows.top(index);
    const bottom = top + rows.height(index);
    const seen = scrolling.top();
    if (top < seen || bottom > seen + scroller.clientHeight)
      scrolling.scrollTo((top + bottom - scroller.clientHeight) / 2);
  }

  list.addEventListener("keydown", (event) => {
    const from = Number(document.activeElement?.dataset.page);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: sizes.count - 1 }[event.key];
    if (to === undefined || Number.isNaN(from)) return;
    event.preventDefault();
    event.stopPropagation();
    const index = Math.min(Math.max(to, 0), sizes.count - 1);
    goTo(index);
    reveal(index);
    render();
    live.get(index)?.element.focus({ preventScroll: true });
  });

  function revealCurrent() {
    if (sizes.count === 0) return;
    reveal(store.get().page);
    render();
  }

  function refresh() {
    relayout();
    revealCurrent();
  }

  store.on("page", revealCurrent);
  store.on("rotation", refresh);
  new ResizeObserver(refresh).observe(scroller);

  return {
    /** @param {[number, number, number][]} runs page sizes in points, run-length */
    setSizes(runs) {
      sizes = expandSizes(runs);
      relayout();
    },
    clear() {
      sizes = expandSizes([]);
      relayout();
    },
  };
}

/**
 * Lets the edge of the panel be dragged, or moved with the arrow keys.
 * @param {HTMLElement} handle a separator with aria-valuemin and aria-valuemax
 */
export function enableResizing(handle) {
  const root = document.documentElement;
  const least = Number(handle.ariaValueMin);
  const most = Number(handle.ariaValueMax);
  const width = () => parseFloat(getComputedStyle(root).getPropertyValue("--thumbnails-width"));

  function set(pixels) {
    const value = Math.round(Math.min(most, Math.max(least, pixels)));
    root.style.setProperty("--thumbnails-width", `${value}px`);
    handle.ariaValueNow = value;
    remember("thumbnails-width", String(value));
  }

  handle.ariaValueNow = width();
  handle.addEventListener("pointerdown", (event) => {
    const start = width();
    const direction = getComputedStyle(handle).direction === "rtl" ? -1 : 1;
    const done = new AbortController();
    handle.setPointerCapture(event.pointerId);
    handle.dataset.active = "";
    handle.addEventListener(
      "pointermove",
      (move) => set(start + direction * (move.clientX - event.clientX)),
      { signal: done.signal },
    );
    handle.addEventListener(
      "lostpointercapture",
      () => {
        delete handle.dataset.active;
        done.abort();
      },
      { signal: done.signal },
    );
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    set(width() + step);
  });
}
