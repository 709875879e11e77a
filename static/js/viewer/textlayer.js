const FONT = "Liberation Sans, Arial, Helvetica, sans-serif";
const pen = document.createElement("canvas").getContext("2d");

/**
 * @typedef {{node: Text, span: HTMLElement, start: number, length: number,
 *   x0: number, y0: number, x1: number, y1: number}} PlacedWord
 */

/**
 * Lays invisible words over the picture of a page, so that they can be selected, copied and
 * read aloud. Lines come in reading order; the layer is in points, its owner scales it.
 * @param {HTMLElement} layer
 * @param {import("./texts.js").PageText} page
 * @returns {PlacedWord[]}
 */
export function fillTextLayer(layer, page) {
  const placed = [];
  layer.style.width = `${page.width}px`;
  layer.style.height = `${page.height}px`;
  layer.style.fontFamily = FONT;
  for (const words of lines(page)) {
    const line = document.createElement("div");
    if (flows(words)) layFlowing(line, words, page.text);
    else layLoose(line, words, page.text);
    line.dir = "auto";
    layer.append(line);
    words.forEach((word, index) => {
      const span = line.children[index];
      placed.push({ ...word, span, node: span.firstChild });
    });
  }
  return placed;
}

function lines({ text, words }) {
  const all = [];
  let line = [];
  let reached = 0;
  for (const [start, length, x0, y0, x1, y1] of words) {
    if (line.length > 0 && text.slice(reached, start).includes("\n")) {
      all.push(line);
      line = [];
    }
    line.push({ start, length, x0, y0, x1, y1 });
    reached = start + length;
  }
  if (line.length > 0) all.push(line);
  return all;
}

/** Whether the words stand on one level line from left to right, as browsers set type themselves. */
function flows(words) {
  return words.every((word, index) => {
    const before = words[index - 1];
    if (upended(word)) return false;
    return !before || (word.x0 >= before.x1 - 1 && word.y0 < before.y1 && word.y1 > before.y0);
  });
}

const upended = (word) => word.length > 2 && word.y1 - word.y0 > 2 * (word.x1 - word.x0);

const naturalWidth = (text, size) => {
  pen.font = `100px ${FONT}`;
  return (pen.measureText(text).width / 100) * size;
};

/* Letter and word spacing stretch each word to its place and keep the line one run of text,
   so that a selection has no holes between words. */
function layFlowing(line, words, text) {
  const top = Math.min(...words.map((word) => word.y0));
  const height = Math.max(...words.map((word) => word.y1)) - top;
  const size = height * 0.75;
  line.style.cssText = `left:${words[0].x0}px;top:${top}px;font-size:${size}px;line-height:${height}px`;
  words.forEach((word, index) => {
    const next = words[index + 1];
    const letters = text.slice(word.start, word.start + word.length);
    const between = next ? text.slice(word.start + word.length, next.start) : "";
    const letterSpacing = (word.x1 - word.x0 - naturalWidth(letters, size)) / word.length;
    const span = document.createElement("span");
    span.textContent = letters + between;
    span.style.letterSpacing = `${letterSpacing}px`;
    if (next) {
      const gap = next.x0 - word.x1;
      const spacing = between
        ? (gap - naturalWidth(between, size)) / between.length - letterSpacing
        : 0;
      if (between) span.style.wordSpacing = `${spacing}px`;
      else span.style.marginInlineEnd = `${gap}px`;
    }
    line.append(span);
  });
}

/* Right-to-left, vertical and slanted text: every word stands where it is, on its own. */
function layLoose(line, words, text) {
  line.className = "loose";
  line.style.cssText = "left:0;top:0";
  for (const word of words) {
    const next = text[word.start + word.length] ?? "";
    const letters = text.slice(word.start, word.start + word.length);
    const turned = upended(word);
    const [along, across] = turned
      ? [word.y1 - word.y0, word.x1 - word.x0]
      : [word.x1 - word.x0, word.y1 - word.y0];
    const size = across * 0.75;
    const stretch = along / (naturalWidth(letters, size) || 1);
    const span = document.createElement("span");
    span.textContent = /\s/.test(next) ? `${letters} ` : letters;
    span.style.cssText = `left:${word.x0}px;top:${turned ? word.y1 : word.y0}px;font-size:${size}px;line-height:${across}px`;
    span.style.transform = `${turned ? "rotate(-90deg) " : ""}scaleX(${stretch})`;
    line.append(span);
  }
}

/**
 * The place in the text that is nearest to a point, also beside and between the lines.
 * @param {PlacedWord[]} words
 * @param {number} x points from the left of the upright page
 * @param {number} y points from its top
 * @returns {{node: Text, offset: number} | null}
 */
export function caretNear(words, x, y) {
  let nearest = null;
  let least = Infinity;
  for (const word of words) {
    const aside = Math.max(word.x0 - x, 0, x - word.x1);
    const astray = Math.max(word.y0 - y, 0, y - word.y1);
    const distance = aside + 6 * astray;
    if (distance < least) [nearest, least] = [word, distance];
  }
  if (!nearest) return null;
  const { node, length, x0, y0, x1, y1 } = nearest;
  let part = upended(nearest) ? (y1 - y) / (y1 - y0) : (x - x0) / (x1 - x0);
  if (/\p{Script=Hebrew}|\p{Script=Arabic}/u.test(node.data)) part = 1 - part;
  return { node, offset: Math.round(Math.min(1, Math.max(0, part)) * length) };
}
