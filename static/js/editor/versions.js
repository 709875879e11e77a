import { byId, make } from "../viewer/dom.js";
import { say } from "../words.js";
import { clock } from "./status.js";

const REASONS = {
  original: say("As it came"),
  autosave: say("Saved by itself"),
  explicit: say("Saved"),
  close: say("Saved on closing"),
  restore: say("Restored"),
  external: say("Changed elsewhere"),
};
const tenths = (value) => Math.round(value * 10) / 10;
const sized = (bytes) =>
  bytes < 1024
    ? say("{count} byte|{count} bytes", { count: bytes })
    : bytes < 2 ** 20
      ? say("{size} KB", { size: tenths(bytes / 1024) })
      : say("{size} MB", { size: tenths(bytes / 2 ** 20) });

/**
 * The list of versions.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{mayRestore: () => boolean, onRestore: (name: string) => Promise<void>,
 *   onCompare: ((revision: Record<string, any>) => void) | null}} page
 */
export async function showVersions(api, { mayRestore, onRestore, onCompare }) {
  const dialog = byId("versions");
  const list = make("ol", { class: "version-list", "data-testid": "versions" });
  const more = make("button", { class: "button", type: "button" }, say("Earlier versions"));
  const trouble = make("p", { class: "error-text", role: "alert" });
  let before = null;

  async function restore(name, button) {
    button.disabled = true;
    trouble.textContent = "";
    try {
      await onRestore(name);
      dialog.close();
    } catch (error) {
      trouble.textContent = error.detail || error.title || say("The server cannot be reached.");
      button.disabled = false;
    }
  }

  function row(revision) {
    const { name, reason, author, saved_at: at, size, side, current, format } = revision;
    const version = { version: name };
    return make(
      "li",
      { class: "version", "data-name": name, "data-testid": "version" },
      make(
        "div",
        { class: "version-facts" },
        make("strong", {}, say("Version {version}", version)),
        current && make("span", { class: "version-mark" }, say("Newest")),
        side && make("span", { class: "version-mark" }, say("Kept beside")),
        make(
          "p",
          {},
          [
            REASONS[reason],
            author && say("by {author}", { author }),
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
        onCompare &&
          !current &&
          make(
            "button",
            {
              class: "link-button",
              type: "button",
              "aria-label": say("Compare version {version}", version),
              click: () => onCompare(revision),
            },
            say("Compare"),
          ),
        make(
          "a",
          {
            href: api.download(name),
            download: true,
            "aria-label": say("Download version {version}", version),
          },
          say("Download"),
        ),
        !current &&
          mayRestore() &&
          make(
            "button",
            {
              class: "link-button",
              type: "button",
              "aria-label": say("Restore version {version}", version),
              click: (event) => restore(name, event.currentTarget),
            },
            say("Restore"),
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
      trouble.textContent = error.detail || error.title || say("The server cannot be reached.");
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
