/* Shapes over a page, in points. */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Record<string, string | number>} attributes */
export function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A little away from the letters: corners go outwards from their middle. */
export function grown(polygon, by) {
  const middle = (at) => polygon.reduce((sum, corner) => sum + corner[at], 0) / polygon.length;
  const [x, y] = [middle(0), middle(1)];
  return polygon
    .map(([left, top]) => `${left + Math.sign(left - x) * by},${top + Math.sign(top - y) * by}`)
    .join(" ");
}

/** @param {number[]} box left, top, right, bottom */
export const rectangle = ([left, top, right, bottom]) => ({
  x: left,
  y: top,
  width: Math.max(0, right - left),
  height: Math.max(0, bottom - top),
});

/** Keeps a box on its page. @param {number[]} box @param {{width: number, height: number}} page */
export function inside([left, top, right, bottom], { width, height }) {
  const x = (value) => Math.min(Math.max(value, 0), width);
  const y = (value) => Math.min(Math.max(value, 0), height);
  return [
    x(Math.min(left, right)),
    y(Math.min(top, bottom)),
    x(Math.max(left, right)),
    y(Math.max(top, bottom)),
  ];
}
