import { icon, make } from "../viewer/dom.js";
import { say } from "../words.js";
import { hintOf, labelOf } from "./labels.js";

const KEYBOARDS = { amount: "decimal", number: "decimal", integer: "numeric" };
let last = 0;

/**
 * A place to type a value. What is wrong with it, the server says.
 * @param {{name: string, type: string, value: string | boolean | null}} field
 * @param {{save: (value: string | boolean | null) => Promise<void>, leave: () => void,
 *   more?: (HTMLElement | false)[]}} options `leave`: it is over, saved or not
 */
export function createEditor({ name, type, value }, { save, leave, more = [] }) {
  const id = `edit-${(last += 1)}`;
  const label = say("{label}, new value", { label: labelOf(name.split(".").at(-1)) });
  const input = createInput(type, value, { id, "aria-label": label, "data-testid": "edit" });
  const fault = make("p", { class: "field-error", id: `${id}-fault`, role: "alert" });
  const hint = hintOf(type);
  input.setAttribute("aria-describedby", `${id}-fault ${id}-hint`);

  async function submit(event) {
    event?.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    try {
      await save(read(input));
      leave();
    } catch (error) {
      form.ariaBusy = null;
      if (error.name === "AbortError") return;
      fault.replaceChildren(icon("alert"), make("span", {}, reason(error)));
      input.ariaInvalid = "true";
      input.focus();
    }
  }

  const form = make(
    "form",
    { class: "editor", novalidate: true, autocomplete: "off", submit },
    input,
    hint && make("p", { class: "hint", id: `${id}-hint` }, hint),
    fault,
    make(
      "div",
      { class: "actions" },
      make("button", { class: "button primary small", type: "submit" }, say("Save")),
      make(
        "button",
        { class: "button small", type: "button", click: () => leave() },
        say("Cancel"),
      ),
      ...more,
    ),
  );
  form.addEventListener("keydown", (event) => {
    const typing = event.target === input;
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
    } else if (event.key === "Enter" && typing && !event.shiftKey) submit(event);
    event.stopPropagation();
  });

  return {
    element: form,
    focus() {
      input.focus();
      input.select?.();
    },
  };
}

/** @param {string} type @param {string | boolean | null} value @param {object} attributes */
export function createInput(type, value, attributes) {
  const text = value === null || value === undefined ? "" : String(value);
  const look = { class: "field", spellcheck: "false", ...attributes };
  if (type === "boolean") {
    const select = make(
      "select",
      look,
      make("option", { value: "true" }, say("Yes")),
      make("option", { value: "false" }, say("No")),
    );
    select.value = text === "true" ? "true" : "false";
    select.dataset.kind = "boolean";
    return select;
  }
  const long = text.length > 48 || text.includes("\n");
  const input = make(long ? "textarea" : "input", {
    ...look,
    inputmode: KEYBOARDS[type],
    rows: long ? Math.min(6, text.split("\n").length + 1) : null,
  });
  input.value = text;
  return input;
}

/** @param {HTMLInputElement | HTMLSelectElement} input */
export function read(input) {
  if (input.dataset.kind === "boolean") return input.value === "true";
  return input.value.trim() || null;
}

/** What the server said, without where in the request it was. @param {any} error */
export function reason(error) {
  const text = (error.detail || error.message || say("It could not be saved.")).replace(
    /^changes\[\d+\](?:\.\w+)?: /,
    "",
  );
  return text.charAt(0).toUpperCase() + text.slice(1);
}
