import { byId, icon, make } from "../viewer/dom.js";
import { explain, say } from "../words.js";

/**
 * Puts a card in the place of a document.
 * @param {string} state @param {...(Node | string | false | null | undefined)} content
 */
function show(state, ...content) {
  const screen = byId("screen");
  if (screen.dataset.state === state && !screen.hidden && state === "reading") return;
  screen.replaceChildren(make("div", { class: `card ${state}` }, ...content));
  screen.dataset.state = state;
  byId("review").dataset.shows = "screen";
  screen.hidden = false;
}

/** Another document is on its way: whatever of the last one still shows is out of reach. */
export function showOpening() {
  if (!byId("screen").hidden) return;
  byId("review").dataset.shows = "opening";
  for (const pane of panes()) pane.inert = true;
}

const panes = () => document.querySelectorAll(".document-pane, .field-pane");

/** Gives the place back to the document. */
export function hideScreen() {
  const screen = byId("screen");
  byId("review").dataset.shows = "document";
  for (const pane of panes()) pane.inert = false;
  screen.hidden = true;
  screen.replaceChildren();
  delete screen.dataset.state;
}

const badge = (name, tone = "") => make("div", { class: `badge ${tone}` }, icon(name));
const button = (text, run, look = "") =>
  make("button", { class: `button ${look}`, type: "button", click: run }, text);

/** @param {string} client whose documents they will be */
export function showEmpty(client) {
  show(
    "empty",
    badge("document"),
    make("h2", {}, say("No documents yet")),
    make(
      "p",
      {},
      say("As soon as {client} sends a document, it appears here.", {
        client: client || say("the other program"),
      }),
    ),
    make("div", { class: "progress-line" }),
  );
}

/** @param {string} name */
export function showReading(name) {
  show(
    "reading",
    make("h2", {}, say("Reading {name}", { name })),
    make("p", {}, say("Its fields appear here when they are found. Scans take a moment.")),
    make("div", { class: "progress-line" }),
  );
}

/** @param {string} name @param {Record<string, any>} problem @param {(() => void) | null} next */
export function showFailed(name, problem, next) {
  const told = explain(problem ?? {});
  show(
    "failed",
    badge("alert", "danger"),
    make("h2", {}, say("{name} could not be read", { name })),
    make("p", {}, told.detail || told.title),
    told.remedy && make("p", { class: "remedy" }, told.remedy),
    next && make("div", { class: "actions" }, button(say("Next document"), next, "primary")),
    problem?.correlation_id &&
      make(
        "p",
        { class: "correlation" },
        `${say("Reference")} `,
        make("code", {}, problem.correlation_id),
      ),
  );
}

/** All is checked. @param {number} count @param {() => void} back */
export function showDone(count, back) {
  show(
    "done",
    badge("check"),
    make("h2", {}, say("The document is checked|All {count} documents are checked", { count })),
    make("p", {}, say("You can close this page, take the data with Export, or look once more.")),
    make("div", { class: "actions" }, button(say("Look once more"), back)),
  );
  byId("screen").focus({ preventScroll: true });
}

/** @param {import("../connection.js").Problem} problem the server's word on why it is over */
export function showEnded(problem) {
  const stopped = problem.code === "session_stopped";
  show(
    stopped ? "stopped" : "expired",
    badge(stopped ? "stop" : "clock"),
    make("h2", {}, stopped ? say("This review has ended") : say("This link is no longer valid")),
    make(
      "p",
      {},
      stopped
        ? problem.detail || say("The program that opened it has closed it.")
        : say(
            "It has expired, or it never existed. Go back to the site that sent you here and open the review again.",
          ),
    ),
  );
  byId("screen").focus({ preventScroll: true });
}

/** @param {import("../connection.js").Problem | Error} problem @param {() => void} retry */
export function showTrouble(problem, retry) {
  show(
    "trouble",
    badge("alert", "danger"),
    make("h2", {}, say("This page could not be loaded")),
    make("p", {}, problem.detail || problem.message || say("The server does not answer.")),
    problem.remedy && make("p", { class: "remedy" }, problem.remedy),
    make("div", { class: "actions" }, button(say("Try again"), retry, "primary")),
    problem.correlationId &&
      make(
        "p",
        { class: "correlation" },
        `${say("Reference")} `,
        make("code", {}, problem.correlationId),
      ),
  );
}
