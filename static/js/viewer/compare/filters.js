import { number, say } from "../../words.js";
import { byId, make } from "../dom.js";
import { KINDS } from "./wording.js";

/**
 * Which changes are listed: kinds that occur, each with its number, and "substantive only".
 * @param {() => void} onChange
 */
export function createFilters(onChange) {
  const root = byId("change-filters");
  const hidden = new Set();
  let substantiveOnly = false;
  let offered = null;

  function option(name, text, checked, set) {
    const box = make("input", { type: "checkbox", name, checked });
    box.addEventListener("change", () => {
      set(box.checked);
      onChange();
    });
    return make("label", { class: "filter" }, box, make("span", {}, text));
  }

  function kindOption([kind, changes]) {
    const text = `${KINDS[kind].word} ${number(changes.length)}`;
    const label = option(kind, text, !hidden.has(kind), (on) => {
      if (on) hidden.delete(kind);
      else hidden.add(kind);
    });
    label.toggleAttribute("data-minor", !changes.some((change) => change.substantive));
    return label;
  }

  function restMinor() {
    for (const box of root.querySelectorAll("[data-minor] input")) box.disabled = substantiveOnly;
  }

  return {
    /** Offers what these changes need. @param {import("./wording.js").Change[]} changes */
    offer(changes) {
      const ids = changes.map(({ id }) => id).join();
      // The same changes come again with their places: a box with the focus stays.
      if (ids === offered) return;
      offered = ids;
      const byKind = Object.groupBy(changes, ({ kind }) => kind);
      const kinds = Object.keys(KINDS).flatMap((kind) =>
        byKind[kind] ? [[kind, byKind[kind]]] : [],
      );
      const minor = changes.filter((change) => !change.substantive).length;
      const options = kinds.length > 1 ? kinds.map(kindOption) : [];
      substantiveOnly = minor > 0;
      if (minor > 0) {
        const text = say("Substantive only ({count} minor)", { count: minor });
        options.unshift(
          option("substantive", text, true, (on) => {
            substantiveOnly = on;
            restMinor();
          }),
        );
        options[0].title = say(
          "Leaves out changes of formatting, spacing, case and punctuation only",
        );
      }
      root.replaceChildren(...options);
      restMinor();
    },
    /** @param {import("./wording.js").Change} change */
    admits: (change) => !hidden.has(change.kind) && (change.substantive || !substantiveOnly),
    /** Lists everything again. */
    reset() {
      hidden.clear();
      substantiveOnly = false;
      for (const box of root.querySelectorAll("input")) box.checked = box.name !== "substantive";
      restMinor();
      onChange();
    },
  };
}
