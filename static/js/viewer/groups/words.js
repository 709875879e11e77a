const pen = document.createElement("canvas").getContext("2d");
const ASCENT = 0.8;
const DESCENT = -0.2;

/**
 * The words of a page with their boxes, as the server tells them of other documents.
 * @param {import("pdfjs-dist").PDFPageProxy} page
 * @param {number} number of the page, from 0
 * @returns {Promise<import("../texts.js").PageText>}
 */
export async function readWords(page, number) {
  const { items, styles } = await page.getTextContent();
  const viewport = page.getViewport({ scale: 1 });
  const onPage = new DOMMatrix(viewport.transform);
  const words = [];
  let text = "";
  for (const { str, hasEOL, ...item } of items) {
    const place = placed(onPage.multiply(new DOMMatrix(item.transform)), item, styles);
    const measured = measure(str, styles[item.fontName]?.fontFamily ?? "sans-serif");
    for (const match of str.matchAll(/\S+/g)) {
      const from = measured(match.index);
      const to = measured(match.index + match[0].length);
      const [begin, end] = item.dir === "rtl" ? [1 - to, 1 - from] : [from, to];
      words.push([text.length + match.index, match[0].length, ...place(begin, end)]);
    }
    text += hasEOL ? `${str}\n` : str;
  }
  return { page: number, width: viewport.width, height: viewport.height, text, words };
}

/* The share of a run of text that stands before each of its letters, by the type of another font:
   the file tells only where the run begins and ends. */
function measure(text, family) {
  pen.font = `100px ${family}`;
  const whole = pen.measureText(text).width || 1;
  return (count) =>
    count === text.length ? 1 : pen.measureText(text.slice(0, count)).width / whole;
}

/* Gives the box of a part of a run, in points from the upper left corner of the page. */
function placed({ a, b, c, d, e, f }, { width, height, fontName }, styles) {
  const { ascent, descent, vertical } = styles[fontName] ?? {};
  const size = Math.hypot(c, d) || 1;
  const up = [c / size, d / size];
  const length = Math.hypot(a, b) || 1;
  let along = [a / length, b / length];
  let run = width;
  let [low, high] = [(descent || DESCENT) * size, (ascent || ASCENT) * size];
  let side = up;
  if (vertical) {
    side = along;
    along = [-up[0], -up[1]];
    run = height;
    [low, high] = [-size / 2, size / 2];
  }
  return (begin, end) => {
    const corners = [begin, end].flatMap((share) =>
      [low, high].map((aside) => [
        e + along[0] * run * share + side[0] * aside,
        f + along[1] * run * share + side[1] * aside,
      ]),
    );
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  };
}
