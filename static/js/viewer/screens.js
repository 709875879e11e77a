import { copyText } from "../clipboard.js";
import { say } from "../words.js";
import { announce, byId, icon, make } from "./dom.js";

const STAGES = {
  comparing: say("Finding what has changed"),
  waiting: say("Waiting for its turn"),
  converting: say("Converting the document"),
  preparing: say("Preparing the pages"),
};

const AWAITED = {
  original: say("Waiting for the original document"),
  revised: say("Waiting for the revised document"),
};

let ticking = 0;

/** Takes away whatever covers the document. */
export function hideScreen() {
  clearInterval(ticking);
  const screen = byId("screen");
  screen.hidden = true;
  screen.replaceChildren();
  delete screen.dataset.state;
}

function show(state, { cover = false, focus = false }, ...content) {
  clearInterval(ticking);
  const screen = byId("screen");
  screen.replaceChildren(make("div", { class: "card" }, ...content));
  screen.dataset.state = state;
  screen.toggleAttribute("data-cover", cover);
  screen.hidden = false;
  if (focus) screen.focus({ preventScroll: true });
}

const badge = (name, tone = "") => make("div", { class: `badge ${tone}` }, icon(name));

/**
 * The calling system has not delivered everything yet.
 * @param {string[]} [missing] of two documents to compare: those not there yet
 */
export function showWaiting(missing) {
  const title = missing
    ? (missing.length === 1 && AWAITED[missing[0]]) || say("Waiting for both documents")
    : say("Waiting for the document");
  if (byId("screen").querySelector("h2")?.textContent === title) return;
  const text = missing
    ? say(
        "The comparison begins by itself as soon as the original and the revised document are here.",
      )
    : say("The page opens by itself as soon as the document has arrived.");
  show(
    "empty",
    {},
    make("h2", {}, title),
    make("p", {}, text),
    make("div", { class: "progress-line" }),
  );
  announce(title);
}

/**
 * @param {string} title
 * @param {{stage: string, elapsed_ms: number}} progress
 */
export function showConverting(title, progress) {
  const stage = STAGES[progress.stage] ?? STAGES.converting;
  const began = Date.now() - progress.elapsed_ms;
  const elapsed = make("span", { class: "elapsed" });
  const tick = () => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    elapsed.textContent = seconds < 2 ? "" : ` · ${seconds} s`;
  };
  const screen = byId("screen");
  if (screen.dataset.state !== "converting") {
    show(
      "converting",
      {},
      make("h2", {}, title),
      make("p", {}, make("span", { class: "stage-words" }), elapsed),
      make("div", { class: "progress-line" }),
    );
    tick();
    ticking = setInterval(tick, 1000);
  }
  const words = screen.querySelector(".stage-words");
  if (words.textContent !== stage) {
    words.textContent = stage;
    announce(stage);
  }
}

/**
 * @param {import("../connection.js").Problem} problem
 * @param {() => void} [retry]
 */
export function showFailure(problem, retry) {
  const number = problem.correlationId;
  const copy = make(
    "button",
    {
      class: "button",
      type: "button",
      click: async () => {
        if (await copyText(number)) copy.textContent = say("Copied");
      },
    },
    say("Copy"),
  );
  show(
    "failed",
    { cover: true, focus: true },
    badge("alert", "danger"),
    make("h2", {}, problem.title || say("This document cannot be shown")),
    problem.detail && make("p", {}, problem.detail),
    problem.remedy && make("p", { class: "remedy" }, problem.remedy),
    retry &&
      make(
        "div",
        { class: "actions" },
        make("button", { class: "button primary", type: "button", click: retry }, say("Try again")),
      ),
    number &&
      make(
        "p",
        { class: "correlation" },
        `${say("Reference")} `,
        make("code", {}, number),
        " ",
        copy,
      ),
  );
  announce(problem.title);
}

/** @param {import("../connection.js").Problem} problem the server's word on why the view is over */
export function showEnded(problem) {
  const stopped = problem.code === "session_stopped";
  show(
    stopped ? "stopped" : "expired",
    { cover: true, focus: true },
    badge(stopped ? "stop" : "clock"),
    make("h2", {}, problem.title || say("This view has ended")),
    problem.detail !== problem.title && problem.detail && make("p", {}, problem.detail),
    !stopped && problem.remedy && make("p", { class: "remedy" }, problem.remedy),
  );
  announce(problem.title);
}

/**
 * @param {string} name of the document
 * @param {(password: string) => Promise<void>} unlock throws a Problem with code password_wrong
 */
export function showPassword(name, unlock) {
  if (byId("screen").dataset.state === "password_required") return;
  const input = make("input", {
    class: "field",
    id: "password",
    type: "password",
    "data-testid": "password-input",
    autocomplete: "off",
    required: true,
    "aria-describedby": "password-problem",
  });
  const trouble = make("p", { class: "error-text", id: "password-problem", role: "alert" });
  const button = make("button", { class: "button primary", type: "submit" }, say("Open"));
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    trouble.textContent = "";
    try {
      await unlock(input.value);
    } catch (error) {
      const wrong = error.code === "password_wrong";
      trouble.textContent = wrong
        ? say("That is not the password. Check capital letters and try again.")
        : error.title || say("The server did not answer. Try again.");
      input.ariaInvalid = String(wrong);
      input.focus();
      input.select();
    } finally {
      button.disabled = false;
    }
  };
  show(
    "password_required",
    { cover: true },
    badge("lock"),
    make("h2", {}, name ? say("{name} is protected", { name }) : say("This document is protected")),
    make("p", {}, say("Enter its password to read it. The password is used for this view only.")),
    make(
      "form",
      { submit },
      make("label", { for: "password" }, say("Password")),
      input,
      trouble,
      button,
    ),
  );
  input.focus();
}
