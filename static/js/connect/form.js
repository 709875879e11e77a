import { announce, make } from "../viewer/dom.js";
import { createField } from "./fields/kinds.js";
import { numbersOf, supported } from "./locale.js";
import { clean, kindOf } from "./validation.js";
import { sentences } from "./sentences.js";

const LAYOUT = new Set(["group", "info"]);
const MISSED = new Set(["required", "too_few"]);

/**
 * @typedef {{label: string, message: string, focus: () => void}} Complaint
 */

/**
 * The fields of a template with their values, which `values` holds and the fields write into.
 * @param {{fields: import("./validation.js").Field[]}} definition
 * @param {Record<string, any>} values
 * @param {{language: string, api: ReturnType<import("./api.js").createApi>,
 *   onChange: () => void, onCheck: (missed: number) => void}} options
 */
export function createForm(definition, values, { language, api, onChange, onCheck }) {
  const uploads = new Set();
  /** What the server said at the last attempt to finish, until the field changes. */
  const refused = new Map();
  let strict = false;

  /** @type {import("./fields/shell.js").Context} */
  const context = {
    language: supported(language),
    numbers: numbersOf(language),
    api,
    uploads,
    build: (fields, scope) => fields.map((field) => createField(field, scope, context)),
    changed(node) {
      refused.delete(node.path());
      check();
      onChange();
    },
    restructured() {
      // Entries have other numbers now: what was said of the old ones says nothing.
      refused.clear();
      check();
      onChange();
    },
    left(node) {
      const faults = check();
      const told = node.touched && faults.get(node.path());
      if (told) announce(`${node.label()}: ${told}`);
    },
  };

  const nodes = context.build(definition.fields, { values, at: () => "", label: () => "" });
  const element = make("form", { class: "fields", novalidate: true, autocomplete: "off" });
  // Enter in a field must not finish the document.
  element.addEventListener("submit", (event) => event.preventDefault());
  element.append(...nodes.map((node) => node.slot));

  function* walk(level = nodes) {
    for (const node of level) {
      yield node;
      if (node.children) yield* walk(node.children());
    }
  }

  /* Layout has no value, but may have the key of a field. */
  const placeOf = (field, path) => (LAYOUT.has(kindOf(field)) ? `${path}#` : path);

  /** Looks at everything: what is there, what is wrong. Returns the message of each path. */
  function check() {
    const shown = new Map();
    const visit = (field, path, shows) => shown.set(placeOf(field, path), shows);
    const { errors } = clean(definition, values, { texts: sentences, visit });
    const faults = new Map([...refused, ...errors.map(({ path, message }) => [path, message])]);
    for (const node of walk()) {
      const path = node.path();
      const shows = shown.get(placeOf(node.field, path)) ?? true;
      node.show(shows);
      const own = shows && node.localFault?.();
      if (own) faults.set(path, own);
      node.tell((strict || node.touched) && shows ? (faults.get(path) ?? "") : "");
    }
    onCheck(errors.filter(({ code }) => MISSED.has(code)).length);
    return faults;
  }

  /** @returns {Complaint[]} in the order of the page; faults of no field come last */
  function complaints() {
    const faults = check();
    const found = [];
    for (const node of walk()) {
      const path = node.path();
      if (LAYOUT.has(kindOf(node.field)) || !faults.has(path)) continue;
      found.push({ label: node.label(), message: faults.get(path), focus: () => node.focus() });
      faults.delete(path);
    }
    const others = [...faults].map(([path, message]) => ({ label: path, message, focus() {} }));
    return [...found, ...others];
  }

  check();
  return {
    element,
    values: () => values,
    /** Shows every fault from now on. @returns {Complaint[]} */
    insist() {
      strict = true;
      return complaints();
    },
    /** @param {import("./validation.js").FieldError[]} errors of the server @returns {Complaint[]} */
    refuse(errors) {
      strict = true;
      for (const { path, message } of errors) refused.set(path, message);
      return complaints();
    },
    complaints,
    /** Resolves when no picture is on its way any more. */
    settled: () => Promise.all(uploads),
  };
}
