import { make } from "../../viewer/dom.js";
import { say } from "../../words.js";
import { createShell, newId } from "./shell.js";

/* With more options than these, a list that opens is the easier one. */
const MOST_RADIOS = 5;

/** One of several options. @type {import("./kinds.js").Builder} */
export function createChoice(field, scope, context) {
  const few = (field.choices ?? []).length <= MOST_RADIOS;
  return few ? createRadios(field, scope, context) : createSelect(field, scope, context);
}

function createSelect(field, scope, context) {
  const shell = createShell(field, scope, context);
  const select = make(
    "select",
    {
      class: "field",
      id: shell.id,
      change: () => shell.set(select.value),
      blur: shell.left,
    },
    make("option", { value: "" }, say("Please choose")),
    ...field.choices.map(({ value, label }) => make("option", { value }, label)),
  );
  select.value = shell.get() ?? "";
  shell.hold(select);
  shell.body.append(select);
  return shell.node;
}

function createRadios(field, scope, context) {
  const shell = createShell(field, scope, context, { group: true });
  const name = newId();
  const radios = [];
  const clear = make(
    "button",
    { class: "link-button", type: "button", click: () => choose("") },
    say("Clear choice"),
  );

  function choose(value) {
    shell.set(value);
    reflect();
    if (!value) radios[0]?.focus();
  }

  function reflect() {
    const value = shell.get() ?? "";
    for (const radio of radios) radio.checked = radio.value === value;
    clear.hidden = field.required || !value;
  }

  const group = make("div", {
    class: "radios",
    role: "radiogroup",
    "aria-labelledby": shell.label.id,
  });
  for (const { value, label } of field.choices ?? []) {
    const radio = make("input", { type: "radio", name, value, change: () => choose(value) });
    radios.push(radio);
    group.append(make("label", { class: "radio" }, radio, make("span", {}, label)));
  }
  group.addEventListener("focusout", ({ relatedTarget }) => {
    if (!group.contains(relatedTarget)) shell.left();
  });
  reflect();
  shell.hold(group);
  shell.body.append(group, clear);
  shell.node.focus = () => (radios.find((radio) => radio.checked) ?? radios[0])?.focus();
  return shell.node;
}
