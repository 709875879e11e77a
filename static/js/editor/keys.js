import { say } from "../words.js";

const DOCUMENT = [{ group: say("Document"), text: say("Save"), shown: ["Ctrl S"], edits: true }];
const TEXT = [
  { group: say("Text"), text: say("Undo, redo"), shown: ["Ctrl Z", "Ctrl Shift Z"], edits: true },
  { group: say("Text"), text: say("Find and replace"), shown: ["Ctrl F"] },
  { group: say("Text"), text: say("Next, previous match"), shown: ["F3", "Shift F3"] },
  { group: say("Text"), text: say("Indent, outdent"), shown: ["Tab", "Shift Tab"], edits: true },
  { group: say("Text"), text: say("Leave the text"), shown: ["Esc", "Tab"] },
];
const PDF = [
  { group: say("Document"), text: say("Search"), shown: ["Ctrl F"] },
  { group: say("Annotations"), text: say("Read and fill in"), shown: ["V"], edits: true },
  { group: say("Annotations"), text: say("Highlight"), shown: ["H"], edits: true },
  { group: say("Annotations"), text: say("Text"), shown: ["T"], edits: true },
  { group: say("Annotations"), text: say("Draw"), shown: ["D"], edits: true },
  { group: say("Annotations"), text: say("Add an image"), shown: ["I"], edits: true },
  { group: say("Annotations"), text: say("Sign"), shown: ["S"], edits: true },
  { group: say("Annotations"), text: say("Undo, redo"), shown: ["Ctrl Z", "Ctrl Shift Z"], edits: true },
  { group: say("Annotations"), text: say("Remove what is chosen"), shown: ["Del"], edits: true },
];
const DRAWING = [
  { group: say("Drawing"), text: say("Move the view"), shown: ["H"] },
  { group: say("Drawing"), text: say("Zoom in, zoom out, show all"), shown: ["+", "-", "0"] },
  { group: say("Drawing"), text: say("Measure distances"), shown: ["M"] },
  { group: say("Drawing"), text: say("Put a point with the keys"), shown: ["Enter"] },
  { group: say("Drawing"), text: say("Choose mark-up"), shown: ["V"], edits: true },
  { group: say("Drawing"), text: say("Text, arrow, cloud"), shown: ["T", "A", "C"], edits: true },
  { group: say("Drawing"), text: say("Draw, line, rectangle"), shown: ["D", "L", "R"], edits: true },
  { group: say("Drawing"), text: say("Undo, redo"), shown: ["Ctrl Z", "Ctrl Shift Z"], edits: true },
  { group: say("Drawing"), text: say("Remove what is chosen"), shown: ["Del"], edits: true },
];
const GROUPS = { text: TEXT, pdf: PDF, drawing: DRAWING };
const PDF_COMMANDS = { v: "select", h: "highlight", t: "freetext", d: "ink", i: "stamp", s: "sign" };
const DRAWING_COMMANDS = {
  h: "pan",
  m: "measure",
  v: "choose",
  t: "put-text",
  a: "put-arrow",
  c: "put-cloud",
  d: "put-freehand",
  l: "put-line",
  r: "put-rectangle",
};
const COMMANDS = { pdf: PDF_COMMANDS, drawing: DRAWING_COMMANDS };

/**
 * The keys that do something.
 * @param {string} kind @param {string} mode @param {(command: string) => boolean} offers
 */
export const keysOf = (kind, mode, offers) =>
  [...DOCUMENT, ...(GROUPS[kind] ?? [])].filter(
    ({ edits, shown: [key] }) =>
      (!edits || mode === "edit") && offers(COMMANDS[kind]?.[key.toLowerCase()] ?? ""),
  );

const isTyping = (event) => {
  const [target] = event.composedPath();
  return target.isContentEditable || target.closest?.("input, textarea, select, [role='textbox']");
};

/**
 * @param {(command: string) => void} run
 * @param {() => string | undefined} kind of the surface
 */
export function enableKeys(run, kind) {
  addEventListener("keydown", (event) => {
    const control = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (control && event.key.toLowerCase() === "s") {
      event.preventDefault();
      run("save");
    } else if (control && event.key.toLowerCase() === "f" && kind() === "pdf") {
      event.preventDefault();
      run("find");
    } else if (kind() && !control && !event.altKey && !isTyping(event)) {
      const command = COMMANDS[kind()]?.[event.key.toLowerCase()];
      if (command && !document.querySelector("dialog[open]")) run(command);
    }
  });
  for (const bar of document.querySelectorAll('[role="toolbar"]'))
    bar.addEventListener("keydown", (event) => step(bar, event));
}

/* Arrow keys walk along a toolbar. */
function step(bar, event) {
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!way || event.target.matches("select")) return;
  const tools = [...bar.querySelectorAll("button, a, select")].filter(
    (tool) => !tool.disabled && tool.offsetParent,
  );
  const at = tools.indexOf(document.activeElement);
  tools[(at + way + tools.length) % tools.length].focus();
  event.preventDefault();
}
