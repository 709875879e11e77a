import { say } from "../words.js";
import { byId, make } from "./dom.js";
import { compress } from "./images.js";
import { PIXELS_PER_POINT, turnSheet } from "./layout.js";

const DOTS_PER_INCH = 150;
const BEHIND_ALL = 5000;
const AHEAD = 4;

/**
 * Reads "1-5, 8" into page numbers from 0, in the order given, each once.
 * @param {string} text
 * @param {number} count of pages
 * @returns {number[]}
 * @throws {RangeError} with a text for the reader
 */
export function parseRange(text, count) {
  const numbers = new Set();
  for (const part of text
    .split(/[,;]/)
    .map((one) => one.trim())
    .filter(Boolean)) {
    const match = /^(\d+)(?:\s*[-–]\s*(\d+)?)?$/.exec(part);
    if (!match)
      throw new RangeError(
        say("“{part}” is not a page or a range. Write for example 1-5, 8.", { part }),
      );
    const first = Number(match[1]);
    const last = match[2] ? Number(match[2]) : /[-–]/.test(part) ? count : first;
    if (first < 1 || last > count || first > last)
      throw new RangeError(say("“{part}” is outside the pages 1 to {count}.", { part, count }));
    for (let number = first; number <= last; number += 1) numbers.add(number - 1);
  }
  if (numbers.size === 0)
    throw new RangeError(say("Write the pages to print, for example 1-5, 8."));
  return [...numbers];
}

/**
 * @typedef {{images: Pick<ReturnType<import("./images.js").createImages>, "fit" | "load">,
 *   sizeOf: (page: number) => {width: number, height: number}, rotation: number,
 *   page: number | null, pageCount: number, remark: string}} Printed
 *   page: the one in view, where there is one; remark: what every sheet has to say
 */

/**
 * Printing: the dialog, and the pages as pictures of their own size on sheets of that size.
 * @param {() => Printed} printed
 * @returns {{open: () => void, stop: () => void}}
 */
export function createPrint(printed) {
  const dialog = byId("print");
  const form = byId("print-form");
  const range = byId("print-range");
  const problem = byId("print-problem");
  const root = byId("print-root");
  const sheetSizes = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheetSizes);
  let working = null;

  function setWorking(controller) {
    working = controller;
    byId("print-choice").disabled = Boolean(controller);
    byId("print-start").disabled = Boolean(controller);
    byId("print-progress").hidden = !controller;
  }

  function wanted() {
    const { page, pageCount } = printed();
    const which = new FormData(form).get("which");
    if (which === "current") return [page];
    if (which === "range") return parseRange(range.value, pageCount);
    return Array.from({ length: pageCount }, (_, index) => index);
  }

  function sheetFor(index, image) {
    const { rotation, sizeOf, remark } = printed();
    const { width, height } = sizeOf(index);
    const across = rotation % 180 !== 0;
    const [wide, high] = [width * PIXELS_PER_POINT, height * PIXELS_PER_POINT];
    const turned = make("div", { class: "sheet" }, image);
    turnSheet(turned, across ? high : wide, across ? wide : high, rotation);
    const words = remark && make("p", { class: "print-remark" }, remark);
    const paper = make("div", { class: "print-page" }, turned, words);
    paper.style.width = `${wide}px`;
    // A hair less than the sheet, or rounding makes an empty sheet after each page.
    paper.style.height = `${high - 0.5}px`;
    paper.style.page = sheetName(width, height);
    return paper;
  }

  const sheetName = (width, height) => `sheet-${Math.round(width * 10)}-${Math.round(height * 10)}`;

  function setSheetSizes(numbers) {
    const rules = new Map();
    const { sizeOf } = printed();
    for (const index of numbers) {
      const { width, height } = sizeOf(index);
      rules.set(
        sheetName(width, height),
        `@page ${sheetName(width, height)} { size: ${width}pt ${height}pt; margin: 0; }`,
      );
    }
    sheetSizes.replaceSync([...rules.values()].join("\n"));
  }

  async function prepare(numbers, signal) {
    const bar = byId("print-bar");
    const { images, sizeOf, rotation } = printed();
    const upright = rotation % 180 === 0;
    let ready = 0;
    const show = () => {
      bar.max = numbers.length;
      bar.value = ready;
      byId("print-status").textContent = say("Preparing page {page} of {pages}", {
        page: Math.min(ready + 1, numbers.length),
        pages: numbers.length,
      });
    };
    show();
    const sheets = new Array(numbers.length);
    const queue = numbers.entries();
    const work = async () => {
      for (const [place, index] of queue) {
        const { width, height } = sizeOf(index);
        const pixels = images.fit(((upright ? width : height) / 72) * DOTS_PER_INCH);
        const picture = await images.load(index, pixels, () => BEHIND_ALL + place, signal);
        sheets[place] = sheetFor(index, await compress(picture));
        ready += 1;
        show();
      }
    };
    await Promise.all(Array.from({ length: AHEAD }, work));
    return sheets;
  }

  async function print(numbers) {
    const mine = new AbortController();
    setWorking(mine);
    try {
      const sheets = await prepare(numbers, mine.signal);
      setSheetSizes(numbers);
      root.replaceChildren(...sheets);
      dialog.close();
      window.print();
    } catch (error) {
      if (error.name === "AbortError") return;
      mine.abort();
      const why = error.title || say("A page could not be loaded");
      problem.textContent = `${say("Printing stopped.")} ${why}. ${error.remedy ?? ""}`;
    } finally {
      if (working === mine) setWorking(null);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      print(wanted());
    } catch (error) {
      problem.textContent = error.message;
      range.focus();
    }
  });
  range.addEventListener("focus", () => (form.elements.which.value = "range"));
  dialog.addEventListener("close", () => {
    working?.abort();
    setWorking(null);
  });
  window.addEventListener("afterprint", () => root.replaceChildren());

  return {
    open() {
      const { page, pageCount, remark } = printed();
      problem.textContent = "";
      byId("print-remark").textContent = remark;
      byId("print-all").textContent = `(${pageCount})`;
      byId("print-current").textContent = page === null ? "" : `(${page + 1})`;
      form.querySelector('[value="current"]').closest("label").hidden = page === null;
      if (page === null && form.elements.which.value === "current")
        form.elements.which.value = "all";
      dialog.showModal();
      // The choice comes before the close button. Not `autofocus`: browsers object in frames.
      form.querySelector(":checked").focus();
    },
    stop() {
      dialog.close();
      root.replaceChildren();
    },
  };
}
