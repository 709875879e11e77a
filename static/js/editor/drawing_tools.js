import { make } from "../viewer/dom.js";
import { say } from "../words.js";

/* In pixels when it is made: of a capital letter, and of what goes with it. */
const SIZE = 11;
/* Less is a click and no drag. */
const CLICK = 5;
const PEN_STEP = 2;
const MOST_POINTS = 5000;

/**
 * The tools that make mark-up and change it.
 * @param {{
 *   view: HTMLElement, camera: any, markup: any, plane: () => any, layout: () => string,
 *   author: string, colour: () => string, sketch: (one: Record<string, any> | null) => void,
 *   choose: (id: string) => void, chosen: () => string,
 * }} drawing
 */
export function createTools(drawing) {
  const { view, camera, markup, plane, choose, chosen } = drawing;

  const exact = (point) => plane().toDrawing(camera.toPicture(point));

  /* As exact as can be seen, and no more: what is stored stays short. */
  function short(point) {
    const pixel = 1 / (camera.scale() * plane().scale);
    const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(pixel / 50))));
    return point.map((value) => Number(value.toFixed(digits)));
  }

  const placed = (point) => short(exact(point));

  const created = (kind, points, text = "") => ({
    id: crypto.randomUUID(),
    kind,
    points,
    size: Number((SIZE / (camera.scale() * plane().scale)).toPrecision(6)),
    text,
    colour: drawing.colour(),
    author: drawing.author,
    made: new Date().toISOString(),
    layout: drawing.layout(),
  });

  function add(kind, points, text) {
    const one = created(kind, points, text);
    markup.add(one);
    return one;
  }

  /* From one point to another: by dragging, or by two clicks. */
  function between(kind) {
    let start = null;
    let pressed = null;
    let last = null;

    function end(point) {
      const points = [start, placed(point)];
      [start, pressed, last] = [null, null, null];
      drawing.sketch(null);
      if (points[0].every((value, at) => value === points[1][at])) return;
      add(kind, points);
    }

    return {
      down(point) {
        last = pressed;
        pressed = point;
        start ??= placed(point);
      },
      move(point) {
        if (start) drawing.sketch(created(kind, [start, placed(point)]));
      },
      up(point) {
        const dragged = pressed && Math.hypot(point[0] - pressed[0], point[1] - pressed[1]) > CLICK;
        if (start && (dragged || last)) end(point);
      },
      press(point) {
        if (start) end(point);
        else [start, pressed] = [placed(point), point];
      },
      cancel() {
        const had = Boolean(start);
        [start, pressed, last] = [null, null, null];
        drawing.sketch(null);
        return had;
      },
    };
  }

  function freehand() {
    let points = null;
    let before = null;

    function follow(point) {
      if (!points || points.length >= MOST_POINTS) return;
      if (before && Math.hypot(point[0] - before[0], point[1] - before[1]) < PEN_STEP) return;
      before = point;
      points.push(placed(point));
      if (points.length > 1) drawing.sketch(created("freehand", points));
    }

    function begin(point) {
      [points, before] = [[], null];
      follow(point);
    }

    function end() {
      const drawn = points;
      points = null;
      drawing.sketch(null);
      if (drawn?.length > 1) add("freehand", drawn);
    }

    return {
      down: begin,
      move: follow,
      up: end,
      press: (point) => (points ? end() : begin(point)),
      cancel() {
        const had = Boolean(points);
        points = null;
        drawing.sketch(null);
        return had;
      },
    };
  }

  /* What is typed is in the drawing at once: nothing waits to be taken over. */
  let closeText = () => {};

  function write(point, existing) {
    closeText();
    let one = existing;
    const [x, y] = existing ? camera.toView(plane().toPicture(existing.points[0])) : point;
    const place = placed(point ?? [x, y]);
    const field = make("textarea", {
      class: "drawing-text",
      rows: "2",
      maxlength: "2000",
      "aria-label": say("Text on the drawing"),
      "data-testid": "mark-text",
    });
    field.value = existing?.text ?? "";
    field.style.left = `${Math.max(8, Math.min(x, view.clientWidth - 196))}px`;
    field.style.top = `${Math.max(8, Math.min(y + 8, view.clientHeight - 70))}px`;
    let changed = false;

    closeText = () => {
      closeText = () => {};
      field.remove();
    };
    field.addEventListener("input", () => {
      const text = field.value;
      if (!one) {
        if (text.trim()) [one, changed] = [add("text", [place], text), true];
        return;
      }
      if (!text.trim()) {
        markup.remove(one.id, changed);
        one = null;
      } else markup.replace((one = { ...one, text }), changed);
      changed = true;
    });
    field.addEventListener("blur", () => closeText());
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
        event.preventDefault();
        view.focus({ focusVisible: event.key === "Escape" });
      }
    });
    view.append(field);
    field.focus();
  }

  const text = {
    up: (point) => write(point),
    press: (point) => write(point),
  };

  /* ---- choosing and moving ---- */

  let grip = null;

  function moved(one, from, to) {
    const shift = [to[0] - from[0], to[1] - from[1]];
    return { ...one, points: one.points.map(([x, y]) => short([x + shift[0], y + shift[1]])) };
  }

  function edit(id) {
    const one = markup.get(id);
    if (one?.kind !== "text") return false;
    write(null, one);
    return true;
  }

  const pick = {
    down(point, event) {
      const id = event.target.closest(".mark")?.dataset.id ?? "";
      choose(id);
      if (!id) return "pan";
      grip = { one: markup.get(id), from: exact(point), start: point, moving: false };
      return "";
    },
    move(point) {
      if (!grip) return;
      const far = Math.hypot(point[0] - grip.start[0], point[1] - grip.start[1]) > CLICK;
      if (!far && !grip.moving) return;
      markup.replace(moved(grip.one, grip.from, exact(point)), grip.moving);
      grip.moving = true;
    },
    up: () => (grip = null),
    finish: () => edit(chosen()),
    nudge([across, down], event) {
      const one = markup.get(chosen());
      if (!one) return false;
      const step = event.shiftKey ? 1 : 10;
      markup.replace(moved(one, exact([0, 0]), exact([across * step, down * step])));
      return true;
    },
    cancel() {
      const had = Boolean(chosen());
      grip = null;
      choose("");
      return had;
    },
  };

  return {
    tools: {
      pan: { pans: true },
      choose: pick,
      "put-text": text,
      "put-arrow": between("arrow"),
      "put-line": between("line"),
      "put-rectangle": between("rectangle"),
      "put-cloud": between("cloud"),
      "put-freehand": freehand(),
    },
    closeText: () => closeText(),
  };
}
