import { byId, icon, make } from "../viewer/dom.js";
import { clock, say } from "../words.js";

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
  const title = stopped ? problem.message : say("This link is no longer valid");
  const text = stopped
    ? problem.detail
    : say(
        "It has expired, or it never existed. Go back to the site that sent you here and open the form again.",
      );
  showScreen(
    stopped ? "stopped" : "expired",
    badge(stopped ? "stop" : "clock"),
    make("h2", {}, title || say("This session has ended")),
    text && text !== title && make("p", {}, text),
  );
}

/** @param {import("../connection.js").Problem | Error} problem @param {() => void} retry */
export function showFailure(problem, retry) {
  showScreen(
    "failed",
    badge("alert", "danger"),
    make("h2", {}, say("The form cannot be shown now")),
    make(
      "p",
      {},
      problem.detail ||
        problem.message ||
        say("No connection to the server. What you type stays here."),
    ),
    problem.remedy && make("p", { class: "remedy" }, problem.remedy),
    actions(button(say("Try again"), retry, "primary")),
    problem.correlationId &&
      make(
        "p",
        { class: "correlation" },
        `${say("Reference")} `,
        make("code", {}, problem.correlationId),
      ),
  );
}

/** The template was withdrawn. @param {(() => void) | null} pick leads to the others, if allowed */
export function showGone(pick) {
  showScreen(
    "gone",
    badge("document"),
    make("h2", {}, say("This template is no longer offered")),
    make(
      "p",
      {},
      pick
        ? say(
            "It was withdrawn after this form had been opened. You can choose another one; what you typed is kept where it fits.",
          )
        : say(
            "It was withdrawn after this form had been opened. Go back to the site that sent you here and open the form again.",
          ),
    ),
    pick && actions(button(say("Choose a template"), pick, "primary")),
  );
}

/** Another window is making the document. */
export function showFinishing() {
  showScreen(
    "finishing",
    make("h2", {}, say("Making the document…")),
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
    make("h2", {}, say("Your document is ready")),
    make("p", {}, make("strong", {}, result.name)),
    make("p", {}, say("Finished at {time}.", { time: clock(result.finished_at) })),
    elsewhere &&
      make(
        "p",
        { class: "remedy" },
        say("It was finished in another window. What you changed here afterwards is not in it."),
      ),
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
          say("Return to {name}", { name: result.return_name }),
        ),
      ),
  );
}

const DOWNLOADS = {
  docx: say("Word document"),
  pdf: say("PDF"),
  pdfa: say("PDF/A for the archive"),
};

function createDownload(format, api, trouble) {
  const words = make("span", {}, DOWNLOADS[format]);
  const link = make(
    "a",
    {
      class: "button",
      href: api.resultAddress(format),
      "data-testid": `download-${format}`,
      click,
    },
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
    words.textContent = say("Being prepared…");
    try {
      await keep(await api.result(format));
    } catch (error) {
      if (error.name !== "AbortError")
        trouble.textContent = `${say("This file could not be made")}. ${error.detail ?? say("No connection to the server. What you type stays here.")}`;
    } finally {
      link.ariaBusy = null;
      words.textContent = DOWNLOADS[format];
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
