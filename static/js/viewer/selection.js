import { copyText } from "../clipboard.js";
import { say } from "../words.js";
import { announce } from "./dom.js";

const EDGE = 40;

/**
 * Selecting text with the mouse and copying it. Browsers jump between lines when a selection
 * crosses empty paper, so the nearest word to the pointer is found here; and they know only the
 * pages now in the document, so copied text comes from the words themselves.
 * @param {{scroller: HTMLElement, pages: ReturnType<import("./pages.js").createPages>,
 *   texts: ReturnType<import("./texts.js").createTexts>, allowed: boolean, refuse: () => void}} context
 */
export function enableSelection({ scroller, pages, texts, allowed, refuse }) {
  document.addEventListener("copy", (event) => {
    const ends = selectedEnds(scroller, pages);
    if (!ends) return;
    event.preventDefault();
    if (!allowed) refuse();
    else copy(event, ends, texts);
  });
  if (!allowed) return;

  document.addEventListener("selectionchange", () => {
    const { isCollapsed, anchorNode, focusNode } = getSelection();
    const ends = isCollapsed ? [] : [anchorNode, focusNode];
    pages.pin(ends.map((node) => pageOf(node, scroller)).filter((index) => index !== null));
  });

  scroller.addEventListener("mousedown", (event) => {
    const onPage = event.target instanceof Element && event.target.closest(".text, .sheet");
    if (event.button !== 0 || event.detail !== 1 || !onPage) return;
    event.preventDefault();
    scroller.focus({ preventScroll: true });
    const caret = caretAt(event, pages);
    const selection = getSelection();
    if (!caret) return selection.removeAllRanges();
    if (event.shiftKey && selection.anchorNode) selection.extend(caret.node, caret.offset);
    else selection.collapse(caret.node, caret.offset);
    follow(scroller, pages);
  });
}

function caretAt({ clientX, clientY }, pages) {
  return pages.pageAt(clientY)?.caretAt(clientX, clientY) ?? null;
}

function follow(scroller, pages) {
  const done = new AbortController();
  let pointer = null;
  let frame = 0;

  function extend() {
    const caret = caretAt(pointer, pages);
    const selection = getSelection();
    if (caret && selection.anchorNode) selection.extend(caret.node, caret.offset);
  }

  // Held beyond the upper or lower edge, the document moves on under the pointer.
  function move() {
    const { top, bottom } = scroller.getBoundingClientRect();
    const beyond =
      Math.min(0, pointer.clientY - top - EDGE) + Math.max(0, pointer.clientY - bottom + EDGE);
    if (beyond) pages.scrollBy(beyond / 3);
    extend();
    frame = beyond ? requestAnimationFrame(move) : 0;
  }

  document.addEventListener(
    "mousemove",
    (event) => {
      pointer = event;
      frame ||= requestAnimationFrame(move);
    },
    { signal: done.signal },
  );
  const stop = () => {
    cancelAnimationFrame(frame);
    done.abort();
  };
  document.addEventListener("mouseup", stop, { signal: done.signal });
  window.addEventListener("blur", stop, { signal: done.signal });
}

/* Two documents may stand side by side: the page's number counts in its own column only. */
function pageOf(node, scroller) {
  const element = (node instanceof Element ? node : node?.parentElement)?.closest(".page");
  return element && scroller.contains(element) ? Number(element.dataset.page) : null;
}

/** Where the selection begins and ends, as places in the texts of pages. */
function selectedEnds(scroller, pages) {
  const selection = getSelection();
  if (selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const place = (node, offset) => placeOf(node, offset, pageOf(node, scroller), pages);
  const from = place(range.startContainer, range.startOffset);
  const to = place(range.endContainer, range.endOffset);
  return from && to && { from, to };
}

function placeOf(node, offset, index, pages) {
  if (index === null) return null;
  const words = pages.page(index)?.words() ?? [];
  const word = words.find((one) => one.node === node);
  if (word) return { page: index, at: word.start + Math.min(offset, word.length) };
  const edge = new Range();
  edge.setStart(node, offset);
  const next = words.find((one) => edge.comparePoint(one.node, 0) >= 0);
  const last = words.at(-1);
  return { page: index, at: next ? next.start : last ? last.start + last.length : 0 };
}

function copy(event, { from, to }, texts) {
  const numbers = Array.from({ length: to.page - from.page + 1 }, (_, index) => from.page + index);
  const cut = (known) =>
    known
      .map((page, index) => {
        const end = index === known.length - 1 ? to.at : page.text.length;
        return page.text.slice(index === 0 ? from.at : 0, end).trimEnd();
      })
      .join("\n");

  const known = numbers.map((index) => texts.peek(index));
  if (known.every(Boolean)) return event.clipboardData.setData("text/plain", cut(known));
  announce(say("Copying"));
  Promise.all(numbers.map((index) => texts.get(index)))
    .then((all) => copyText(cut(all)))
    .then(
      (worked) =>
        announce(
          worked ? say("Copied") : say("The browser did not allow copying this much text at once"),
        ),
      () => {},
    );
}

/**
 * Selects all words of a page.
 * @param {{words: () => import("./textlayer.js").PlacedWord[]} | undefined} page
 * @returns {boolean} whether there was something to select
 */
export function selectPage(page) {
  const words = page?.words() ?? [];
  if (words.length === 0) return false;
  const last = words.at(-1);
  getSelection().setBaseAndExtent(words[0].node, 0, last.node, last.length);
  return true;
}
