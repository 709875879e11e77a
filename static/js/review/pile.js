import { byId, icon, make } from "../viewer/dom.js";
import { explain, say } from "../words.js";
import { classOf } from "./labels.js";

const DRAWINGS = { reading: "clock", failed: "alert", checked: "check", open: "document" };

/** Where a document stands. @param {Record<string, any>} brief */
export function standing({ status, review }) {
  if (status === "failed") return "failed";
  if (status !== "succeeded") return "reading";
  return review ? "checked" : "open";
}

/** What a document is called. @param {Record<string, any>} brief @param {number} at */
export const titleOf = ({ name }, at) => name || say("Document {number}", { number: at + 1 });

function about(brief, state) {
  if (state === "reading") return say("Reading…");
  if (state === "failed")
    return (brief.error && explain(brief.error).title) || say("Could not be read");
  const [kind] = classOf(brief);
  if (state === "checked") return `${kind} · ${say("checked")}`;
  return brief.left_count
    ? `${kind} · ${say("{count} to check|{count} to check", { count: brief.left_count })}`
    : `${kind} · ${say("ready")}`;
}

/**
 * The documents of the session.
 * @param {{open: (id: string) => void}} page
 */
export function createPile({ open }) {
  const list = byId("pile-list");
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();

  /** @param {Record<string, any>[]} briefs @param {string} current */
  function show(briefs, current) {
    for (const [at, brief] of briefs.entries()) {
      const state = standing(brief);
      const key = JSON.stringify([
        titleOf(brief, at),
        state,
        about(brief, state),
        brief.id === current,
      ]);
      let button = buttons.get(brief.id);
      if (!button) {
        button = make("button", {
          class: "pile-entry",
          type: "button",
          "data-testid": "pile-entry",
          click: () => open(brief.id),
        });
        buttons.set(brief.id, button);
        list.append(make("li", {}, button));
      }
      if (button.dataset.key === key) continue;
      button.dataset.key = key;
      button.dataset.state = state;
      button.ariaCurrent = String(brief.id === current);
      button.replaceChildren(
        icon(DRAWINGS[state]),
        make(
          "span",
          {},
          make("strong", {}, titleOf(brief, at)),
          make("small", {}, about(brief, state)),
        ),
      );
      if (brief.id === current) button.scrollIntoView({ block: "nearest" });
    }
    for (const [id, button] of buttons) {
      if (briefs.some((brief) => brief.id === id)) continue;
      button.parentElement.remove();
      buttons.delete(id);
    }
    const checked = briefs.filter((brief) => standing(brief) === "checked").length;
    const text = say("{checked} of {count} checked", { checked, count: briefs.length });
    for (const place of document.querySelectorAll("[data-progress]")) place.textContent = text;
    byId("progress-bar").max = Math.max(1, briefs.length);
    byId("progress-bar").value = checked;
  }

  return { show };
}
