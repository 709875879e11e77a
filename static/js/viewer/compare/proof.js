import { say } from "../../words.js";
import { announce, byId, icon, make } from "../dom.js";

/**
 * Says how far the comparison can be relied upon: in the bar at all times, and with its reasons
 * above the list.
 * @param {import("./wording.js").Verdict} verdict
 * @param {() => void} [retry]
 */
export function showVerdict({ tone, title, text, details }, retry) {
  const drawing = tone === "good" ? "check" : "alert";
  const sign = byId("verdict");
  if (sign.dataset.tone === tone && sign.textContent === title) return;
  sign.dataset.tone = tone;
  sign.replaceChildren(icon(drawing), make("span", {}, title));
  sign.disabled = false;

  const reasons =
    details.length > 0 &&
    make(
      "details",
      { open: tone === "bad" && details.length <= 6 },
      make("summary", {}, say("Details")),
      make("ul", {}, ...details.map((detail) => make("li", {}, detail))),
    );
  const proof = byId("proof");
  proof.dataset.tone = tone;
  proof.replaceChildren(
    ...[
      icon(drawing),
      make(
        "div",
        {},
        make("strong", {}, title),
        text && make("p", {}, text),
        reasons,
        retry &&
          make("button", { class: "button", type: "button", click: retry }, say("Try again")),
      ),
    ],
  );
  announce(`${title}. ${text}`);
}
