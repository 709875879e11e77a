import { byId, icon, make } from "../viewer/dom.js";
import { say } from "../words.js";

/**
 * Lists what keeps the document from being made; each entry leads to its field.
 * @param {import("./form.js").Complaint[]} complaints
 */
export function showSummary(complaints) {
  const place = byId("summary");
  const heading = make(
    "h2",
    { id: "summary-title", tabindex: -1 },
    say("One field needs your attention|{count} fields need your attention", {
      count: complaints.length,
    }),
  );
  const entries = complaints.map(({ label, message, focus }) =>
    make(
      "li",
      {},
      make(
        "button",
        { class: "link-button", type: "button", "data-testid": "summary-entry", click: focus },
        label,
      ),
      ` ${message}`,
    ),
  );
  place.replaceChildren(icon("alert"), make("div", {}, heading, make("ul", {}, ...entries)));
  place.hidden = false;
  heading.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
}

/** Says why no document could be made. @param {import("../connection.js").Problem} problem */
export function showRefusal(problem) {
  const place = byId("summary");
  const heading = make("h2", { tabindex: -1 }, say("The document could not be made"));
  const number = problem.correlationId;
  place.replaceChildren(
    icon("alert"),
    make(
      "div",
      {},
      heading,
      make("p", {}, problem.detail || problem.message),
      problem.remedy && make("p", {}, problem.remedy),
      number && make("p", {}, `${say("Reference")} `, make("code", {}, number)),
    ),
  );
  place.hidden = false;
  heading.focus({ preventScroll: true });
  place.scrollIntoView({ block: "nearest" });
}

/** Takes the list away. */
export function hideSummary() {
  byId("summary").hidden = true;
  byId("summary").replaceChildren();
}
