import { make } from "../../viewer/dom.js";
import { createSlot, star, titleOf } from "./shell.js";

/* What has no control of its own: its place, and nothing to tell or to focus. */
function layout(field, scope, content, extra = {}) {
  return {
    field,
    ...createSlot(content),
    touched: false,
    path: () => scope.at() + field.key,
    label: () => scope.label() + titleOf(field),
    tell() {},
    focus() {},
    ...extra,
  };
}

const paragraphs = (text) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => make("p", {}, line));

/** Words between fields. @type {import("./kinds.js").Builder} */
export const createInfo = (field, scope) =>
  layout(
    field,
    scope,
    make(
      "div",
      { class: "info", "data-testid": "field", "data-key": field.key, "data-kind": "info" },
      field.label && make("strong", {}, field.label),
      ...paragraphs(field.help ?? ""),
    ),
  );

function section(field, scope, context, inner, kind) {
  const children = context.build(field.fields ?? [], inner);
  const content = make(
    "fieldset",
    { class: `section ${kind}`, "data-testid": "field", "data-key": field.key, "data-kind": kind },
    make("legend", {}, titleOf(field), field.required && star()),
    field.help && make("p", { class: "help" }, field.help),
    ...children.map((child) => child.slot),
  );
  return layout(field, scope, content, {
    children: () => children,
    focus: () => children[0]?.focus(),
  });
}

/** Fields under one heading, at the level of the group itself. @type {import("./kinds.js").Builder} */
export const createGroup = (field, scope, context) =>
  section(field, scope, context, scope, "group");

/** One nested set of values. @type {import("./kinds.js").Builder} */
export function createObject(field, scope, context) {
  const values = (scope.values[field.key] ??= {});
  const inner = {
    values,
    at: () => `${scope.at()}${field.key}.`,
    label: () => `${scope.label()}${titleOf(field)} – `,
  };
  return section(field, scope, context, inner, "object");
}
