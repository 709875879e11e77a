import { byId, icon, make } from "../viewer/dom.js";
import { clock } from "./locale.js";
import { say } from "./words.js";

/**
 * Puts a screen in the place of the form.
 * @param {string} state
 * @param {...(Node | string | false | null)} content
 */
export function showScreen(state, ...content) {
  const screen = byId("screen");
  screen.replaceChildren(make("div", { class: `card ${state}` }, ...content));
  screen.dataset.state = state;
  byId("connect").dataset.shows = "screen";
  screen.hidden = false;
  screen.focus({ preventScroll: true });
}

/** Gives the place back to the form. */
export function hideScreen() {
  byId("screen").hidden = true;
  byId("screen").replaceChildren();
  delete byId("screen").dataset.state;
}

const badge = (name, tone = "") => make("div", { class: `badge ${tone}` }, icon(name));
const actions = (...buttons) => make("div", { class: "actions" }, ...buttons);
const button = (text, run, look = "") =>
  make("button", { class: `button ${look}`, type: "button", click: run }, text);

/** @param {import("../connection.js").Problem} problem the server's word on why it is over */
export function showEnded(problem) {
  const stopped = problem.code === "session_stopped";
  const title = stopped ? problem.message : say("ended_title");
  const text = stopped ? problem.detail : say("ended_text");
  showScreen(
    stopped ? "stopped" : "expired",
    badge(stopped ? "stop" : "clock"),
    make("h2", {}, title || say("stopped_title")),
    text && text !== title && make("p", {}, text),
  );
}

/** @param {import("../connection.js").Problem | Error} problem @param {() => void} retry */
export function showFailure(problem, retry) {
  showScreen(
    "failed",
    badge("alert", "danger"),
    make("h2", {}, say("failed_title")),
    make("p", {}, problem.detail || problem.message || say("offline")),
    problem.remedy && make("p", { class: "remedy" }, problem.remedy),
    actions(button(say("retry"), retry, "primary")),
    problem.correlationId &&
      make(
        "p",
        { class: "correlation" },
        `${say("reference")} `,
        make("code", {}, problem.correlationId),
      ),
  );
}

/** The template was withdrawn. @param {(() => void) | null} pick leads to the others, if allowed */
export function showGone(pick) {
  showScreen(
    "gone",
    badge("document"),
    make("h2", {}, say("gone_title")),
    make("p", {}, say(pick ? "gone_pick" : "gone_text")),
    pick && actions(button(say("picker_title"), pick, "primary")),
  );
}

/** Another window is making the document. */
export function showFinishing() {
  showScreen(
    "finishing",
    make("h2", {}, say("finishing")),
    make("div", { class: "progress-line" }),
  );
}

/**
 * The document is made: take it, or go back.
 * @param {{name: string, formats: string[], finished_at: string, return_url: string | null,
 *   return_name: string}} result
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {boolean} elsewhere another window finished it while this one was at work
 */
export function showResult(result, api, elsewhere) {
  const trouble = make("p", { class: "error-text", role: "alert" });
  const back = result.return_url;
  showScreen(
    "finished",
    badge("check"),
    make("h2", {}, say("done_title")),
    make("p", {}, make("strong", {}, result.name)),
    make("p", {}, say("done_text", { time: clock(result.finished_at) })),
    elsewhere && make("p", { class: "remedy" }, say("done_elsewhere")),
    make(
      "ul",
      { class: "downloads" },
      ...result.formats.map((format) => make("li", {}, createDownload(format, api, trouble))),
    ),
    trouble,
    back &&
      actions(
        make(
          "a",
          { class: "button primary", href: back, "data-testid": "return" },
          say("return_to", { name: result.return_name }),
        ),
      ),
  );
}

function createDownload(format, api, trouble) {
  const words = make("span", {}, say(`download_${format}`));
  const link = make(
    "a",
    { class: "button", href: api.resultAddress(format), "data-testid": `download-${format}`, click },
    icon("download"),
    words,
    make("small", {}, format === "docx" ? ".docx" : ".pdf"),
  );

  // A PDF may still be in the making, and a plain link would show what the server says then.
  async function click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    trouble.textContent = "";
    words.textContent = say("download_wait");
    try {
      await keep(await api.result(format));
    } catch (error) {
      if (error.name !== "AbortError")
        trouble.textContent = `${say("download_failed")}. ${error.detail ?? say("offline")}`;
    } finally {
      link.ariaBusy = null;
      words.textContent = say(`download_${format}`);
    }
  }
  return link;
}

async function keep(response) {
  const disposition = response.headers.get("Content-Disposition") ?? "";
  const name = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="([^"]*)"/i.exec(disposition)?.[1];
  const address = URL.createObjectURL(await response.blob());
  const link = make("a", { href: address, download: name ? decodeURIComponent(name) : plain });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
