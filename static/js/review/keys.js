import { say } from "../words.js";

/** All keys of the review: what people press, what they are shown, what is run. */
export const KEYS = [
  {
    group: say("Check"),
    text: say("Confirm the field and go on"),
    shown: ["Enter"],
    keys: { Enter: "confirm" },
  },
  {
    group: say("Check"),
    text: say("Next, previous field"),
    shown: ["↓", "↑"],
    keys: { ArrowDown: "next-field", ArrowUp: "previous-field" },
  },
  {
    group: say("Check"),
    text: say("Edit the value"),
    shown: ["E"],
    keys: { e: "edit", F2: "edit" },
  },
  { group: say("Check"), text: say("Not on this document"), shown: ["X"], keys: { x: "absent" } },
  {
    group: say("Check"),
    text: say("Mark its place on the page"),
    shown: ["B"],
    keys: { b: "locate" },
  },
  { group: say("Check"), text: say("Add a missing field"), shown: ["A"], keys: { a: "add" } },
  {
    group: say("Check"),
    text: say("Undo"),
    shown: ["U", "Ctrl Z"],
    keys: { u: "undo", "ctrl+z": "undo" },
  },
  {
    group: say("Documents"),
    text: say("Mark as checked and go on"),
    shown: ["Ctrl Enter"],
    keys: { "ctrl+Enter": "finish" },
  },
  {
    group: say("Documents"),
    text: say("Next, previous document"),
    shown: ["N", "P"],
    keys: { n: "next-document", p: "previous-document" },
  },
  { group: say("Documents"), text: say("List of documents"), shown: ["L"], keys: { l: "pile" } },
  {
    group: say("Page"),
    text: say("Zoom in, out"),
    shown: ["+", "−"],
    keys: { "+": "zoom-in", "=": "zoom-in", "-": "zoom-out" },
  },
  { group: say("Page"), text: say("Fit width"), shown: ["0"], keys: { 0: "fit-width" } },
  { group: say("Page"), text: say("Document or fields"), shown: ["V"], keys: { v: "view" } },
  { group: say("Page"), text: say("Light or dark"), shown: ["D"], keys: { d: "theme" } },
  { group: say("Page"), text: say("These shortcuts"), shown: ["?"], keys: { "?": "help" } },
  {
    group: say("Page"),
    text: say("Close what is open"),
    shown: ["Esc"],
    keys: { Escape: "close" },
  },
];
