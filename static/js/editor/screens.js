import { byId, icon, make } from "../viewer/dom.js";
import { say } from "../words.js";

/**
 * Puts a card in the place of the document.
 * @param {string} state @param {...(Node | string | false | null | undefined)} content
 */
function show(state, ...content) {
  const screen = byId("screen");
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  screen.replaceChildren(make("div", { class: `card ${state}` }, ...content));
  screen.dataset.state = state;
  screen.hidden = false;
  byId("editor").dataset.shows = "screen";
  screen.focus();
}

const badge = (name, tone = "") => make("div", { class: `badge ${tone}` }, icon(name));
const button = (text, run, look = "") =>
  make("button", { class: `button ${look}`, type: "button", click: run }, text);

/** Gives the place to the document. */
export function hideScreen() {
  byId("screen").hidden = true;
  byId("editor").dataset.shows = "document";
}

/** @param {Record<string, any>} problem */
export function showFailed(problem) {
  show(
    "failed",
    badge("alert", "danger"),
    make("h2", {}, problem.title || say("The document could not be opened")),
    make("p", {}, problem.detail || say("Load this page again. If that does not help, tell us.")),
    problem.remedy && make("p", { class: "remedy" }, problem.remedy),
    make(
      "div",
      { class: "actions" },
      button(say("Try again"), () => location.reload(), "primary"),
    ),
    problem.correlationId &&
      make(
        "p",
        { class: "correlation" },
        `${say("Reference")} `,
        make("code", {}, problem.correlationId),
      ),
  );
}

/**
 * The session is over in the middle of the work.
 * @param {{kept: string, unsaved: boolean, onKeep: () => void}} work
 */
export function showOver({ kept, unsaved, onKeep }) {
  show(
    "over",
    badge("clock"),
    make("h2", {}, say("This editing session has ended")),
    kept
      ? make(
          "p",
          {},
          say(
            "Your last changes are kept as version {kept}, beside the document. Open the document again and restore that version to go on with them.",
            { kept },
          ),
        )
      : unsaved
        ? make(
            "p",
            {},
            say(
              "Your last changes are not stored. They are still on this page: keep a copy of them before you leave.",
            ),
          )
        : make("p", {}, say("All your changes are stored. Open the document again to go on.")),
    (kept || unsaved) &&
      make("div", { class: "actions" }, button(say("Keep a copy"), onKeep, "primary")),
  );
}

/** @param {{revision: Record<string, any>, discarded: boolean, onKeep: () => void}} work */
export function showClosed({ revision, discarded, onKeep }) {
  show(
    "closed",
    badge("check"),
    make("h2", {}, say("The document is closed")),
    make(
      "p",
      {},
      [
        say("Version {version} is stored.", { version: revision.name }),
        discarded && say("Changes after it were not saved."),
        say("You can leave this page."),
      ]
        .filter(Boolean)
        .join(" "),
    ),
    discarded && make("div", { class: "actions" }, button(say("Keep a copy of them"), onKeep)),
  );
}
