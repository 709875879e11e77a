import { afterPause, byId, make } from "../viewer/dom.js";
import { createImages, discard } from "../viewer/images.js";
import { PIXELS_PER_POINT } from "../viewer/layout.js";
import { clampZoom, nextStep, percent } from "../viewer/zoom.js";
import { say } from "../words.js";
import { labelOf, shownValue } from "./labels.js";
import { grown, shape } from "./place.js";
import { needsLook, valuesOf } from "./result.js";

const LARGEST_FIT = 1.6;
const SIDE = 48;
const AIR = 2;

/**
 * The document's pages with the boxes of what was read. Pictures exist only near the view.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{onPick: (name: string) => void, onHover: (name: string) => void, threshold: () => number}} page
 */
export function createPages(api, { onPick, onHover, threshold }) {
  const scroller = byId("scroller");
  const list = byId("pages");
  const tag = make("span", { class: "box-tag", "aria-hidden": "true" });
  const images = createImages(
    {
      image: (page, look, signal) => api.image(shown.id, page, look, signal),
      // The door asks again by itself.
      patiently: (attempt) => attempt(),
    },
    () => shown.format,
  );
  let shown = { id: "", format: "png" };
  /** @type {{element: HTMLElement, marks: SVGElement, size: {width: number, height: number},
   *   width: number, loading: AbortController | null, picture: HTMLImageElement | null}[]} */
  let sheets = [];
  /** @type {number | null} null fits the width */
  let zoom = null;
  let active = "";

  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const sheet = sheets[Number(target.dataset.page)];
        if (sheet?.element !== target) continue;
        if (isIntersecting) draw(sheet);
        else drop(sheet);
      }
    },
    { root: scroller, rootMargin: "120% 0px" },
  );

  function show(id, result) {
    if (id !== shown.id) build(id, result);
    mark(result);
  }

  function build(id, result) {
    clear();
    images.clear();
    const scanned = result.pages.some(({ source }) => source === "ocr");
    shown = { id, format: scanned ? "jpeg" : "png" };
    sheets = result.pages.map(({ width, height }, number) => {
      const marks = shape("svg", {
        class: "marks",
        viewBox: `0 0 ${width} ${height}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      });
      const element = make("div", {
        class: "sheet",
        role: "img",
        "aria-label": say("Page {page} of {pages}", {
          page: number + 1,
          pages: result.pages.length,
        }),
        "data-testid": "page",
        "data-page": number,
        "data-state": "waiting",
      });
      element.append(marks);
      return { element, marks, size: { width, height }, width: 0, loading: null, picture: null };
    });
    list.replaceChildren(...sheets.map(({ element }) => element));
    zoom = null;
    fit();
    scroller.scrollTo(0, 0);
    for (const { element } of sheets) near.observe(element);
  }

  function clear() {
    near.disconnect();
    for (const sheet of sheets) drop(sheet);
    sheets = [];
    shown = { id: "", format: "png" };
    list.replaceChildren();
    tag.remove();
  }

  /* ---- pictures ---- */

  async function draw(sheet) {
    const width = images.fit(sheet.element.clientWidth * devicePixelRatio);
    if (sheet.loading || (sheet.picture && sheet.width >= width)) return;
    const own = (sheet.loading = new AbortController());
    const number = Number(sheet.element.dataset.page);
    if (!sheet.picture) sheet.element.dataset.state = "loading";
    try {
      const urgency = () => Math.abs(sheet.element.offsetTop - scroller.scrollTop);
      const picture = await images.load(number, width, urgency, own.signal);
      discard(sheet.picture);
      [sheet.picture, sheet.width] = [picture, width];
      sheet.element.prepend(picture);
      sheet.element.dataset.state = "ready";
    } catch (error) {
      if (own.signal.aborted || error.name === "AbortError") return;
      if (!sheet.picture) sheet.element.dataset.state = "failed";
    } finally {
      if (sheet.loading === own) sheet.loading = null;
    }
  }

  function drop(sheet) {
    sheet.loading?.abort();
    sheet.loading = null;
    discard(sheet.picture);
    sheet.picture = null;
    sheet.element.dataset.state = "waiting";
  }

  /* ---- size ---- */

  const widest = () => Math.max(...sheets.map(({ size }) => size.width));
  const room = () => Math.max(160, scroller.clientWidth - (scroller.clientWidth < 560 ? 20 : SIDE));
  const fitting = () => Math.min(LARGEST_FIT, room() / (widest() * PIXELS_PER_POINT));
  const level = () => zoom ?? fitting();

  function fit() {
    if (!sheets.length || !scroller.clientWidth) return;
    const now = level();
    for (const { element, size } of sheets) {
      element.style.width = `${Math.round(size.width * PIXELS_PER_POINT * now)}px`;
      element.style.aspectRatio = `${size.width} / ${size.height}`;
    }
    byId("zoom-level").textContent = percent(now);
    sharpen();
  }

  const sharpen = afterPause(() => {
    for (const sheet of sheets) if (sheet.picture) draw(sheet);
  }, 200);

  function setZoom(next) {
    // What is in the middle stays there.
    const middle = (scroller.scrollTop + scroller.clientHeight / 2) / scroller.scrollHeight;
    zoom = next;
    fit();
    scroller.scrollTop = middle * scroller.scrollHeight - scroller.clientHeight / 2;
  }

  new ResizeObserver(fit).observe(scroller);
  scroller.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      setZoom(clampZoom(level() * Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 200)));
    },
    { passive: false },
  );

  /* ---- boxes ---- */

  function mark(result) {
    for (const { marks } of sheets) marks.replaceChildren();
    for (const [name, value] of valuesOf(result)) {
      const sheet = value.polygon && sheets[value.page];
      if (!sheet || value.value === null) continue;
      const box = shape("polygon", {
        points: grown(value.polygon, AIR),
        class: "box",
        "data-name": name,
        "data-look": needsLook(result, name, value, threshold()) ? "open" : "rest",
        "vector-effect": "non-scaling-stroke",
      });
      const title = shape("title", {});
      title.textContent = `${labelOf(name.split(".").at(-1))}: ${shownValue(value.value)}`;
      box.append(title);
      sheet.marks.append(box);
    }
    light(active, false);
  }

  /** Lights up the box of a value. @param {string} name @param {boolean} [scroll] */
  function light(name, scroll = true) {
    active = name;
    list.querySelector(".box[data-active]")?.removeAttribute("data-active");
    tag.remove();
    const box = name && list.querySelector(`.box[data-name="${CSS.escape(name)}"]`);
    if (!box) return;
    box.setAttribute("data-active", "");
    // The last one lies on top.
    box.parentNode.append(box);
    const sheet = sheets[Number(box.closest(".sheet").dataset.page)];
    const { x, y, width } = box.getBBox();
    tag.textContent = labelOf(name.split(".").at(-1));
    tag.style.top = `${(y / sheet.size.height) * 100}%`;
    tag.classList.toggle("from-end", x > sheet.size.width * 0.7);
    if (x > sheet.size.width * 0.7) {
      tag.style.left = "";
      tag.style.right = `${(1 - (x + width) / sheet.size.width) * 100}%`;
    } else {
      tag.style.right = "";
      tag.style.left = `${(x / sheet.size.width) * 100}%`;
    }
    sheet.element.append(tag);
    if (scroll) bring(box);
  }

  function bring(box) {
    const [place, view] = [box.getBoundingClientRect(), scroller.getBoundingClientRect()];
    const hidden =
      place.top < view.top + 40 ||
      place.bottom > view.bottom - 40 ||
      place.left < view.left ||
      place.right > view.right;
    if (!hidden || !view.height) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scroller.scrollBy({
      top: (place.top + place.bottom) / 2 - (view.top + view.height * 0.4),
      left: (place.left + place.right) / 2 - (view.left + view.width / 2),
      behavior: calm ? "instant" : "smooth",
    });
  }

  const nameAt = (event) => event.target.closest?.(".box")?.dataset.name ?? "";
  list.addEventListener("click", (event) => nameAt(event) && onPick(nameAt(event)));
  list.addEventListener("pointerover", (event) => onHover(nameAt(event)));
  list.addEventListener("pointerleave", () => onHover(""));

  function hover(name) {
    for (const box of list.querySelectorAll(".box[data-hover]")) box.removeAttribute("data-hover");
    if (name)
      list.querySelector(`.box[data-name="${CSS.escape(name)}"]`)?.setAttribute("data-hover", "");
  }

  return {
    show,
    clear,
    light,
    hover,
    /** Where boxes are drawn. */
    sheets: () => sheets,
    /** The page that takes most of the view. */
    current() {
      const middle = scroller.scrollTop + scroller.clientHeight * 0.4;
      const at = sheets.findIndex(
        ({ element }) => element.offsetTop + element.offsetHeight > middle,
      );
      return at < 0 ? sheets.length - 1 : at;
    },
    /** @param {1 | -1} direction */
    zoomBy: (direction) => setZoom(nextStep(level(), direction)),
    fitWidth: () => setZoom(null),
    /** Comes into view after being away. */
    refit: fit,
  };
}
