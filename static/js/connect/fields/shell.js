import { icon, make } from "../../viewer/dom.js";
import { say } from "../../words.js";
import { kindOf } from "../validation.js";

let made = 0;
/** An id no other element has. */
export const newId = () => `field-${++made}`;

/**
 * @typedef {{values: Record<string, any>, at: () => string, label: () => string}} Scope
 *   the values of one level, where it is ("Positions[2].") and what people call it ("Positions 2 – ")
 * @typedef {{field: import("../validation.js").Field, slot: HTMLElement, path: () => string,
 *   label: () => string, show: (shown: boolean) => void, tell: (message: string) => void,
 *   focus: () => void, children?: () => Node[], localFault?: () => string,
 *   touched: boolean, typed?: boolean}} Node  `touched`: its fault may be told by now
 * @typedef {{language: string, numbers: ReturnType<import("../locale.js").numbersOf>,
 *   api: ReturnType<import("../api.js").createApi>, uploads: Set<Promise<void>>,
 *   changed: (node: Node) => void, left: (node: Node) => void, restructured: (node: Node) => void,
 *   build: (fields: import("../validation.js").Field[], scope: Scope) => Node[]}} Context
 */

/** What a field is called. @param {import("../validation.js").Field} field */
export const titleOf = (field) => field.label || field.key;

/** The mark of a required field; what listens to the page reads the control's own attribute. */
export const star = () =>
  make("span", { class: "star", "aria-hidden": "true", title: say("required") }, "*");

/**
 * A place in the form that can be empty: it opens and closes without a jump.
 * @param {HTMLElement} content
 */
export function createSlot(content) {
  const slot = make("div", { class: "slot" }, make("div", { class: "slot-inner" }, content));
  return {
    slot,
    show(shown) {
      slot.toggleAttribute("data-closed", !shown);
      slot.inert = !shown;
    },
  };
}

/**
 * What every field has around its control: label, help, a place for a fault.
 * @param {import("../validation.js").Field} field
 * @param {Scope} scope
 * @param {Context} context
 * @param {{group?: boolean, before?: boolean}} [options] `group`: the control is several elements;
 *   `before`: the control brings its own label
 */
export function createShell(field, scope, context, { group = false, before = false } = {}) {
  const id = newId();
  const title = titleOf(field);
  const label = make(
    group ? "span" : "label",
    { class: "label", id: `${id}-label`, for: group ? null : id },
    title,
    field.required && star(),
  );
  const help = field.help && make("p", { class: "help", id: `${id}-help` }, field.help);
  const words = make("span");
  const fault = make("p", { class: "field-error", id: `${id}-error`, hidden: true }, icon("alert"));
  fault.append(words);
  const body = make("div", { class: "control" });
  const row = make(
    "div",
    { class: "row", "data-testid": "field", "data-key": field.key, "data-kind": kindOf(field) },
    !before && label,
    !before && help,
    body,
    before && help,
    fault,
  );
  const { slot, show } = createSlot(row);
  const described = [help && `${id}-help`, `${id}-error`].filter(Boolean).join(" ");
  let control = null;

  /** @type {Node} */
  const node = {
    field,
    slot,
    show,
    touched: false,
    typed: false,
    path: () => scope.at() + field.key,
    label: () => scope.label() + title,
    focus: () => control.focus(),
    tell(message) {
      words.textContent = message;
      fault.hidden = !message;
      row.toggleAttribute("data-fault", Boolean(message));
      if (message) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    },
  };

  return {
    node,
    id,
    body,
    row,
    label,
    get: () => scope.values[field.key],
    /** @param {unknown} value */
    set(value) {
      scope.values[field.key] = value;
      node.typed = true;
      context.changed(node);
    },
    left() {
      node.touched ||= node.typed;
      context.left(node);
    },
    /** The element that holds focus and hears of faults. @param {HTMLElement} element */
    hold(element) {
      control = element;
      element.setAttribute("aria-describedby", described);
      if (field.required) element.setAttribute("aria-required", "true");
    },
  };
}
