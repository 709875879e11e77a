/* Which tools a workspace leaves out, by their commands. Whatever else a launch names is "full". */
const WITHOUT = {
  review: ["stamp", "sign", "wrap"],
  simple: [
    "highlight",
    "freetext",
    "ink",
    "stamp",
    "sign",
    "versions",
    "download",
    "theme",
    "help",
    "wrap",
    "choose",
    "put-text",
    "put-arrow",
    "put-cloud",
    "put-freehand",
    "put-line",
    "put-rectangle",
    "remove",
  ],
};

/**
 * Shows the tools of a workspace.
 * @param {HTMLElement} root of the page
 * @param {string} wanted as the launch names it
 * @returns {(command: string) => boolean} whether a command is offered
 */
export function showWorkspace(root, wanted) {
  const name = wanted.toLowerCase() in WITHOUT ? wanted.toLowerCase() : "full";
  const left = new Set(WITHOUT[name] ?? []);
  root.dataset.workspace = name;
  for (const tool of root.querySelectorAll("[data-command], #download"))
    tool.toggleAttribute("data-left-out", left.has(tool.dataset.command ?? tool.id));
  return (command) => !left.has(command);
}
