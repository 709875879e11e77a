import { say } from "../words.js";
import { icon, make } from "./dom.js";
import { discard } from "./images.js";
import { turnSheet } from "./layout.js";
import { caretNear, fillTextLayer } from "./textlayer.js";

/**
 * One page in the document: its picture, the words over it, the marks of a search.
 * @param {number} index
 * @param {{images: ReturnType<import("./images.js").createImages>,
 *   texts: ReturnType<import("./texts.js").createTexts>, copy: boolean}} context
 */
export function createPage(index, { images, texts, copy }) {
  const alive = new AbortController();
  const marks = make("div", { class: "hits", "aria-hidden": "true" });
  const layer = make("div", { class: copy ? "text" : "text locked", lang: "" });
  const sheet = make("div", { class: "sheet" }, marks, layer);
  const element = make(
    "section",
    {
      class: "page",
      role: "region",
      "data-testid": "page",
      "data-page": index,
      "data-state": "loading",
    },
    sheet,
  );

  let size = { width: 1, height: 1 };
  let picture = null;
  let shown = 0;
  let wanted = 0;
  let loading = null;
  let words = null;
  let reading = null;
  let failure = null;

  function show(image, width) {
    sheet.prepend(image);
    discard(picture);
    picture = image;
    shown = width;
  }

  images
    .preview(index)
    ?.then((image) => {
      if (!picture && !alive.signal.aborted) show(image, 0);
    })
    .catch(() => {});

  function fail(problem, retry) {
    element.dataset.state = "error";
    failure = make(
      "div",
      { class: "page-error paper" },
      icon("alert"),
      make("strong", {}, problem.title || say("This page cannot be shown")),
      problem.detail && make("span", {}, problem.detail),
      make("button", { class: "button", type: "button", click: retry }, say("Try again")),
    );
    element.append(failure);
  }

  /**
   * Loads the picture in a width unless it is there or on its way.
   * @param {number} width as `images.fit` has it
   * @param {() => number} urgency
   */
  async function want(width, urgency) {
    if (width === wanted && (loading || shown === width || failure)) return;
    wanted = width;
    loading?.abort();
    failure?.remove();
    failure = null;
    const mine = (loading = new AbortController());
    if (shown === 0) element.dataset.state = "loading";
    try {
      const image = await images.load(
        index,
        width,
        urgency,
        AbortSignal.any([mine.signal, alive.signal]),
      );
      show(image, width);
      element.dataset.state = "ready";
    } catch (error) {
      if (error.name === "AbortError") return;
      fail(error, () => again(width, urgency));
    } finally {
      if (loading === mine) loading = null;
    }
  }

  function again(width, urgency) {
    images.renew(index);
    wanted = 0;
    want(width, urgency);
    if (words || !reading) return;
    reading.abort();
    reading = null;
    wantText();
  }

  async function wantText() {
    if (reading) return;
    reading = new AbortController();
    const signal = AbortSignal.any([reading.signal, alive.signal]);
    try {
      words = fillTextLayer(layer, await texts.get(index, signal));
    } catch (error) {
      // The picture still serves; the words are asked for again when the page comes back.
      if (error.name !== "AbortError") console.warn(`Page ${index + 1} has no text layer:`, error);
    }
  }

  return {
    index,
    element,
    want,
    wantText,
    words: () => words ?? [],
    /**
     * @param {{left: number, top: number, width: number, height: number, points: {width: number, height: number},
     *   rotation: number, scale: number, label: string}} place width and height upright, in pixels
     */
    put({ left, top, width, height, points, rotation, scale, label }) {
      const across = rotation % 180 !== 0;
      element.style.left = `${left}px`;
      element.style.top = `${top}px`;
      element.style.width = `${across ? height : width}px`;
      element.style.height = `${across ? width : height}px`;
      turnSheet(sheet, width, height, rotation);
      layer.style.transform = `scale(${scale})`;
      if (element.ariaLabel !== label) element.ariaLabel = label;
      size = points;
    },
    /** @param {{boxes: number[][], current: boolean, tone?: string}[]} hits boxes in points */
    mark(hits) {
      marks.replaceChildren(
        ...hits.flatMap(({ boxes, current, tone = "" }) =>
          boxes.map(([x0, y0, x1, y1]) => {
            const box = make("i", { class: current ? `current ${tone}`.trim() : tone || null });
            box.style.left = `${(100 * x0) / size.width}%`;
            box.style.top = `${(100 * y0) / size.height}%`;
            box.style.width = `${(100 * (x1 - x0)) / size.width}%`;
            box.style.height = `${(100 * (y1 - y0)) / size.height}%`;
            return box;
          }),
        ),
      );
    },
    /** The place in the text nearest to a point of the window. @param {number} clientX @param {number} clientY */
    caretAt(clientX, clientY) {
      const matrix = new DOMMatrix(getComputedStyle(sheet).transform).inverse();
      const box = element.getBoundingClientRect();
      const point = matrix.transformPoint({ x: clientX - box.left, y: clientY - box.top });
      const pixels = sheet.offsetWidth / size.width;
      return caretNear(words ?? [], point.x / pixels, point.y / pixels);
    },
    remove() {
      alive.abort();
      discard(picture);
      element.remove();
    },
  };
}
