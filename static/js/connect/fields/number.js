import { make } from "../../viewer/dom.js";
import { createShell } from "./shell.js";

/** A number, written as the document's language writes it. @type {import("./kinds.js").Builder} */
export function createNumber(field, scope, context) {
  const shell = createShell(field, scope, context);
  const { format, parse } = context.numbers;
  const written = (value) => (typeof value === "number" ? format(value) : (value ?? ""));

  // No type="number": browsers read it in their own language and change it by the wheel.
  const input = make("input", {
    class: "field numeric",
    id: shell.id,
    type: "text",
    inputmode: field.min >= 0 ? "decimal" : null,
    autocomplete: "off",
    input: () => shell.set(parse(input.value)),
    blur() {
      input.value = written(parse(input.value));
      shell.left();
    },
  });
  // Values that came as text are numbers, too.
  const given = shell.get();
  input.value = written(/^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given);
  shell.hold(input);
  shell.body.append(input);
  return shell.node;
}
