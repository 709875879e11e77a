import { PIXELS_PER_POINT } from "./layout.js";

/** The zoom levels that buttons and keys step through; 1 is 100 %. */
export const STEPS = [0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4];
const LEAST = STEPS[0];
const MOST = STEPS.at(-1);
const WIDEST_AUTOMATIC = 1.25;

/** @param {number} zoom @returns {number} */
export const clampZoom = (zoom) => Math.min(MOST, Math.max(LEAST, zoom));

/**
 * The step after or before a zoom level.
 * @param {number} zoom
 * @param {1 | -1} direction
 */
export function nextStep(zoom, direction) {
  const beyond = direction > 0 ? STEPS.find((step) => step > zoom * 1.01) : STEPS.findLast((step) => step < zoom * 0.99);
  return beyond ?? clampZoom(zoom);
}

/**
 * The zoom at which a page fits.
 * @param {"auto" | "width" | "page"} mode "auto" fits the width, but stays at a size for reading
 * @param {{width: number, height: number}} page points, as displayed
 * @param {{width: number, height: number}} room pixels
 */
export function fittingZoom(mode, page, room) {
  const wide = room.width / (page.width * PIXELS_PER_POINT);
  const high = room.height / (page.height * PIXELS_PER_POINT);
  if (mode === "page") return clampZoom(Math.min(wide, high));
  return clampZoom(mode === "auto" ? Math.min(wide, WIDEST_AUTOMATIC) : wide);
}

/** @param {number} zoom @returns {string} */
export const percent = (zoom) => `${Math.round(zoom * 100)}%`;
