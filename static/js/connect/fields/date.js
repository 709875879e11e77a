import { make } from "../../viewer/dom.js";
import { sentences } from "../sentences.js";
import { createShell } from "./shell.js";

/** A day, with the browser's own calendar. @type {import("./kinds.js").Builder} */
export function createDate(field, scope, context) {
  const shell = createShell(field, scope, context);
  const input = make("input", {
    class: "field date",
    id: shell.id,
    type: "date",
    min: field.min,
    max: field.max ?? "9999-12-31",
    input: () => shell.set(input.value),
    blur: shell.left,
  });
  input.value = shell.get() ?? "";
  shell.hold(input);
  shell.body.append(input);
  // Half a date has no value: only the browser knows that something was typed.
  shell.node.localFault = () => (input.validity.badInput ? sentences.not_a_date : "");
  return shell.node;
}
