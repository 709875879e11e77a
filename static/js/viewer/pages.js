import { say } from "../words.js";
import { afterPause } from "./dom.js";
import { expandSizes, PIXELS_PER_POINT, stack, turnBox } from "./layout.js";
import { createPage } from "./page.js";
import { createScrolling } from "./scrolling.js";
import { clampZoom, fittingZoom, nextStep } from "./zoom.js";

/** @param {{page: number, pages: number}} place */
const named = (place) => say("Page {page} of {pages}", place);

const GAP = 16;
const MARGIN = 24;
/* A neighbour at 400 % would hold a hundred megabytes that nobody looks at. */
const NEIGHBOUR_WIDTH = 1600;
const SETTLED = 90;

/**
 * The column of pages: which are in the document, where they stand and how large they are.
 * Only pages in view and a few beside them exist as elements.
 * @param {{scroller: HTMLElement, space: HTMLElement, store: ReturnType<import("./state.js").createStore>,
 *   images: ReturnType<import("./images.js").createImages>, texts: ReturnType<import("./texts.js").createTexts>,
 *   copy: boolean, onMove?: (byReader: boolean) => void, label?: (place: {page: number, pages: number}) => string}} context
 */
export function createPages({
  scroller,
  space,
  store,
  images,
  texts,
  copy,
  onMove,
  label = named,
}) {
  let sizes = expandSizes([]);
  let rows = stack(0, () => 0, GAP);
  let contentWidth = 0;
  let rotation = 0;
  let zoom = 1;
  let mode = "auto";
  const marks = new Map();
  let chosen = null;
  let lastTop = 0;
  let frame = 0;
  const live = new Map();
  const pinned = new Set();
  const scrolling = createScrolling(scroller, space, (byReader) => {
    if (byReader) chosen = null;
    onMove?.(byReader);
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      render();
    });
  });

  const marksOn = (index) => [...marks.values()].flatMap((byPage) => byPage.get(index) ?? []);
  const margin = () => (scroller.clientWidth < 640 ? 8 : MARGIN);
  const scale = () => zoom * PIXELS_PER_POINT;
  const points = (index) => ({ width: sizes.widths[index], height: sizes.heights[index] });
  const upright = (index) => ({
    width: Math.round(sizes.widths[index] * scale()),
    height: Math.round(sizes.heights[index] * scale()),
  });
  const turned = ({ width, height }) =>
    rotation % 180 ? { width: height, height: width } : { width, height };
  const leftOf = (index) =>
    Math.max(margin(), Math.floor((contentWidth - turned(upright(index)).width) / 2));

  function relayout() {
    let widest = 0;
    rows = stack(
      sizes.count,
      (index) => {
        const { width, height } = turned(upright(index));
        widest = Math.max(widest, width);
        return height;
      },
      GAP,
    );
    contentWidth = Math.max(scroller.clientWidth, widest + 2 * margin());
    space.style.width = `${contentWidth}px`;
    scrolling.setTotal(rows.total);
  }

  /* A page of which only the gap below it is in view is not. */
  function visible() {
    const top = scrolling.top();
    const first = rows.indexAt(top);
    const last = rows.indexAt(top + scroller.clientHeight - 1);
    const isPast = top >= rows.top(first) + rows.height(first);
    return [Math.min(last, isPast ? first + 1 : first), last];
  }

  function currentPage() {
    if (chosen !== null) return chosen;
    const top = scrolling.top();
    const share = top <= 0 ? 0 : top >= rows.total - scroller.clientHeight ? 1 : 0.4;
    return rows.indexAt(top + scroller.clientHeight * share);
  }

  function render() {
    if (sizes.count === 0) return;
    const [first, last] = visible();
    const keep = new Set(pinned);
    for (
      let index = Math.max(0, first - images.neighbours);
      index <= Math.min(sizes.count - 1, last + images.neighbours);
      index += 1
    )
      keep.add(index);
    for (const [index, page] of live) {
      if (keep.has(index)) continue;
      page.remove();
      live.delete(index);
    }
    for (const index of keep) if (index < sizes.count) place(index);

    // Pages flown past are not loaded; the one that a reader asked for is, at once.
    const far = Math.abs(scrolling.top() - lastTop) > scroller.clientHeight;
    const rushing = far && chosen === null;
    lastTop = scrolling.top();
    if (!rushing) load();
    settle();
    store.set({ page: currentPage() });
  }

  function place(index) {
    let page = live.get(index);
    const isNew = !page;
    if (isNew) {
      page = createPage(index, { images, texts, copy });
      live.set(index, page);
      // The order in the document is the reading order.
      const after = [...live.keys()].filter((other) => other > index);
      space.insertBefore(page.element, after.length ? live.get(Math.min(...after)).element : null);
    }
    page.put({
      left: leftOf(index),
      top: scrolling.place(rows.top(index)),
      ...upright(index),
      points: points(index),
      rotation,
      scale: scale(),
      label: label({ page: index + 1, pages: store.get().pageCount }),
    });
    if (isNew) page.mark(marksOn(index));
  }

  function urgency(index) {
    const [first, last] = visible();
    if (index >= first && index <= last) return index - first;
    return 10 + Math.min(Math.abs(index - first), Math.abs(index - last));
  }

  function load() {
    if (sizes.count === 0) return;
    const [first, last] = visible();
    for (const [index, page] of live) {
      const width = images.fit(upright(index).width * devicePixelRatio);
      const seen = index >= first && index <= last;
      page.want(seen ? width : Math.min(width, NEIGHBOUR_WIDTH), () => urgency(index));
      if (seen) page.wantText();
    }
  }

  const settle = afterPause(load, SETTLED);

  /** What stands at a point of the view, in parts of its page, to find it again after a change. */
  function anchor(x = scroller.clientWidth / 2, y = 0) {
    const top = scrolling.top() + y;
    const index = rows.indexAt(top);
    const { width, height } = turned(upright(index));
    return {
      index,
      x,
      y,
      across: (scroller.scrollLeft + x - leftOf(index)) / width,
      along: (top - rows.top(index)) / height,
    };
  }

  function restore({ index, x, y, across, along }) {
    const { width, height } = turned(upright(index));
    scroller.scrollLeft = leftOf(index) + across * width - x;
    scrolling.scrollTo(rows.top(index) + along * height - y);
  }

  function fit() {
    if (mode === "free" || sizes.count === 0) return;
    const room = {
      width: scroller.clientWidth - 2 * margin(),
      height: scroller.clientHeight - 2 * GAP,
    };
    const widest = (rotation % 180 ? sizes.heights : sizes.widths).reduce(
      (most, one) => Math.max(most, one),
      0,
    );
    zoom = fittingZoom(mode, turned(points(currentPage())), widest, room);
  }

  function change(apply, held) {
    if (sizes.count === 0) return;
    apply();
    relayout();
    restore(held);
    cancelAnimationFrame(frame);
    frame = 0;
    // Sizes follow at once; crisp pictures when the change has come to rest.
    lastTop = -Infinity;
    render();
    store.set({ zoom, zoomMode: mode });
  }

  function goTo(index) {
    if (sizes.count === 0) return;
    chosen = Math.min(Math.max(index, 0), sizes.count - 1);
    scrolling.scrollTo(rows.top(chosen) - GAP);
    store.set({ page: chosen });
  }

  new ResizeObserver(() => change(fit, anchor())).observe(scroller);

  return {
    scrollBy(pixels, smooth) {
      chosen = null;
      scrolling.scrollBy(pixels, smooth);
    },
    goTo,
    anchor,
    /** @param {[number, number, number][]} runs page sizes in points, run-length */
    setSizes(runs) {
      const before = sizes.count;
      const held = before > 0 && anchor();
      sizes = expandSizes(runs);
      if (before === 0) {
        fit();
        relayout();
        scroller.scrollLeft = (contentWidth - scroller.clientWidth) / 2;
        scrolling.scrollTo(0);
        store.set({ zoom, zoomMode: mode });
        render();
      } else if (sizes.count > 0) change(() => {}, held);
    },
    /** The size of a page in points, as displayed. @param {number} index */
    sizeOf: (index) => turned(points(index)),
    /** @param {"auto" | "width" | "page"} kind */
    zoomToFit(kind) {
      mode = kind;
      const held =
        kind === "page" ? { ...anchor(), index: currentPage(), along: 0, y: GAP } : anchor();
      change(fit, held);
    },
    /** @param {number} value 1 is 100 % @param {ReturnType<typeof anchor>} [held] what stays where it is */
    zoomTo(value, held = anchor(scroller.clientWidth / 2, scroller.clientHeight / 2)) {
      mode = "free";
      change(() => (zoom = clampZoom(value)), held);
    },
    /** @param {1 | -1} direction */
    zoomStep(direction) {
      this.zoomTo(nextStep(zoom, direction));
    },
    rotate() {
      const page = currentPage();
      change(
        () => {
          rotation = (rotation + 90) % 360;
          fit();
        },
        { ...anchor(), index: page, across: 0.5, along: 0, y: GAP },
      );
      store.set({ rotation });
    },
    /**
     * Brings a box into view, in the middle unless it can be seen already.
     * @param {number} index
     * @param {number[]} box points on the upright page
     */
    reveal(index, box) {
      const { width, height } = points(index);
      const [x0, y0, x1, y1] = turnBox(box, width, height, rotation).map(
        (value) => value * scale(),
      );
      const top = rows.top(index) + y0;
      const bottom = rows.top(index) + y1;
      const seen = scrolling.top();
      if (top < seen + 24 || bottom > seen + scroller.clientHeight - 24) {
        scrolling.scrollTo((top + bottom - scroller.clientHeight) / 2);
      }
      const left = leftOf(index) + x0;
      if (
        left < scroller.scrollLeft + 16 ||
        left + x1 - x0 > scroller.scrollLeft + scroller.clientWidth - 16
      ) {
        scroller.scrollLeft = left - scroller.clientWidth / 3;
      }
      chosen = index;
      store.set({ page: index });
    },
    /**
     * @param {Map<number, {boxes: number[][], current: boolean, tone?: string}[]>} byPage
     * @param {string} [layer] marks of other layers stay
     */
    setMarks(byPage, layer = "search") {
      marks.set(layer, byPage);
      for (const [index, page] of live) page.mark(marksOn(index));
    },
    /**
     * How far the reader is, in pages: 0 at the top, the page count at the very end. The point
     * that counts moves from the upper edge of the view to the lower, so that both ends are met.
     */
    progress() {
      const y = (scrolling.top() * rows.total) / Math.max(1, rows.total - scroller.clientHeight);
      const index = rows.indexAt(y);
      return index + (y - rows.top(index)) / (rows.height(index) + GAP);
    },
    /** @param {number} progress pages, as `progress` tells them */
    setProgress(progress) {
      if (sizes.count === 0) return;
      chosen = null;
      const index = Math.min(Math.max(Math.floor(progress), 0), sizes.count - 1);
      const y = rows.top(index) + (progress - index) * (rows.height(index) + GAP);
      scrolling.scrollTo((y * (rows.total - scroller.clientHeight)) / rows.total);
    },
    /** Pages that must stay in the document because a selection holds to them. @param {number[]} indexes */
    pin(indexes) {
      pinned.clear();
      for (const index of indexes) pinned.add(index);
    },
    /** The page at a height of the window, or the nearest. @param {number} clientY */
    pageAt: (clientY) =>
      live.get(rows.indexAt(scrolling.top() + clientY - scroller.getBoundingClientRect().top)),
    /** @param {number} index */
    page: (index) => live.get(index),
    clear() {
      sizes = expandSizes([]);
      for (const page of live.values()) page.remove();
      live.clear();
      relayout();
    },
  };
}
