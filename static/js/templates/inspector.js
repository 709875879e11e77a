/* What can be set for one field. */
import { make } from "../viewer/dom.js";

export const KIND_NAMES = {
  text: "Text",
  date: "Date",
  yes_no: "Yes or no",
  choice: "Choice",
  number: "Number",
  picture: "Picture",
  object: "Fields",
  collection: "List",
  group: "Group",
  info: "Text to read",
};
const LEAVES = ["text", "date", "yes_no", "choice", "number", "picture"];
let count = 0;

/**
 * @param {Record<string, any>} field changed in place
 * @param {{readOnly: boolean, level: object[], outer: object[], changed: (redraw?: boolean) => void,
 *   remove: () => void, regroup: (group: object) => void, ungroup: false | (() => void)}} options
 */
export function createInspector(field, options) {
  const { readOnly, changed } = options;
  const set = (name, value, redraw = false) => {
    if (value === "" || value === null) delete field[name];
    else field[name] = value;
    changed(redraw);
  };

  function labelled(text, control, help = "", wide = false) {
    const id = `field-${(count += 1)}`;
    control.id = id;
    control.disabled = readOnly;
    const words = help && make("small", { id: `${id}-help` }, help);
    if (words) control.setAttribute("aria-describedby", `${id}-help`);
    return make("div", { class: wide ? "setting wide" : "setting" },
      make("label", { for: id }, text), control, words);
  }
  const line = (text, name, { type = "text", help = "", wide = false, number = false } = {}) =>
    labelled(text, make("input", {
      type, value: field[name] ?? "", step: number ? "any" : null,
      input() {
        set(name, number && this.value !== "" ? Number(this.value) : this.value);
      },
    }), help, wide);
  const check = (text, name) => {
    const box = make("input", { type: "checkbox", checked: Boolean(field[name]), disabled: readOnly,
      change() { set(name, this.checked || "", true); } });
    return make("label", { class: "tick" }, box, text);
  };
  const choose = (text, value, entries, chosen, help = "") => {
    const select = make("select", { change() { chosen(this.value); } },
      ...entries.map(([key, name]) => make("option", { value: key, selected: key === value }, name)));
    return labelled(text, select, help);
  };

  const rows = [line("Label", "label", { wide: true })];
  if (LEAVES.includes(field.kind))
    rows.push(choose("Kind", field.kind, LEAVES.map((kind) => [kind, KIND_NAMES[kind]]), (kind) => {
      for (const name of ["default", "min", "max", "max_length", "multiline"]) delete field[name];
      if (kind === "choice") field.choices ??= [];
      else delete field.choices;
      set("kind", kind, true);
    }));
  rows.push(...byKind[field.kind]?.({ field, line, check, choose, labelled, set }) ?? []);
  rows.push(line("Help", "help", { wide: true, help: "Shown below the field." }));
  if (!["group", "info", "object"].includes(field.kind)) rows.push(check("Must be filled in", "required"));
  rows.push(...dependency(field, options, choose, line, set));
  return make("div", { class: "inspector" }, ...rows, readOnly ? null : actions(field, options));
}

const byKind = {
  text: ({ line, check }) => [
    line("Prefilled with", "default"),
    line("At most, characters", "max_length", { type: "number", number: true }),
    check("Several lines", "multiline"),
  ],
  date: ({ line }) => [
    line("Prefilled with", "default", { type: "date" }),
    line("Not before", "min", { type: "date" }),
    line("Not after", "max", { type: "date" }),
  ],
  number: ({ line }) => [
    line("Prefilled with", "default", { type: "number", number: true }),
    line("At least", "min", { type: "number", number: true }),
    line("At most", "max", { type: "number", number: true }),
  ],
  yes_no: ({ field, choose, set }) => [
    choose("Prefilled with", String(field.default ?? ""), [["", "No answer"], ["true", "Yes"], ["false", "No"]],
      (value) => set("default", value && value === "true")),
  ],
  choice: ({ field, choose, labelled, set }) => [
    labelled("Options", make("textarea", {
      rows: Math.max(3, (field.choices ?? []).length + 1),
      input() {
        set("choices", this.value.split("\n").map((row) => row.trim()).filter(Boolean).map((row) => {
          const [value, ...label] = row.split("=");
          return { value: value.trim(), label: label.join("=").trim() || value.trim() };
        }));
      },
    }, (field.choices ?? []).map(({ value, label }) => (value === label ? value : `${value} = ${label}`)).join("\n")),
    "One a line: value = what people read.", true),
    choose("Prefilled with", field.default ?? "", [["", "Nothing"], ...(field.choices ?? []).map(({ value, label }) => [value, label])],
      (value) => set("default", value)),
  ],
  collection: ({ line }) => [
    line("At least, entries", "min_items", { type: "number", number: true }),
    line("At most, entries", "max_items", { type: "number", number: true }),
  ],
};

/** A field may be there only while another has a certain value. */
function dependency(field, { level, outer }, choose, line, set) {
  const inGroups = (fields) => fields.flatMap((one) => (one.kind === "group" ? inGroups(one.fields ?? []) : [one]));
  const others = inGroups([...level, ...outer]).filter(
    (one) => one.key !== field.key && ["yes_no", "choice", "text", "number"].includes(one.kind));
  const condition = field.depends_on;
  const target = others.find((one) => one.key === condition?.key);
  const rows = [
    choose("Only shown when", condition?.key ?? "", [["", "Always shown"],
      ...others.map((one) => [one.key, one.label || one.key]),
      ...(condition && !target ? [[condition.key, `${condition.key} (not found)`]] : [])], (key) => {
      const chosen = others.find((one) => one.key === key);
      const equals = chosen?.kind === "choice" ? (chosen.choices?.[0]?.value ?? "") : chosen?.kind === "yes_no" ? true : "";
      set("depends_on", key ? { key, equals } : "", true);
    }),
  ];
  if (target) {
    const values = target.kind === "yes_no" ? [["true", "Yes"], ["false", "No"]]
      : target.kind === "choice" ? (target.choices ?? []).map(({ value, label }) => [value, label]) : null;
    const store = (text) => {
      const equals = target.kind === "yes_no" ? text === "true" : target.kind === "number" ? Number(text) : text;
      set("depends_on", { key: condition.key, equals });
    };
    rows.push(values ? choose("is", String(condition.equals), values, store)
      : make("div", { class: "setting" }, make("label", {}, "is ",
        make("input", { value: condition.equals, input() { store(this.value); } }))));
  }
  return rows;
}

function actions(field, { level, remove, regroup, ungroup }) {
  const groups = level.filter((one) => one.kind === "group" && one !== field);
  return make("div", { class: "actions" },
    groups.length > 0 && field.kind !== "group" && make("select", {
      "aria-label": "Move into a group",
      change() { regroup(groups[Number(this.value)]); },
    }, make("option", { value: "" }, "Move into a group…"),
      ...groups.map((one, index) => make("option", { value: index }, one.label || one.key))),
    ungroup && make("button", { type: "button", click: ungroup }, "Dissolve the group"),
    make("button", { type: "button", class: "danger", click: remove }, "Delete the field"));
}
