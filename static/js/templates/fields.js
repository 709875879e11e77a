/* The list of a form's fields; one at a time is open for editing. */
import { announce, make } from "../viewer/dom.js";
import { createInspector, KIND_NAMES } from "./inspector.js";

const NESTING = new Set(["object", "collection", "group"]);

/**
 * @param {HTMLElement} place
 * @param {{fields: object[]}} definition changed in place
 * @param {{readOnly: boolean, touched: () => void}} options
 */
export function createFields(place, definition, { readOnly, touched }) {
  let open = null;

  function draw(focus = null) {
    const list = levelOf(definition.fields, []);
    place.replaceChildren(list);
    if (!definition.fields.length) place.append(make("p", { class: "none" }, "No fields yet."));
    if (!readOnly) place.append(adders());
    if (focus) place.querySelector(`[data-focus="${focus}"]`)?.focus();
  }

  function levelOf(level, above) {
    return make(
      "ol",
      { class: "field-level" },
      ...level.map((field, index) => rowOf(field, index, level, above)),
    );
  }

  function rowOf(field, index, level, above) {
    const isOpen = open === field;
    const id = [...above.map((one) => one.key), field.key].join("-");
    const head = make(
      "button",
      {
        class: "field-head",
        type: "button",
        "aria-expanded": String(isOpen),
        "data-focus": `${id}`,
        click() {
          open = isOpen ? null : field;
          draw(id);
        },
      },
      make("span", { class: "field-label" }, field.label || field.key,
        field.required && make("b", { title: "Required", "aria-label": "required" }, "*")),
      make("code", {}, field.kind === "group" || field.kind === "info" ? "" : field.key),
      make("span", { class: "kind" }, KIND_NAMES[field.kind]),
    );
    const row = make("li", { class: "field", "data-open": isOpen }, make("div", { class: "field-row" }, head,
      ...(readOnly ? [] : movers(field, index, level, id))));
    if (isOpen)
      row.append(
        createInspector(field, {
          readOnly,
          level,
          outer: above.flatMap((one) => one.level),
          changed(redraw) {
            touched();
            if (redraw) draw(id);
            else {
              const label = row.querySelector(".field-label");
              label.firstChild.data = field.label || field.key;
            }
          },
          remove() {
            level.splice(level.indexOf(field), 1);
            open = null;
            announce(`${field.label || field.key} deleted`);
            touched();
            draw();
          },
          regroup(group) {
            level.splice(level.indexOf(field), 1);
            (group.fields ??= []).push(field);
            touched();
            draw(id);
          },
          ungroup: field.kind === "group" && (() => {
            level.splice(level.indexOf(field), 1, ...(field.fields ?? []));
            touched();
            draw();
          }),
        }),
      );
    if (NESTING.has(field.kind) && field.fields?.length)
      row.append(levelOf(field.fields, [...above, { key: field.key, level }]));
    return row;
  }

  function movers(field, index, level, id) {
    const mover = (step, name, sign) =>
      make(
        "button",
        {
          class: "mover material-symbols-outlined",
          type: "button",
          "aria-label": `Move ${field.label || field.key} ${name}`,
          title: `Move ${name}`,
          "data-focus": `${id}-${name}`,
          disabled: index + step < 0 || index + step >= level.length,
          click() {
            level.splice(index, 1);
            level.splice(index + step, 0, field);
            announce(`${field.label || field.key} is now number ${index + step + 1}`);
            touched();
            draw(`${id}-${name}`);
          },
        },
        sign,
      );
    return [mover(-1, "up", "keyboard_arrow_up"), mover(1, "down", "keyboard_arrow_down")];
  }

  function adders() {
    const adder = (kind, text, label) =>
      make(
        "button",
        {
          class: "adder",
          type: "button",
          click() {
            const keys = new Set(definition.fields.map((field) => field.key));
            let number = 1;
            while (keys.has(`${kind}_${number}`)) number += 1;
            open = { key: `${kind}_${number}`, kind, label };
            definition.fields.push(open);
            touched();
            draw(open.key);
          },
        },
        text,
      );
    return make("div", { class: "adders" },
      adder("group", "Add a group", "New group"),
      adder("info", "Add a text to read", "Please note"),
      adder("yes_no", "Add a question", "New question"));
  }

  draw();
}
