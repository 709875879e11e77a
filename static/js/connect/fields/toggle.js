import { make } from "../../viewer/dom.js";
import { say } from "../../words.js";
import { createShell } from "./shell.js";

/** Yes or no, as a switch. @type {import("./kinds.js").Builder} */
export function createToggle(field, scope, context) {
  const shell = createShell(field, scope, context, { before: true });
  // A switch that was not touched says no, as everybody sees.
  const given = shell.get();
  scope.values[field.key] = given === true || given === "true";

  const word = make("span", { class: "switch-word", "aria-hidden": "true" });
  const input = make("input", {
    id: shell.id,
    type: "checkbox",
    role: "switch",
    change() {
      shell.set(input.checked);
      shell.left();
      speak();
    },
  });
  const speak = () => (word.textContent = input.checked ? say("Yes") : say("No"));
  input.checked = scope.values[field.key];
  speak();
  shell.hold(input);
  shell.body.classList.add("switch");
  shell.body.append(input, shell.label, word);
  return shell.node;
}
