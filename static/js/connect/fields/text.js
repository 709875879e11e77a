import { make } from "../../viewer/dom.js";
import { say } from "../../words.js";
import { lengthOf } from "../validation.js";
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
    const told =
      left < 0
        ? say("{count} character too many|{count} characters too many", { count: -left })
        : say("{count} character left|{count} characters left", { count: left });
    counter.textContent = close ? told : "";
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
