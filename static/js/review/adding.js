import { byId, make } from "../viewer/dom.js";
import { say } from "../words.js";
import { createInput, read, reason } from "./editor.js";
import { hintOf, labelOf, nameOf } from "./labels.js";

const TYPES = [
  ["text", say("Text")],
  ["amount", say("Amount")],
  ["date", say("Date")],
  ["number", say("Number")],
  ["currency", say("Currency")],
  ["code", say("Code")],
  ["boolean", say("Yes or no")],
];
const KNOWN = {
  date: ["issueDate", "date", "dueDate", "birthDate", "expiryDate"],
  amount: ["total", "net", "tax"],
};

/**
 * Asks what a new field is called and what it says.
 * @param {{name?: string, placed: {page: number, box: number[], text: string} | null,
 *   names: string[], save: (change: import("./api.js").Change) => Promise<void>}} wanted
 * @returns {Promise<string>} the new field's name, blank when it was given up
 */
export function askForField({ name = "", placed, names, save }) {
  const dialog = byId("adding");
  const { promise, resolve } = Promise.withResolvers();
  let added = "";

  const label = make("input", {
    class: "field",
    id: "adding-name",
    list: "adding-names",
    autocomplete: "off",
    required: true,
    maxlength: 80,
  });
  label.value = name && labelOf(name);
  const kind = make(
    "select",
    { class: "field", id: "adding-type" },
    ...TYPES.map(([value, text]) => make("option", { value }, text)),
  );
  const hint = make("p", { class: "hint", id: "adding-hint" });
  const fault = make("p", { class: "field-error", role: "alert" });
  const attributes = { id: "adding-value", "aria-describedby": "adding-hint" };
  let value = createInput("text", placed?.text ?? "", attributes);

  const chosen = () =>
    names.find((known) => labelOf(known) === label.value.trim()) ?? nameOf(label.value);

  function setKind() {
    const next = createInput(kind.value, read(value) ?? "", attributes);
    value.replaceWith(next);
    value = next;
    hint.textContent = hintOf(kind.value);
  }

  kind.addEventListener("change", setKind);
  label.addEventListener("change", () => {
    const guess = Object.keys(KNOWN).find((type) => KNOWN[type].includes(chosen()));
    const byEnd = /date$/i.test(chosen()) ? "date" : /(amount|total)$/i.test(chosen()) && "amount";
    if (guess || byEnd) {
      kind.value = guess || byEnd;
      setKind();
    }
  });

  async function submit(event) {
    event.preventDefault();
    const field = chosen();
    if (!field) {
      fault.textContent = say("Give the field a name, for example “Order number”.");
      label.focus();
      return;
    }
    const change = { field, action: "add", value: read(value), type: kind.value };
    if (placed) Object.assign(change, { page: placed.page, box: placed.box, text: placed.text });
    try {
      await save(change);
      added = field;
      dialog.close();
    } catch (error) {
      if (error.name === "AbortError") return dialog.close();
      fault.textContent = reason(error);
      value.focus();
    }
  }

  const row = (id, text, ...content) =>
    make("div", { class: "adding-row" }, make("label", { for: id }, text), ...content);

  byId("adding-body").replaceChildren(
    make(
      "form",
      { id: "adding-form", novalidate: true, submit },
      row(
        "adding-name",
        say("Name"),
        label,
        make(
          "datalist",
          { id: "adding-names" },
          ...names.map((one) => make("option", { value: labelOf(one) })),
        ),
      ),
      row("adding-type", say("Kind"), kind),
      row(
        "adding-value",
        placed ? say("Value, as it stands in the box") : say("Value"),
        value,
        hint,
      ),
      fault,
      make(
        "div",
        { class: "dialog-actions" },
        make("button", { class: "button", type: "button", "data-close": true }, say("Cancel")),
        make("button", { class: "button primary", type: "submit" }, say("Add field")),
      ),
    ),
  );
  dialog.addEventListener("close", () => resolve(added), { once: true });
  dialog.showModal();
  (name ? value : label).focus();
  return promise;
}
