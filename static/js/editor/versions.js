import { byId, make } from "../viewer/dom.js";
import { clock } from "./status.js";

const REASONS = {
  original: "As it came",
  autosave: "Saved by itself",
  explicit: "Saved",
  close: "Saved on closing",
  restore: "Restored",
  external: "Changed elsewhere",
};
const sized = (bytes) =>
  bytes < 1024 ? `${bytes} bytes` : bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;

/**
 * The list of versions.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{mayRestore: () => boolean, onRestore: (name: string) => Promise<void>,
 *   onCompare: ((revision: Record<string, any>) => void) | null}} page
 */
export async function showVersions(api, { mayRestore, onRestore, onCompare }) {
  const dialog = byId("versions");
  const list = make("ol", { class: "version-list", "data-testid": "versions" });
  const more = make("button", { class: "button", type: "button" }, "Earlier versions");
  const trouble = make("p", { class: "error-text", role: "alert" });
  let before = null;

  async function restore(name, button) {
    button.disabled = true;
    trouble.textContent = "";
    try {
      await onRestore(name);
      dialog.close();
    } catch (error) {
      trouble.textContent = error.detail || error.title || "The server cannot be reached.";
      button.disabled = false;
    }
  }

  function row(revision) {
    const { name, reason, author, saved_at: at, size, side, current, format } = revision;
    const action = (text, run) =>
      make(
        "button",
        { class: "link-button", type: "button", click: run, "aria-label": `${text} version ${name}` },
        text,
      );
    return make(
      "li",
      { class: "version", "data-name": name, "data-testid": "version" },
      make(
        "div",
        { class: "version-facts" },
        make("strong", {}, `Version ${name}`),
        current && make("span", { class: "version-mark" }, "Newest"),
        side && make("span", { class: "version-mark" }, "Kept beside"),
        make(
          "p",
          {},
          [
            REASONS[reason],
            author && `by ${author}`,
            `${clock(at)},`,
            `${format.toUpperCase()}, ${sized(size)}`,
          ]
            .filter(Boolean)
            .join(" "),
        ),
      ),
      make(
        "div",
        { class: "version-actions" },
        onCompare && !current && action("Compare", () => onCompare(revision)),
        make(
          "a",
          { href: api.download(name), download: true, "aria-label": `Download version ${name}` },
          "Download",
        ),
        !current &&
          mayRestore() &&
          make(
            "button",
            {
              class: "link-button",
              type: "button",
              "aria-label": `Restore version ${name}`,
              click: (event) => restore(name, event.currentTarget),
            },
            "Restore",
          ),
      ),
    );
  }

  async function load() {
    more.disabled = true;
    try {
      const page = await api.revisions(before);
      before = page.before;
      list.append(...page.revisions.map(row));
      trouble.textContent = "";
    } catch (error) {
      trouble.textContent = error.detail || error.title || "The server cannot be reached.";
    }
    more.disabled = false;
    more.hidden = before === null;
  }

  more.hidden = true;
  more.addEventListener("click", load);
  byId("versions-body").replaceChildren(trouble, list, more);
  dialog.showModal();
  await load();
}
