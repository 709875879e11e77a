/** All keys of the review: what people press, what they are shown, what is run. */
export const KEYS = [
  { group: "Check", text: "Confirm the field and go on", shown: ["Enter"], keys: { Enter: "confirm" } },
  {
    group: "Check",
    text: "Next, previous field",
    shown: ["↓", "↑"],
    keys: { ArrowDown: "next-field", ArrowUp: "previous-field" },
  },
  { group: "Check", text: "Edit the value", shown: ["E"], keys: { e: "edit", F2: "edit" } },
  { group: "Check", text: "Not on this document", shown: ["X"], keys: { x: "absent" } },
  { group: "Check", text: "Mark its place on the page", shown: ["B"], keys: { b: "locate" } },
  { group: "Check", text: "Add a missing field", shown: ["A"], keys: { a: "add" } },
  { group: "Check", text: "Undo", shown: ["U", "Ctrl Z"], keys: { u: "undo", "ctrl+z": "undo" } },
  {
    group: "Documents",
    text: "Mark as checked and go on",
    shown: ["Ctrl Enter"],
    keys: { "ctrl+Enter": "finish" },
  },
  {
    group: "Documents",
    text: "Next, previous document",
    shown: ["N", "P"],
    keys: { n: "next-document", p: "previous-document" },
  },
  { group: "Documents", text: "List of documents", shown: ["L"], keys: { l: "pile" } },
  {
    group: "Page",
    text: "Zoom in, out",
    shown: ["+", "−"],
    keys: { "+": "zoom-in", "=": "zoom-in", "-": "zoom-out" },
  },
  { group: "Page", text: "Fit width", shown: ["0"], keys: { 0: "fit-width" } },
  { group: "Page", text: "Document or fields", shown: ["V"], keys: { v: "view" } },
  { group: "Page", text: "Light or dark", shown: ["D"], keys: { d: "theme" } },
  { group: "Page", text: "These shortcuts", shown: ["?"], keys: { "?": "help" } },
  { group: "Page", text: "Close what is open", shown: ["Esc"], keys: { Escape: "close" } },
];
