/** CSS pixels in one PDF point at 100 %. */
export const PIXELS_PER_POINT = 96 / 72;

/**
 * Spells out run-length page sizes.
 * @param {[width: number, height: number, count: number][]} runs points
 * @returns {{widths: Float32Array, heights: Float32Array, count: number}}
 */
export function expandSizes(runs) {
  const count = runs.reduce((sum, [, , times]) => sum + times, 0);
  const widths = new Float32Array(count);
  const heights = new Float32Array(count);
  let at = 0;
  for (const [width, height, times] of runs) {
    widths.fill(width, at, at + times);
    heights.fill(height, at, at + times);
    at += times;
  }
  return { widths, heights, count };
}

/**
 * Stacks boxes below each other.
 * @param {number} count
 * @param {(index: number) => number} heightOf whole pixels
 * @param {number} gap pixels before, between and after the boxes
 */
export function stack(count, heightOf, gap) {
  const tops = new Float64Array(count + 1);
  tops[0] = gap;
  for (let index = 0; index < count; index += 1) {
    tops[index + 1] = tops[index] + heightOf(index) + gap;
  }
  return {
    count,
    total: tops[count],
    /** @param {number} index */
    top: (index) => tops[index],
    /** @param {number} index */
    height: (index) => tops[index + 1] - tops[index] - gap,
    /** The box at a height, or the one above the gap there. @param {number} y */
    indexAt(y) {
      let low = 0;
      let high = count - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (tops[middle] <= y) low = middle;
        else high = middle - 1;
      }
      return Math.max(low, 0);
    },
  };
}

/**
 * Turns a box on an upright page into the box on the turned page.
 * @param {number[]} box x0, y0, x1, y1
 * @param {number} width of the upright page
 * @param {number} height of the upright page
 * @param {number} rotation 0, 90, 180 or 270 degrees clockwise
 * @returns {number[]} x0, y0, x1, y1
 */
export function turnBox([x0, y0, x1, y1], width, height, rotation) {
  if (rotation === 90) return [height - y1, x0, height - y0, x1];
  if (rotation === 180) return [width - x1, height - y1, width - x0, height - y0];
  if (rotation === 270) return [y0, width - x1, y1, width - x0];
  return [x0, y0, x1, y1];
}

/**
 * Lays the upright sheet of a page into its turned box.
 * @param {HTMLElement} sheet
 * @param {number} width of the upright sheet, pixels
 * @param {number} height of the upright sheet, pixels
 * @param {number} rotation degrees clockwise
 */
export function turnSheet(sheet, width, height, rotation) {
  const shift = {
    0: "",
    90: `translateX(${height}px)`,
    180: `translate(${width}px, ${height}px)`,
    270: `translateY(${width}px)`,
  };
  sheet.style.width = `${width}px`;
  sheet.style.height = `${height}px`;
  sheet.style.transform = rotation ? `${shift[rotation]} rotate(${rotation}deg)` : "";
}
