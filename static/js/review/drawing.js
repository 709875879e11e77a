import { announce, byId, make } from "../viewer/dom.js";
import { say } from "../words.js";
import { inside, rectangle, shape } from "./place.js";

const STEP = 4;
const LEAST = 3;

/**
 * Lets a person draw a box on a page, with a pointer or with arrow keys.
 * @param {ReturnType<import("./pages.js").createPages>} pages
 * @param {{prompt: string, start?: {page: number, box: number[]} | null,
 *   skip?: string}} options `start` is where the keys begin; `skip` names a way on without a box
 * @returns {Promise<{page: number, box: number[]} | "skipped" | null>} null: given up
 */
export function drawBox(pages, { prompt, start = null, skip = "" }) {
  const scroller = byId("scroller");
  const list = byId("pages");
  const bar = byId("drawing");
  const frame = shape("rect", { class: "drawn", "vector-effect": "non-scaling-stroke" });
  const stopping = new AbortController();
  const { signal } = stopping;
  let page = start?.page ?? Math.max(0, pages.current());
  let box = start?.box ?? null;
  let origin = null;

  const { promise, resolve } = Promise.withResolvers();
  const end = (answer) => {
    if (signal.aborted) return;
    stopping.abort();
    frame.remove();
    bar.hidden = true;
    bar.replaceChildren();
    delete list.dataset.drawing;
    resolve(answer);
  };
  const size = () => pages.sheets()[page].size;

  function paint() {
    for (const [name, value] of Object.entries(rectangle(box))) frame.setAttribute(name, value);
    pages.sheets()[page].marks.append(frame);
  }

  function pointAt({ clientX, clientY }) {
    const place = pages.sheets()[page].element.getBoundingClientRect();
    return [
      ((clientX - place.left) / place.width) * size().width,
      ((clientY - place.top) / place.height) * size().height,
    ];
  }

  list.addEventListener(
    "pointerdown",
    (event) => {
      const sheet = event.target.closest(".sheet");
      if (!sheet || event.button) return;
      event.preventDefault();
      page = Number(sheet.dataset.page);
      origin = pointAt(event);
      list.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  list.addEventListener(
    "pointermove",
    (event) => {
      if (!origin) return;
      box = inside([...origin, ...pointAt(event)], size());
      paint();
    },
    { signal },
  );
  list.addEventListener(
    "pointerup",
    () => {
      const drawn = origin && box && isLarge(box);
      origin = null;
      if (drawn) end({ page, box });
    },
    { signal },
  );
  list.addEventListener("pointercancel", () => (origin = null), { signal });

  /* In the middle of what is seen. */
  function middle() {
    const { width, height } = size();
    const view = scroller.getBoundingClientRect();
    const clientX = view.left + view.width / 2;
    const [x, y] = pointAt({ clientX, clientY: view.top + view.height / 2 });
    return inside(
      [x - width * 0.12, y - height * 0.01, x + width * 0.12, y + height * 0.01],
      size(),
    );
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
        event.key
      ];
      const onButton = event.target.closest?.("button");
      if (event.key === "Escape") end(null);
      else if (event.key === "Enter" && !onButton && box) end({ page, box });
      else if (by) {
        const step = event.ctrlKey ? 1 : STEP * 2;
        const [x, y] = [by[0] * step, by[1] * step];
        const [left, top, right, bottom] = box ?? middle();
        // The first press only shows where the box is.
        if (!box) box = [left, top, right, bottom];
        else if (event.shiftKey)
          box = [left, top, Math.max(left + LEAST, right + x), Math.max(top + LEAST, bottom + y)];
        else box = [left + x, top + y, right + x, bottom + y];
        box = inside(box, size());
        paint();
        frame.scrollIntoView({ block: "nearest" });
      } else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { signal, capture: true },
  );

  list.dataset.drawing = "";
  bar.replaceChildren(
    make(
      "p",
      {},
      make("strong", {}, prompt),
      make(
        "span",
        { class: "keys-hint" },
        ` ${say("Or with the keys: arrows move a box, Shift and arrows size it, Enter takes it.")}`,
      ),
    ),
    skip && make("button", { class: "button", type: "button", click: () => end("skipped") }, skip),
    make("button", { class: "button", type: "button", click: () => end(null) }, say("Cancel")),
  );
  bar.hidden = false;
  announce(
    `${prompt} ${say("Arrow keys move a box, Shift and arrow keys size it, Enter takes it, Escape cancels.")}`,
  );
  if (box) paint();
  scroller.focus({ preventScroll: true });
  return promise;
}

const isLarge = ([left, top, right, bottom]) => right - left >= LEAST && bottom - top >= LEAST;
