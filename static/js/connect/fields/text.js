import { make } from "../../viewer/dom.js";
import { lengthOf } from "../validation.js";
import { say } from "../words.js";
import { createShell } from "./shell.js";

/* From this part of the length on, people are told how much is left. */
const NEARLY_FULL = 0.8;

/** A line or several of text. @type {import("./kinds.js").Builder} */
export function createText(field, scope, context) {
  const shell = createShell(field, scope, context);
  const limit = field.max_length;
  const counter = make("p", { class: "counter", "aria-live": "off" });

  function count() {
    const left = limit - lengthOf(input.value);
    const close = left <= limit * (1 - NEARLY_FULL);
    const key = left < 0 ? "characters_over" : "characters_left";
    counter.textContent = close ? say(key, { count: Math.abs(left) }) : "";
  }

  const input = make(field.multiline ? "textarea" : "input", {
    class: "field",
    id: shell.id,
    type: field.multiline ? null : "text",
    rows: field.multiline ? 3 : null,
    autocomplete: "off",
    lang: context.language,
    dir: "auto",
    input() {
      shell.set(input.value);
      if (limit) count();
    },
    blur: shell.left,
  });
  input.value = shell.get() ?? "";
  shell.hold(input);
  shell.body.append(input);
  if (limit) {
    shell.body.append(counter);
    count();
  }
  return shell.node;
}
