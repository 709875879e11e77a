import { say } from "../../words.js";
import { byId, make } from "../dom.js";
import { createFilters } from "./filters.js";
import { createList } from "./list.js";
import { spoken } from "./wording.js";

/**
 * What changed: the list with its filters, and the walk from change to change.
 * @param {{jump: (change: import("./wording.js").Change) => void, here: () => number | null}} context
 *   here tells the red-lined page in view, where there is one
 */
export function createChanges({ jump, here }) {
  const list = createList((change) => choose(shown.indexOf(change)));
  const filters = createFilters(show);
  const walk = document.querySelectorAll('[data-command$="-change"]');
  let all = [];
  let shown = [];
  let located = false;
  let proof = null;
  let current = null;

  const note = (text) => make("p", { class: "search-empty" }, text);
  const index = () => shown.findIndex(({ id }) => id === current);

  function show() {
    shown = all.filter(filters.admits);
    list.show(shown, { located, current, empty: shown.length === 0 ? emptiness() : null });
    for (const button of walk) button.disabled = shown.length === 0;
    byId("changes-total").textContent = String(shown.length);
    const counts = { shown: shown.length, count: all.length };
    byId("changes-shown").textContent =
      shown.length === all.length
        ? say("{count} change|{count} changes", counts)
        : say("{shown} of {count} change|{shown} of {count} changes", counts);
    sayPlace();
  }

  function emptiness() {
    if (all.length > 0) {
      const minor = all.every((change) => !change.substantive);
      const title = minor ? say("Only minor changes") : say("No change matches");
      const text = minor
        ? say("Only formatting, spacing, case or punctuation differ.")
        : say("Every change is hidden by the choices above.");
      const button = make("button", { class: "button", type: "button", click: filters.reset });
      button.textContent = say("Show all {count}", { count: all.length });
      return make("div", { class: "search-empty" }, make("strong", {}, title), text, button);
    }
    const { holds, complete } = proof;
    if (complete) return note(say("The two documents have the same text."));
    return note(
      holds
        ? say("What was compared is the same.")
        : say("No changes were found, but that is not certain."),
    );
  }

  function sayPlace() {
    const at = index();
    const place = { at: at + 1, count: shown.length };
    const words = at < 0 ? "" : say("{at} of {count}", place);
    byId("change-count").textContent = words;
    const said =
      at < 0 ? "" : `${say("Change {at} of {count}", place)}: ${spoken(shown[at], located)}`;
    if (byId("change-said").textContent !== said) byId("change-said").textContent = said;
  }

  function choose(at) {
    current = shown[at].id;
    list.choose(at);
    sayPlace();
    jump(shown[at]);
  }

  function nearest(direction) {
    const page = here();
    if (page === null) return direction > 0 ? 0 : shown.length - 1;
    const from = shown.findIndex((change) => change.page === null || change.page >= page);
    if (direction > 0) return Math.max(from, 0);
    return (from <= 0 ? shown.length : from) - 1;
  }

  return {
    /** @param {{revisions: import("./wording.js").Change[], located: boolean, proof: import("./wording.js").Proof}} result */
    take(result) {
      const page = (change) => change.page ?? Infinity;
      all = result.revisions.toSorted((a, b) => page(a) - page(b) || 0);
      ({ located, proof } = result);
      filters.offer(all);
      show();
      if (index() >= 0 && located) jump(shown[index()]);
    },
    /** The change people are at. */
    current: () => shown[index()] ?? null,
    /** @param {1 | -1} direction */
    step(direction) {
      if (shown.length === 0) return false;
      const at = index();
      const next = at < 0 ? nearest(direction) : (at + direction + shown.length) % shown.length;
      choose(next);
      return true;
    },
  };
}
