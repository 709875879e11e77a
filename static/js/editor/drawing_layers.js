import { byId, make } from "../viewer/dom.js";
import { say } from "../words.js";

/* So many can be looked through at a glance. */
const FEW = 8;

/**
 * The list of layers. A layer that the drawing has off or frozen is off at first.
 * @param {(shown: boolean[]) => void} onChange
 */
export function createLayers(onChange) {
  const [panel, list, filter] = [byId("layers"), byId("layer-list"), byId("layer-filter")];
  /** @type {{name: string, row: HTMLElement, box: HTMLInputElement}[]} */
  let rows = [];

  const tell = () => onChange(rows.map(({ box }) => box.checked));

  function narrow() {
    const wanted = filter.value.trim().toLowerCase();
    for (const { name, row } of rows) row.hidden = !name.toLowerCase().includes(wanted);
  }

  function all(on) {
    for (const { row, box } of rows) if (!row.hidden) box.checked = on;
    tell();
  }

  function noteOf({ entities, frozen }) {
    const count = say("one object|{count} objects", { count: entities });
    return frozen ? `${say("frozen")} · ${count}` : count;
  }

  filter.addEventListener("input", narrow);
  byId("layers-on").addEventListener("click", () => all(true));
  byId("layers-off").addEventListener("click", () => all(false));
  list.addEventListener("change", tell);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));

  function toggle(open = panel.hidden) {
    panel.hidden = !open;
    byId("layers-toggle").ariaExpanded = String(open);
    if (open) (rows.length > FEW ? filter : (rows[0]?.box ?? panel)).focus();
    else byId("layers-toggle").focus();
  }

  return {
    toggle,
    /** @param {Record<string, any>[]} layers */
    open(layers) {
      rows = layers.map((layer) => {
        const box = make("input", { type: "checkbox" });
        box.checked = layer.on && !layer.frozen;
        const colour = make("span", { class: "layer-colour" });
        colour.style.background = layer.colour || "transparent";
        const row = make(
          "li",
          {},
          make(
            "label",
            { class: "layer" },
            box,
            layer.colour && colour,
            make("span", { class: "layer-name" }, layer.name),
            make("span", { class: "layer-note" }, noteOf(layer)),
          ),
        );
        return { name: layer.name, row, box };
      });
      list.replaceChildren(...rows.map(({ row }) => row));
      filter.hidden = rows.length <= FEW;
      filter.value = "";
      byId("layers-toggle").disabled = !rows.length;
      if (!rows.length) panel.hidden = true;
      tell();
    },
  };
}
