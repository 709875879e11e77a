import { icon, make } from "../viewer/dom.js";
import { percent } from "../viewer/zoom.js";
import { say } from "../words.js";
import { levelOf, stateOf, sureness } from "./labels.js";

/**
 * What is known of a value: what a person said, else how sure it is, as a bar and a word.
 * @param {import("./result.js").Value} value @param {number} threshold
 */
export function createMeter(value, threshold) {
  const said = stateOf(value);
  if (said) {
    const drawing = { confirmed: "check", corrected: "edit", added: "plus" }[value.state];
    return make(
      "span",
      {
        class: "said",
        title: value.by ? `${said}, ${say("by {author}", { author: value.by })}` : null,
      },
      icon(value.value === null ? "close" : drawing),
      said,
    );
  }
  const word = sureness(value.confidence, threshold);
  const bar = make("i", { class: "meter", "aria-hidden": "true" }, make("b"));
  bar.firstElementChild.style.width = `${Math.round(value.confidence * 100)}%`;
  return make(
    "span",
    {
      class: "sure",
      "data-sure": levelOf(value.confidence, threshold),
      title: percent(value.confidence),
    },
    word,
    bar,
  );
}
