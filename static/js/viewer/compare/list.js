import { number, say } from "../../words.js";
import { byId, icon, make } from "../dom.js";
import { KINDS, location, onlyInOriginal, visible } from "./wording.js";

const PORTION = 200;

/**
 * The changes as a list by page; those without a place come last.
 * @param {(change: import("./wording.js").Change) => void} onChoose
 */
export function createList(onChoose) {
  const root = byId("change-list");
  let shown = [];
  let located = false;
  let listed = 0;
  let lastPage;
  let chosen = null;

  function heading(page) {
    const here = shown.filter((change) => change.page === page);
    const count = here.length;
    const gone = here.every((change) => onlyInOriginal(change)) ? say("Only in the original") : "";
    const lost = located ? gone || say("Place not known") : say("All changes");
    const words = page !== null ? say("Page {page}", { page: page + 1 }) : lost;
    const beside = page !== null || located ? number(count) : say("Finding their pages…");
    return make("h3", {}, make("span", {}, words), make("span", {}, beside));
  }

  function entry(change, index) {
    const { word, icon: drawing } = KINDS[change.kind];
    const minor = !change.substantive && change.kind !== "formatted" && say("minor");
    return make(
      "button",
      {
        class: "change",
        type: "button",
        "data-testid": "change",
        "data-kind": change.kind,
        "data-index": index,
        "aria-current": change.id === chosen && "true",
        click: () => onChoose(change),
      },
      make(
        "span",
        { class: "change-kind" },
        icon(drawing),
        make("strong", {}, word),
        make("span", {}, [location(change), minor].filter(Boolean).join(", ")),
      ),
      make("span", { class: "change-text" }, ...wording(change)),
    );
  }

  function wording({ kind, text, new_text: newText }) {
    if (kind === "inserted") return [make("ins", {}, visible(text))];
    if (kind === "deleted") return [make("del", {}, visible(text))];
    if (kind !== "replaced") return [visible(text)];
    return [
      make("del", {}, visible(text)),
      make("span", { "aria-hidden": "true" }, " → "),
      make("span", { class: "visually-hidden" }, ` ${say("with")} `),
      make("ins", {}, visible(newText)),
    ];
  }

  function listMore() {
    const rest = shown.slice(listed, listed + PORTION);
    for (const change of rest) {
      if (change.page !== lastPage) {
        lastPage = change.page;
        root.append(heading(change.page));
      }
      root.append(entry(change, listed));
      listed += 1;
    }
  }

  root.addEventListener(
    "scroll",
    () => {
      if (root.scrollTop + root.clientHeight > root.scrollHeight - 400) listMore();
    },
    { passive: true },
  );
  // Up and down walk through the list while it has the focus.
  root.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = Number(document.activeElement?.dataset.index);
    if (!step || Number.isNaN(at)) return;
    event.preventDefault();
    event.stopPropagation();
    root.querySelector(`[data-index="${at + step}"]`)?.focus();
  });

  return {
    /**
     * @param {import("./wording.js").Change[]} changes in the order they are listed
     * @param {{located: boolean, current: string | null, empty: Node | null}} how
     */
    show(changes, { located: known, current, empty }) {
      const focused = root.contains(document.activeElement) && document.activeElement.dataset.index;
      const top = root.scrollTop;
      shown = changes;
      located = known;
      chosen = current;
      listed = 0;
      lastPage = undefined;
      root.replaceChildren(...(empty ? [empty] : []));
      listMore();
      root.scrollTop = top;
      if (focused) root.querySelector(`[data-index="${focused}"]`)?.focus();
    },
    /** @param {number} index */
    choose(index) {
      chosen = shown[index].id;
      root.querySelector('[aria-current="true"]')?.removeAttribute("aria-current");
      while (listed <= index) listMore();
      const element = root.querySelector(`[data-index="${index}"]`);
      element.setAttribute("aria-current", "true");
      element.scrollIntoView({ block: "nearest" });
    },
  };
}
