import { byId } from "../viewer/dom.js";
import { say } from "../words.js";
import { draw, lineThrough } from "./drawing_shapes.js";

const SNAP = 10;
const lang = document.documentElement.lang || "en";
const coarse = new Intl.NumberFormat(lang, { maximumFractionDigits: 3 });
const fine = new Intl.NumberFormat(lang, { maximumSignificantDigits: 3 });

/** A measured number: three digits after the point, or three that count. @param {number} value */
const told = (value) => (Math.abs(value) >= 1 || !value ? coarse : fine).format(value);

/**
 * Measures along lines, or an area.
 * @param {SVGElement} layer where it is drawn
 * @param {{camera: any, plane: () => any, sheet: () => Record<string, any>}} drawing
 */
export function createMeasure(layer, { camera, plane, sheet }) {
  const readout = byId("drawing-readout");
  /** @type {number[][]} in the picture */
  let points = [];
  /** @type {number[] | null} */
  let next = null;
  let ended = false;
  let encloses = false;

  /* The nearest end of a line, if one is near. */
  function snapped(point, event) {
    const wanted = camera.toPicture(point);
    if (event.altKey) return wanted;
    const ends = sheet().ends;
    let nearest = SNAP / camera.scale();
    let found = wanted;
    for (let at = 0; at < ends.length; at += 2) {
      const distance = Math.hypot(ends[at] - wanted[0], ends[at + 1] - wanted[1]);
      if (distance < nearest) [nearest, found] = [distance, [ends[at], ends[at + 1]]];
    }
    return found;
  }

  const lengthOf = (line) =>
    line.reduce(
      (sum, [x, y], at) => sum + (at ? Math.hypot(x - line[at - 1][0], y - line[at - 1][1]) : 0),
      0,
    );

  function areaOf(line) {
    const twice = line.reduce((sum, [x, y], at) => {
      const [toX, toY] = line[(at + 1) % line.length];
      return sum + x * toY - toX * y;
    }, 0);
    return Math.abs(twice) / 2;
  }

  function words(line) {
    const { unit, scale } = sheet();
    const real = line.map((point) => plane().toDrawing(point).map((value) => value * scale));
    const measured = (value, power = "") => `${told(value)}${unit && ` ${unit}${power}`}`;
    if (encloses && line.length > 2)
      return say("Area {area}, outline {length}", {
        area: measured(areaOf(real), "²"),
        length: measured(lengthOf([...real, real[0]])),
      });
    const total = measured(lengthOf(real));
    if (line.length < 3) return say("Distance {length}", { length: total });
    const last = measured(lengthOf(real.slice(-2)));
    return say("Last {last}, together {length}", { last, length: total });
  }

  function show() {
    const line = next && !ended ? [...points, next] : points;
    const closes = encloses && line.length > 2;
    readout.hidden = false;
    readout.textContent =
      line.length > 1 ? words(line) : say("Choose points; double-click or Enter ends.");
    const d = line.length ? lineThrough(line) + (closes ? "z" : "") : "";
    layer.replaceChildren(
      draw("path", { class: `measured${closes ? " area" : ""}`, d }),
      ...line.map(([x, y]) =>
        draw("circle", { class: "measured-end", cx: x, cy: y, r: 4 / camera.scale() }),
      ),
    );
  }

  function put(point, event) {
    if (ended) [points, ended] = [[], false];
    const here = snapped(point, event);
    const last = points.at(-1);
    if (!last || last[0] !== here[0] || last[1] !== here[1]) points = [...points, here];
    next = null;
    show();
  }

  const tool = (area) => ({
    begin() {
      encloses = area;
      show();
    },
    down: put,
    press: put,
    move(point, event) {
      if (ended) return;
      next = snapped(point, event);
      show();
    },
    finish() {
      if (points.length < 2 || ended) return false;
      [ended, next] = [true, null];
      show();
      return true;
    },
    /** Takes the last point back. */
    cancel() {
      const had = points.length > 0;
      [points, next, ended] = [points.slice(0, -1), null, false];
      show();
      return had;
    },
    end() {
      [points, next, ended] = [[], null, false];
      layer.replaceChildren();
      readout.hidden = true;
    },
  });

  return {
    measure: tool(false),
    area: tool(true),
    /** The view has moved: marks keep their size. */
    look() {
      for (const end of layer.querySelectorAll("circle"))
        end.setAttribute("r", String(4 / camera.scale()));
    },
  };
}
