/* The shapes of mark-up in a picture, as apps/conversion/engines/drawing_shapes.py writes them. */

const SVG = "http://www.w3.org/2000/svg";
const BULGE = 0.5;
const ARC = 2;
const MOST_ARCS = 100;
const HEAD_WIDTH = 0.35;
const CAPITAL = 0.7;
const LINE_SPACING = 5 / 3;
/* Letters are drawn in this size and scaled: browsers limit the size of letters. */
const LETTERS = 100;

/** @param {string} tag @param {Record<string, unknown>} attributes @param {...(Node | string)} children */
export function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== false && value != null) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * How drawing units lie in the picture.
 * @param {number[]} matrix a to f of x' = ax + cy + e, y' = bx + dy + f
 */
export function createPlane([a, b, c, d, e, f]) {
  const determinant = a * d - b * c;
  return {
    /** @param {number[]} point in drawing units */
    toPicture: ([x, y]) => [a * x + c * y + e, b * x + d * y + f],
    /** @param {number[]} point of the picture */
    toDrawing: ([x, y]) => [
      (d * (x - e) - c * (y - f)) / determinant,
      (a * (y - f) - b * (x - e)) / determinant,
    ],
    /** Picture units in a drawing unit. */
    scale: Math.sqrt(Math.abs(determinant)),
  };
}

const line = (points) => `M${points.map((point) => point.join(" ")).join("L")}`;

function box([[x, y], [toX, toY]]) {
  const [left, right] = [Math.min(x, toX), Math.max(x, toX)];
  const [top, bottom] = [Math.min(y, toY), Math.max(y, toY)];
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

/* Clockwise where y points down, so that arcs drawn clockwise curve outward. */
function cloud(opposite, size) {
  const corners = box(opposite);
  const ends = corners.flatMap(([x, y], at) => {
    const [toX, toY] = corners[(at + 1) % 4];
    const wanted = Math.round(Math.hypot(toX - x, toY - y) / (ARC * size));
    const count = Math.min(Math.max(1, wanted), MOST_ARCS);
    return Array.from({ length: count }, (_, step) => [
      x + ((toX - x) * step) / count,
      y + ((toY - y) * step) / count,
    ]);
  });
  const arcs = ends.map(([x, y], at) => {
    const [toX, toY] = ends[(at + 1) % ends.length];
    const radius = (Math.hypot(toX - x, toY - y) * (1 + BULGE ** 2)) / (4 * BULGE);
    return `A${radius} ${radius} 0 0 1 ${toX} ${toY}`;
  });
  return `M${ends[0].join(" ")}${arcs.join("")}z`;
}

function head([[x, y], [tipX, tipY]], size) {
  const length = Math.hypot(tipX - x, tipY - y);
  if (!length) return "";
  const reach = Math.min(ARC * size, length);
  const [backX, backY] = [((x - tipX) * reach) / length, ((y - tipY) * reach) / length];
  const [baseX, baseY] = [tipX + backX, tipY + backY];
  const [sideX, sideY] = [-backY * HEAD_WIDTH, backX * HEAD_WIDTH];
  return `${line([[tipX, tipY], [baseX + sideX, baseY + sideY], [baseX - sideX, baseY - sideY]])}z`;
}

function text({ text: words, colour }, [x, y], size) {
  const lines = words
    .split("\n")
    .map((words, number) =>
      draw("tspan", { x: 0, dy: number ? LETTERS * CAPITAL * LINE_SPACING : 0 }, words || " "),
    );
  const scale = size / CAPITAL / LETTERS;
  const transform = `translate(${x} ${y}) scale(${scale})`;
  return draw("text", { transform, fill: colour, "font-size": LETTERS }, ...lines);
}

/**
 * The elements of an object: what is seen, and what can be gripped.
 * @param {Record<string, any>} one @param {ReturnType<typeof createPlane>} plane
 */
export function shapesOf(one, plane) {
  const points = one.points.map(plane.toPicture);
  const size = one.size * plane.scale;
  if (one.kind === "text") return [text(one, points[0], size)];
  const outline =
    one.kind === "cloud"
      ? cloud(points, size)
      : one.kind === "rectangle"
        ? `${line(box(points))}z`
        : line(points);
  const steady = { fill: "none", "vector-effect": "non-scaling-stroke" };
  const looks = { stroke: one.colour, "stroke-width": "2px", ...steady };
  const joined = { "stroke-linejoin": "round", "stroke-linecap": "round" };
  const tip = one.kind === "arrow" && head(points, size);
  return [
    draw("path", { class: "grip", d: outline, ...steady }),
    draw("path", { d: outline, ...looks, ...joined }),
    ...(tip ? [draw("path", { d: tip, fill: one.colour })] : []),
  ];
}

export { line as lineThrough };
