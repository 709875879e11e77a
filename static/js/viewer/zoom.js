import { PIXELS_PER_POINT } from "./layout.js";

/** The zoom levels that buttons and keys step through; 1 is 100 %. */
export const STEPS = [0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4];
const LEAST = STEPS[0];
const MOST = STEPS.at(-1);
const LARGEST_AUTOMATIC = 1.25;
/* One fold-out plan must not shrink the letters around it beyond reading. */
const SMALLEST_SHARE = 0.6;

/** @param {number} zoom @returns {number} */
export const clampZoom = (zoom) => Math.min(MOST, Math.max(LEAST, zoom));

/**
 * The step after or before a zoom level.
 * @param {number} zoom
 * @param {1 | -1} direction
 */
export function nextStep(zoom, direction) {
  const beyond =
    direction > 0
      ? STEPS.find((step) => step > zoom * 1.01)
      : STEPS.findLast((step) => step < zoom * 0.99);
  return beyond ?? clampZoom(zoom);
}

/**
 * The zoom at which a page fits. "auto" lets the widest page fit, within what is good to read.
 * @param {"auto" | "width" | "page"} mode
 * @param {{width: number, height: number}} page points, as displayed
 * @param {number} widest of all pages, points
 * @param {{width: number, height: number}} room pixels
 */
export function fittingZoom(mode, page, widest, room) {
  const across = (points) => room.width / (points * PIXELS_PER_POINT);
  const own = across(page.width);
  if (mode === "width") return clampZoom(own);
  if (mode === "page")
    return clampZoom(Math.min(own, room.height / (page.height * PIXELS_PER_POINT)));
  return clampZoom(Math.min(LARGEST_AUTOMATIC, Math.max(across(widest), own * SMALLEST_SHARE)));
}

const shares = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "percent" });

/** @param {number} zoom @returns {string} */
export const percent = (zoom) => shares.format(zoom);
