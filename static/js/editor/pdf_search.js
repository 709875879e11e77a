import { afterPause, byId } from "../viewer/dom.js";
import { say } from "../words.js";

/**
 * The bar that searches in a PDF.
 * @param {{FindState: Record<string, number>}} components of pdf.js
 * @param {() => void} leave gives the focus back to the document
 */
export function createSearch({ FindState }, leave) {
  const bar = byId("pdf-search");
  const input = byId("pdf-query");
  const found = byId("pdf-found");
  const steps = bar.querySelectorAll('[data-find="previous"], [data-find="next"]');
  /** @type {any} */
  let bus = null;

  function ask(type = "", findPrevious = false) {
    bus?.dispatch("find", {
      source: null,
      type,
      query: input.value,
      caseSensitive: byId("pdf-case").checked,
      entireWord: byId("pdf-whole").checked,
      highlightAll: true,
      findPrevious,
      matchDiacritics: false,
    });
  }

  function tell({ state = FindState.FOUND, matchesCount: { current, total } }) {
    for (const step of steps) step.disabled = total === 0;
    if (!input.value) found.textContent = "";
    else if (total > 0) found.textContent = say("{at} of {count}", { at: current, count: total });
    else found.textContent = state === FindState.PENDING ? say("Searching…") : say("No results");
  }

  const asked = afterPause(() => ask(), 200);
  input.addEventListener("input", asked);
  byId("pdf-case").addEventListener("change", () => ask());
  byId("pdf-whole").addEventListener("change", () => ask());
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target === input) ask("again", event.shiftKey);
    else return;
    event.preventDefault();
  });
  bar.addEventListener("click", ({ target }) => {
    const act = target.closest("[data-find]")?.dataset.find;
    if (act === "close") close();
    else if (act) ask("again", act === "previous");
  });

  function close() {
    bar.hidden = true;
    bus?.dispatch("findbarclose", { source: null });
    leave();
  }

  return {
    /** Searches in what this bus belongs to. @param {any} next */
    attach(next) {
      bus = next;
      bus.on("updatefindmatchescount", tell);
      bus.on("updatefindcontrolstate", tell);
      if (!bar.hidden && input.value) bus.on("pagesloaded", () => ask(), { once: true });
    },
    open() {
      bar.hidden = false;
      input.focus();
      input.select();
      if (input.value) ask();
    },
  };
}
