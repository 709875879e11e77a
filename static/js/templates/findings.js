/* What the doctor says. */
import { byId, make } from "../viewer/dom.js";

const NAMES = { error: "Error", warning: "Warning", info: "Note" };

/** @param {{severity: string, message: string, remedy: string, place: string, excerpt: string}[]} findings */
export function showFindings(findings) {
  const count = (severity) => findings.filter((one) => one.severity === severity).length;
  const errors = count("error");
  const summary = [
    [errors, "error"],
    [count("warning"), "warning"],
    [count("info"), "note"],
  ].filter(([number]) => number);
  const text = summary.map(([number, word]) => `${number} ${word}${number > 1 ? "s" : ""}`);
  byId("findings-count").textContent = text.join(", ") || "Nothing found";
  byId("findings-count").dataset.worst = errors ? "error" : count("warning") ? "warning" : "good";
  for (const button of document.querySelectorAll("[data-needs-no-errors]"))
    button.disabled = errors > 0;
  byId("findings-list").replaceChildren(
    ...findings.map((one) =>
      make(
        "li",
        { "data-severity": one.severity },
        make("p", { class: "finding-head" },
          make("span", { class: "badge" }, NAMES[one.severity]),
          one.place && make("span", { class: "place" }, one.place),
        ),
        make("p", { class: "message" }, one.message),
        one.excerpt && make("code", {}, one.excerpt),
        make("p", { class: "remedy" }, one.remedy),
      ),
    ),
  );
  byId("findings-none").hidden = findings.length > 0;
}
