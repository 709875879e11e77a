import { sleep } from "../connection.js";
import { say } from "../words.js";
import { afterPause, byId, make } from "./dom.js";

const PORTION = 200;
const SAMPLE = 3;

/**
 * Searching: the panel, the list of hits by page, the marks on the pages.
 * @param {{api: ReturnType<import("./api.js").createApi>, texts: ReturnType<import("./texts.js").createTexts>,
 *   pages: ReturnType<import("./pages.js").createPages>, store: ReturnType<import("./state.js").createStore>}} context
 */
export function createSearch({ api, texts, pages, store }) {
  const input = byId("search-input");
  const results = byId("search-results");
  const count = byId("search-count");
  const matchCase = byId("search-case");
  const wholeWords = byId("search-whole");

  let asking = null;
  let found = null;
  let current = -1;
  let listed = 0;
  let lastGroup = null;

  const hits = () => found?.hits ?? [];

  async function run() {
    asking?.abort();
    const query = input.value;
    if (!query.trim()) return reset();
    const mine = (asking = new AbortController());
    const options = { matchCase: matchCase.checked, wholeWords: wholeWords.checked };
    count.textContent = say("Searching…");
    current = -1;
    try {
      for (let wait = 300; ; wait = Math.min(wait * 1.5, 2000)) {
        take(await api.patiently(() => api.search(query, options, mine.signal), mine.signal));
        if (found.complete) break;
        await sleep(wait, mine.signal);
      }
      if (hits().length === 0) await sayEmpty(query, mine.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      reset();
      results.replaceChildren(
        make(
          "p",
          { class: "search-empty" },
          make("strong", {}, error.title || say("The search failed")),
          error.detail || say("Try again."),
        ),
      );
    }
  }

  /* Later answers to the same question only add hits behind, so the chosen one stays chosen. */
  function take(answer) {
    const first = current < 0;
    found = answer;
    list();
    if (first && hits().length > 0) {
      const from = store.get().page;
      const here = hits().findIndex((hit) => hit.page >= from);
      choose(Math.max(here, 0));
    } else mark();
    sayCount();
  }

  function reset() {
    asking?.abort();
    found = null;
    current = -1;
    results.replaceChildren();
    count.textContent = "";
    mark();
    enable();
  }

  function sayCount() {
    const { total, truncated, complete } = found;
    const place = { at: current + 1, count: truncated ? hits().length : total };
    if (hits().length === 0) count.textContent = complete ? say("No results") : say("Searching…");
    else if (!complete) count.textContent = say("{at} of {count} so far…", place);
    else if (truncated) count.textContent = say("{at} of the first {count}", place);
    else count.textContent = say("{at} of {count}", place);
    enable();
  }

  function enable() {
    for (const command of ["next-hit", "previous-hit"]) {
      byId("search").querySelector(`[data-command="${command}"]`).disabled = hits().length === 0;
    }
  }

  async function sayEmpty(query, signal) {
    const scan = await looksLikeScan(signal);
    const narrowed = matchCase.checked || wholeWords.checked;
    const [title, advice] = scan
      ? [
          say("No text to search"),
          say("These pages are pictures, such as a scan, and contain no text that could be found."),
        ]
      : [
          say("Nothing found for “{query}”", { query }),
          narrowed
            ? say("Try again without “Match case” or “Whole words”.")
            : say("Check the spelling, or try fewer words."),
        ];
    results.replaceChildren(
      make("p", { class: "search-empty" }, make("strong", {}, title), advice),
    );
    count.textContent = scan ? say("No text to search") : say("No results");
  }

  async function looksLikeScan(signal) {
    const { page, pageCount } = store.get();
    const sample = new Set([
      page,
      ...Array.from({ length: Math.min(SAMPLE, pageCount) }, (_, index) => index),
    ]);
    const known = await Promise.all([...sample].map((index) => texts.get(index, signal)));
    return known.every(({ words }) => words.length === 0);
  }

  function list() {
    results.replaceChildren();
    listed = 0;
    lastGroup = null;
    listMore();
  }

  function listMore() {
    const rest = hits().slice(listed, listed + PORTION);
    for (const [offset, hit] of rest.entries()) {
      if (lastGroup !== hit.page) {
        lastGroup = hit.page;
        results.append(make("h2", {}, say("Page {page}", { page: hit.page + 1 })));
      }
      const index = listed + offset;
      results.append(
        make(
          "button",
          {
            class: "search-hit",
            type: "button",
            "data-testid": "search-hit",
            "data-index": index,
            "data-page": hit.page,
            "aria-current": index === current && "true",
            click: () => choose(index),
          },
          hit.before && `…${hit.before}`,
          make("mark", {}, hit.match),
          hit.after,
        ),
      );
    }
    listed += rest.length;
  }

  function mark() {
    const byPage = new Map();
    hits().forEach(({ page, boxes }, index) => {
      if (!byPage.has(page)) byPage.set(page, []);
      byPage.get(page).push({ boxes, current: index === current });
    });
    pages.setMarks(byPage);
  }

  function choose(index) {
    results.querySelector('[aria-current="true"]')?.removeAttribute("aria-current");
    current = index;
    while (listed <= index) listMore();
    const entry = results.querySelector(`[data-index="${index}"]`);
    entry.setAttribute("aria-current", "true");
    entry.scrollIntoView({ block: "nearest" });
    const { page, boxes } = hits()[index];
    mark();
    if (boxes.length > 0) pages.reveal(page, boxes[0]);
    else pages.goTo(page);
    sayCount();
  }

  const runSoon = afterPause(run, 220);
  input.addEventListener("input", runSoon);
  matchCase.addEventListener("change", run);
  wholeWords.addEventListener("change", run);
  byId("search-form").addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (found?.query === input.value) step(event.shiftKey ? -1 : 1);
    else run();
  });
  results.addEventListener(
    "scroll",
    () => {
      if (results.scrollTop + results.clientHeight > results.scrollHeight - 400) listMore();
    },
    { passive: true },
  );

  /** @param {1 | -1} direction @returns {boolean} */
  function step(direction) {
    const all = hits().length;
    if (all === 0) return false;
    choose((current + direction + all) % all);
    return true;
  }

  return {
    step,
    open() {
      input.focus();
      input.select();
      if (input.value && !found) run();
    },
    close: reset,
  };
}
