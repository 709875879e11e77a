import { say } from "../words.js";

/** The group of keys that only a comparison has. */
export const COMPARE = say("Compare");

/**
 * All keys of the viewer: what people press, what they are shown, what is run.
 * `match` is tried against the key; `ctrl` rows need Ctrl or Cmd.
 */
export const KEYS = [
  {
    group: say("Move"),
    text: say("Next, previous page"),
    shown: ["→", "←"],
    keys: { ArrowRight: "right", ArrowLeft: "left" },
  },
  {
    group: say("Move"),
    text: say("Scroll"),
    shown: ["↓", "↑"],
    keys: { ArrowDown: "line-down", ArrowUp: "line-up" },
  },
  {
    group: say("Move"),
    text: say("One screen on, back"),
    shown: ["Space", "Shift Space"],
    keys: {
      " ": "screen-down",
      "shift+ ": "screen-up",
      PageDown: "screen-down",
      PageUp: "screen-up",
    },
  },
  {
    group: say("Move"),
    text: say("First, last page"),
    shown: ["Home", "End"],
    keys: { Home: "first-page", End: "last-page" },
  },
  { group: say("Move"), text: say("Go to page"), shown: ["G"], keys: { g: "go-to-page" } },
  {
    group: say("Look"),
    text: say("Zoom in, out"),
    shown: ["+", "−"],
    keys: { "+": "zoom-in", "=": "zoom-in", "-": "zoom-out" },
  },
  { group: say("Look"), text: say("Fit width"), shown: ["0"], keys: { 0: "fit-width" } },
  { group: say("Look"), text: "100%", shown: ["1"], keys: { 1: "actual-size" } },
  { group: say("Look"), text: say("Fit page"), shown: ["2"], keys: { 2: "fit-page" } },
  { group: say("Look"), text: say("Rotate"), shown: ["R"], keys: { r: "rotate" } },
  { group: say("Look"), text: say("Full screen"), shown: ["F"], keys: { f: "fullscreen" } },
  { group: say("Look"), text: say("Light or dark"), shown: ["D"], keys: { d: "theme" } },
  { group: say("Look"), text: say("Thumbnails"), shown: ["T"], keys: { t: "thumbnails" } },
  {
    group: say("Find"),
    text: say("Search"),
    shown: ["/", "Ctrl F"],
    keys: { "/": "search", "ctrl+f": "search" },
  },
  {
    group: say("Find"),
    text: say("Next result"),
    shown: ["Enter"],
    keys: { Enter: "next-hit", F3: "next-hit", "ctrl+g": "next-hit" },
  },
  {
    group: say("Find"),
    text: say("Previous result"),
    shown: ["Shift Enter"],
    keys: { "shift+Enter": "previous-hit", "shift+F3": "previous-hit" },
  },
  {
    group: COMPARE,
    text: say("Next, previous change"),
    shown: ["N", "Shift N"],
    keys: { n: "next-change", "shift+n": "previous-change" },
  },
  { group: COMPARE, text: say("List of changes"), shown: ["C"], keys: { c: "changes" } },
  { group: COMPARE, text: say("Side by side"), shown: ["S"], keys: { s: "side-by-side" } },
  {
    group: say("Document"),
    text: say("Print"),
    shown: ["P", "Ctrl P"],
    keys: { p: "print", "ctrl+p": "print" },
  },
  {
    group: say("Document"),
    text: say("Select the page’s text"),
    shown: ["Ctrl A"],
    keys: { "ctrl+a": "select-page" },
  },
  { group: say("Document"), text: say("About this document"), shown: ["I"], keys: { i: "info" } },
  { group: say("Document"), text: say("These shortcuts"), shown: ["?"], keys: { "?": "help" } },
  {
    group: say("Document"),
    text: say("Close what is open"),
    shown: ["Esc"],
    keys: { Escape: "close" },
  },
];

const TYPING = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
const ACTS_ITSELF = "button, a, input, summary";

/**
 * Listens to the keys.
 * @param {(command: string) => boolean} run whether there was something to do
 * @param {typeof KEYS} [rows] the page's keys
 */
export function enableKeyboard(run, rows = KEYS) {
  const commands = Object.assign({}, ...rows.map((row) => row.keys));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const shifted = event.shiftKey && commands[`shift+${key}`];
    const name = ctrl ? `ctrl+${key}` : shifted ? `shift+${key}` : key;
    const command = commands[name];
    if (!command) return;
    const target = event.target;
    // The field of a dialog that has just closed keeps the focus until the next frame.
    const inField = target.matches?.(TYPING) && target.checkVisibility();
    if (inField && (command === "select-page" || (!ctrl && key !== "Escape" && key !== "F3")))
      return;
    if ((key === "Enter" || key === " ") && target.matches?.(ACTS_ITSELF)) return;
    if (run(command)) event.preventDefault();
  });
}
