/* Plain words for what the server calls by code. */

const SHORT = new Set(["iban", "bic", "vat", "id", "mrz", "vin", "gst", "url", "qr", "no"]);
const SPECIAL = {
  lineItems: "Line items",
  bic: "BIC",
  net: "Net amount",
  tax: "Tax",
  total: "Total",
  dueDate: "Due date",
};
const SOURCES = {
  text: "from the document’s text",
  ocr: "read from the picture",
  xml: "from the embedded invoice data",
  form: "from a form field",
  code: "from a bar code",
  mrz: "from the machine-readable zone",
  person: "typed by a person",
  model: "found by a language model",
};
const STATES = { confirmed: "Confirmed", corrected: "Corrected", added: "Added" };
const HINTS = {
  date: "Year, month, day: 2026-11-22",
  amount: "With a dot and no other marks: 1234.50",
  number: "With a dot and no other marks: 12.5",
  integer: "A whole number",
  currency: "Three letters: EUR",
};
const CLASSES = { unknown: "Unknown kind of document" };

/** "sellerVatId" as people read it: "Seller VAT ID". @param {string} name */
export function labelOf(name) {
  if (SPECIAL[name]) return SPECIAL[name];
  const words = name
    .replace(/[_-]+/g, " ")
    .replace(/([a-z\d])([A-Z])|([a-z])(\d)/g, "$1$3 $2$4")
    .trim()
    .toLowerCase()
    .split(/\s+/);
  const spelled = words.map((word) => (SHORT.has(word) ? word.toUpperCase() : word)).join(" ");
  return spelled.charAt(0).toUpperCase() + spelled.slice(1);
}

/** The name for what somebody typed as a label: "Order number" becomes "orderNumber". */
export function nameOf(label) {
  const words = label
    .replace(/ß/g, "ss")
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .replace(/[^\p{Letter}\p{Number}]+/gu, " ")
    .replace(/[^\x20-\x7e]/g, "")
    .trim()
    .split(/\s+/);
  const joined = words
    .map((word, at) => (at ? word.charAt(0).toUpperCase() + word.slice(1) : lowered(word)))
    .join("");
  return /^[A-Za-z]/.test(joined) ? joined : joined && `field${joined}`;
}

const lowered = (word) =>
  word === word.toUpperCase() ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1);

/** @param {{source?: string}} field */
export const sourceOf = (field) => SOURCES[field.source] ?? "";

/** What a person said of a field, or "". @param {{state?: string, value?: unknown}} field */
export function stateOf(field) {
  if (field.state && field.value === null) return "Not on this document";
  return STATES[field.state] ?? "";
}

/** @param {string} type */
export const hintOf = (type) => HINTS[type] ?? "";

/** How sure the value is, in a word. @param {number} confidence @param {number} threshold */
export function sureness(confidence, threshold) {
  if (confidence >= threshold) return "Sure";
  return confidence >= 0.75 ? "Likely" : "Unsure";
}

/** @param {unknown} value */
export function shownValue(value) {
  if (value === null || value === undefined) return "–";
  if (value === true) return "Yes";
  return value === false ? "No" : String(value);
}

/** "Purchasing: Invoice" as ["Invoice", "Purchasing"]. @param {{class_identifier: string | null, class_name: string | null}} document */
export function classOf({ class_identifier: identifier, class_name: full }) {
  if (CLASSES[identifier]) return [CLASSES[identifier], ""];
  const [context, name] = (full ?? "").split(/:\s*/, 2);
  return name ? [name, context] : [full ?? "", ""];
}

/** A sentence with field names in it, as people read them. @param {{message: string, fields?: string[]}} rule */
export function sentence({ message, fields = [] }) {
  return fields.reduce(
    (text, name) =>
      /[A-Z]/.test(name) ? text.replace(new RegExp(`\\b${name}\\b`, "g"), labelOf(name)) : text,
    message,
  );
}
