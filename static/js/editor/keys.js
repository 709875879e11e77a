const DOCUMENT = [{ group: "Document", text: "Save", shown: ["Ctrl S"], edits: true }];
const TEXT = [
  { group: "Text", text: "Undo, redo", shown: ["Ctrl Z", "Ctrl Shift Z"], edits: true },
  { group: "Text", text: "Find and replace", shown: ["Ctrl F"] },
  { group: "Text", text: "Next, previous match", shown: ["F3", "Shift F3"] },
  { group: "Text", text: "Indent, outdent", shown: ["Tab", "Shift Tab"], edits: true },
  { group: "Text", text: "Leave the text", shown: ["Esc", "Tab"] },
];
const PDF = [
  { group: "Annotations", text: "Read and fill in", shown: ["V"], edits: true },
  { group: "Annotations", text: "Highlight", shown: ["H"], edits: true },
  { group: "Annotations", text: "Text", shown: ["T"], edits: true },
  { group: "Annotations", text: "Draw", shown: ["D"], edits: true },
  { group: "Annotations", text: "Add an image", shown: ["I"], edits: true },
  { group: "Annotations", text: "Undo, redo", shown: ["Ctrl Z", "Ctrl Shift Z"], edits: true },
  { group: "Annotations", text: "Remove what is chosen", shown: ["Del"], edits: true },
];
const PDF_COMMANDS = { v: "select", h: "highlight", t: "freetext", d: "ink", i: "stamp" };

/** The keys that do something. @param {string} kind @param {string} mode */
export const keysOf = (kind, mode) =>
  [...DOCUMENT, ...(kind === "text" ? TEXT : PDF)].filter(({ edits }) => !edits || mode === "edit");

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
    } else if (kind() === "pdf" && !control && !event.altKey && !isTyping(event)) {
      const command = PDF_COMMANDS[event.key.toLowerCase()];
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
