import { announce, icon, make } from "../../viewer/dom.js";
import { dismiss, notify } from "../../viewer/notices.js";
import { say } from "../../words.js";
import { defaults } from "../validation.js";
import { createSlot, newId, star, titleOf } from "./shell.js";

const UNDO_SECONDS = 10;

/** A list of entries that have the same fields. @type {import("./kinds.js").Builder} */
export function createCollection(field, scope, context) {
  const title = titleOf(field);
  const id = newId();
  const values = (scope.values[field.key] ??= []);
  const fresh = () => defaults(field.fields ?? []);
  while (values.length < (field.min_items ?? 0)) values.push(fresh());

  /** @type {{values: object, element: HTMLElement, children: import("./shell.js").Node[], head: Function}[]} */
  const entries = [];
  const list = make("div", { class: "entries" });
  const none = make("p", { class: "help" }, say("No entries yet."));
  const words = make("span");
  const fault = make("p", { class: "field-error", id: `${id}-error`, hidden: true }, icon("alert"));
  fault.append(words);
  const add = make(
    "button",
    {
      class: "button add",
      type: "button",
      "aria-label": say("{name}: add entry", { name: title }),
      "aria-describedby": `${id}-error`,
      click: () => insert(entries.length, fresh()),
    },
    icon("plus"),
    say("Add entry"),
  );
  const content = make(
    "fieldset",
    { class: "section", "data-testid": "field", "data-key": field.key, "data-kind": "collection" },
    make("legend", {}, title, field.required && star()),
    field.help && make("p", { class: "help" }, field.help),
    none,
    list,
    fault,
    add,
  );

  /** @type {import("./shell.js").Node} */
  const node = {
    field,
    ...createSlot(content),
    touched: false,
    path: () => scope.at() + field.key,
    label: () => scope.label() + title,
    children: () => entries.flatMap((entry) => entry.children),
    focus: () => add.focus(),
    tell(message) {
      words.textContent = message;
      fault.hidden = !message;
      content.toggleAttribute("data-fault", Boolean(message));
    },
  };

  function createEntry(entryValues) {
    const number = make("span", { class: "entry-number", "aria-hidden": "true" });
    const element = make("div", { class: "entry", role: "group", "data-testid": "entry" });
    const button = (drawing, run) =>
      make("button", { class: "tool", type: "button", click: run }, icon(drawing));
    const index = () => entries.indexOf(entry);
    const up = button("up", () => move(entry, -1));
    const down = button("down", () => move(entry, 1));
    const remove = button("close", () => take(entry));
    const inner = {
      values: entryValues,
      at: () => `${scope.at()}${field.key}[${index()}].`,
      label: () => `${scope.label()}${title} ${index() + 1} – `,
    };
    const children = context.build(field.fields ?? [], inner);
    element.append(
      make("div", { class: "entry-head" }, number, up, down, remove),
      make("div", { class: "entry-fields" }, ...children.map((child) => child.slot)),
    );
    const entry = { values: entryValues, element, children, up, down, head };

    function head() {
      const at = index() + 1;
      const total = entries.length;
      number.textContent = at;
      element.setAttribute(
        "aria-label",
        say("{name}, entry {number} of {total}", { name: title, number: at, total }),
      );
      up.ariaLabel = up.title = say("Move entry {number} up", { number: at });
      down.ariaLabel = down.title = say("Move entry {number} down", { number: at });
      remove.ariaLabel = remove.title = say("Remove entry {number}", { number: at });
      up.disabled = at === 1;
      down.disabled = at === total;
    }
    return entry;
  }

  function number() {
    for (const entry of entries) entry.head();
    none.hidden = entries.length > 0;
    add.disabled = entries.length >= (field.max_items ?? Infinity);
  }

  function changed() {
    number();
    node.touched = true;
    context.restructured(node);
  }

  function insert(at, entryValues) {
    const entry = createEntry(entryValues);
    values.splice(at, 0, entryValues);
    list.insertBefore(entry.element, entries[at]?.element ?? null);
    entries.splice(at, 0, entry);
    changed();
    announce(say("Entry {number} added.", { number: at + 1 }));
    first(entry)?.focus();
  }

  const first = (entry) => entry.children.find((child) => !child.slot.inert);

  function take(entry) {
    const at = entries.indexOf(entry);
    values.splice(at, 1);
    entries.splice(at, 1);
    entry.element.remove();
    changed();
    (entries[at] ?? entries[at - 1])?.element.querySelector(".tool:last-of-type").focus();
    if (!entries.length) add.focus();
    const text = say("Entry {number} removed.", { number: at + 1 });
    const undo = () => {
      dismiss("removed");
      if (node.slot.isConnected) insert(Math.min(at, entries.length), entry.values);
    };
    dismiss("removed");
    notify("removed", text, { action: { label: say("Undo"), run: undo }, seconds: UNDO_SECONDS });
  }

  function move(entry, by) {
    const from = entries.indexOf(entry);
    const to = from + by;
    for (const order of [values, entries]) order.splice(to, 0, ...order.splice(from, 1));
    const before = entries[to + 1]?.element ?? null;
    list.insertBefore(entry.element, before);
    changed();
    const [same, other] = by < 0 ? [entry.up, entry.down] : [entry.down, entry.up];
    (same.disabled ? other : same).focus();
    announce(say("Now entry {number} of {total}.", { number: to + 1, total: entries.length }));
  }

  for (const entryValues of values) {
    const entry = createEntry(entryValues);
    entries.push(entry);
    list.append(entry.element);
  }
  number();
  return node;
}
