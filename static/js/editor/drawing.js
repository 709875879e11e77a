import { announce, byId, make } from "../viewer/dom.js";
import { percent } from "../viewer/zoom.js";
import { say } from "../words.js";
import { createCamera } from "./drawing_camera.js";
import { createLayers } from "./drawing_layers.js";
import { createMarkup } from "./drawing_markup.js";
import { createMeasure } from "./drawing_measure.js";
import { enablePointer } from "./drawing_pointer.js";
import { createPlane, draw, shapesOf } from "./drawing_shapes.js";
import { createSheet } from "./drawing_sheet.js";
import { createTools } from "./drawing_tools.js";

const COLOURS = [
  [say("Red"), "#c0261b"],
  [say("Blue"), "#0b57d0"],
  [say("Green"), "#1a7f37"],
  [say("Black"), "#000000"],
];
const KINDS = {
  text: say("Text"),
  line: say("Line"),
  arrow: say("Arrow"),
  rectangle: say("Rectangle"),
  cloud: say("Cloud"),
  freehand: say("Drawn line"),
};
const ZOOM_STEP = 1.4;

/**
 * Shows a drawing, measures in it, and puts mark-up on it.
 * @param {{api: any, author: string, onChange: () => void}} about
 */
export async function createDrawing({ api, author, onChange }) {
  const [view, marks] = [byId("drawing-view"), byId("drawing-marks")];
  const layer = draw("g", {});
  const [placed, sketched, measured] = [draw("g", {}), draw("g", {}), draw("g", {})];
  layer.append(placed, sketched, measured);
  marks.append(layer);
  /** @type {Record<string, any>} */
  let about = { layouts: [] };
  let [number, version, chosen, name, editable] = [0, "", "", "pan", false];
  let plane = createPlane([1, 0, 0, 1, 0, 0]);

  const sheet = createSheet(/** @type {HTMLImageElement} */ (byId("drawing-sheet")));
  const camera = createCamera(view, (state) => {
    sheet.look(state);
    layer.setAttribute("transform", `translate(${state.x} ${state.y}) scale(${state.scale})`);
    measure.look();
    byId("drawing-zoom").textContent = percent(state.zoom);
  });
  const layout = () => about.layouts[number];
  const measure = createMeasure(measured, { camera, plane: () => plane, sheet: layout });
  const layers = createLayers(sheet.showLayers);
  const markup = createMarkup(({ loud }) => {
    show();
    if (loud) onChange();
  });
  const { tools, closeText } = createTools({
    view,
    camera,
    markup,
    plane: () => plane,
    layout: () => layout().name,
    author,
    colour: () => byId("mark-colour").value,
    sketch: (one) => sketched.replaceChildren(...(one ? shapesOf(one, plane) : [])),
    choose,
    chosen: () => chosen,
  });
  Object.assign(tools, { measure: measure.measure, area: measure.area });
  enablePointer(view, byId("drawing-cross"), camera, () => tools[name]);

  byId("mark-colour").append(...COLOURS.map(([text, value]) => make("option", { value }, text)));
  byId("mark-colour").addEventListener("change", ({ target }) => {
    const one = markup.get(chosen);
    if (one) markup.replace({ ...one, colour: target.value });
  });
  byId("sheet").addEventListener("change", ({ target }) => openSheet(Number(target.value)));

  /* ---- mark-up ---- */

  const nameOf = ({ kind, text, author: by }) =>
    [KINDS[kind], text, by].filter(Boolean).join(", ");

  /** @type {Map<string, {one: Record<string, any>, element: SVGElement}>} */
  let shown = new Map();

  function show() {
    const next = new Map();
    for (const one of markup.all()) {
      if (one.layout !== layout()?.name) continue;
      const had = shown.get(one.id);
      const element = had?.element ?? draw("g", { class: "mark", "data-id": one.id, role: "button" });
      if (had?.one !== one) {
        element.replaceChildren(...shapesOf(one, plane));
        element.setAttribute("aria-label", nameOf(one));
      }
      next.set(one.id, { one, element });
    }
    for (const [id, { element }] of shown) if (!next.has(id)) element.remove();
    const order = [...next.values()].map(({ element }) => element);
    order.forEach((element, at) => {
      if (placed.children[at] !== element) placed.insertBefore(element, placed.children[at] ?? null);
    });
    shown = next;
    if (chosen && !next.has(chosen)) chosen = "";
    byId("mark-undo").disabled = !markup.canUndo();
    byId("mark-redo").disabled = !markup.canRedo();
    showChoice();
  }

  function showChoice() {
    for (const [id, { element }] of shown) {
      element.ariaPressed = String(id === chosen);
      if (editable && name === "choose") element.setAttribute("tabindex", "0");
      else element.removeAttribute("tabindex");
    }
    byId("mark-remove").disabled = !chosen;
  }

  function choose(id) {
    chosen = id;
    const one = markup.get(id);
    if (one && COLOURS.some(([, value]) => value === one.colour))
      byId("mark-colour").value = one.colour;
    showChoice();
  }

  // Not on the marks: an element of SVG that listens for focus could have it.
  view.addEventListener("focusin", ({ target }) => {
    const id = target.closest(".mark")?.dataset.id;
    if (id && name === "choose") choose(id);
  });

  function remove() {
    const one = markup.get(chosen);
    if (!one || !editable) return;
    markup.remove(chosen);
    announce(say("{name} removed", { name: KINDS[one.kind] }));
    view.focus({ focusVisible: false });
  }

  /* ---- tools ---- */

  function take(next) {
    if (!editable && (next === "choose" || next.startsWith("put-"))) return;
    closeText();
    tools[name].cancel?.();
    tools[name].end?.();
    name = next;
    view.dataset.tool = name;
    for (const button of byId("drawing-tools").querySelectorAll("[data-command][aria-pressed]"))
      button.ariaPressed = String(button.dataset.command === name);
    tools[name].begin?.();
    if (name !== "choose") chosen = "";
    showChoice();
  }

  function stop() {
    if (!tools[name].cancel?.()) take(editable ? "choose" : "pan");
  }

  const commands = {
    ...Object.fromEntries(Object.keys(tools).map((tool) => [tool, () => take(tool)])),
    undo: () => editable && markup.undo(),
    redo: () => editable && markup.redo(),
    remove,
    layers: () => layers.toggle(),
    fit: camera.fit,
    "zoom-in": () => camera.zoomBy(ZOOM_STEP),
    "zoom-out": () => camera.zoomBy(1 / ZOOM_STEP),
  };

  const KEYS = { Escape: stop, Delete: remove, Backspace: remove, 0: camera.fit };
  KEYS["+"] = KEYS["="] = commands["zoom-in"];
  KEYS["-"] = commands["zoom-out"];
  view.addEventListener("keydown", (event) => {
    if (event.target.matches("textarea") || event.altKey) return;
    const key = event.key.toLowerCase();
    const control = event.ctrlKey || event.metaKey;
    const run = control
      ? { z: event.shiftKey ? commands.redo : commands.undo, y: commands.redo }[key]
      : KEYS[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  });

  /* ---- opening ---- */

  async function openSheet(next) {
    number = next;
    const here = layout();
    plane = createPlane(here.matrix);
    const picture = await api.picture(number, version);
    if (number !== next) return;
    shown = new Map();
    placed.replaceChildren();
    tools[name].end?.();
    camera.open(here.size);
    show();
    await sheet.open(picture, here.size);
  }

  const blob = () => new Blob([JSON.stringify(markup.all())], { type: "application/json" });

  return {
    kind: "drawing",
    editable: true,
    commands,
    async fetch() {
      const { drawing, name: newest } = await api.drawing();
      version = newest;
      return { bytes: drawing, name: newest };
    },
    /** Shows a version. @param {Record<string, any>} drawing @returns {Promise<string[]>} remarks */
    async open(drawing) {
      const sameSheets = drawing.layouts.length === about.layouts.length;
      about = drawing;
      const next = sameSheets ? number : 0;
      byId("sheet-option").hidden = about.layouts.length < 2;
      byId("sheet").replaceChildren(
        ...about.layouts.map(({ name: text }, value) => make("option", { value }, text)),
      );
      byId("sheet").value = String(next);
      number = next;
      markup.open(about.markup);
      layers.open(about.layers);
      await openSheet(next);
      return about.recovered
        ? [say("This drawing has faults. They were mended to show it, and will be in the file when you save.")]
        : [];
    },
    setEditable(now) {
      editable = now;
      take(now ? "choose" : "pan");
    },
    check: () => {},
    content: async () => blob(),
    contentNow: blob,
    extension: () => "markup",
    /** The sheet that is seen, with its mark-up, for a copy of work that cannot be saved. */
    copy() {
      const svg = sheet.svg();
      const end = svg.lastIndexOf("</");
      const drawn = new XMLSerializer().serializeToString(placed);
      return {
        content: new Blob([svg.slice(0, end), drawn, svg.slice(end)], { type: "image/svg+xml" }),
        extension: "svg",
      };
    },
    focus: () => view.focus({ focusVisible: false }),
  };
}
