import { explain, say } from "../words.js";

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
  text: say("from the document’s text"),
  ocr: say("read from the picture"),
  xml: say("from the embedded invoice data"),
  form: say("from a form field"),
  code: say("from a bar code"),
  mrz: say("from the machine-readable zone"),
  person: say("typed by a person"),
  model: say("found by a language model"),
};
const STATES = {
  confirmed: say("Confirmed"),
  corrected: say("Corrected"),
  added: say("Added"),
};
const HINTS = {
  date: say("Year, month, day: 2026-11-22"),
  amount: say("With a dot and no other marks: 1234.50"),
  number: say("With a dot and no other marks: 12.5"),
  integer: say("A whole number"),
  currency: say("Three letters: EUR"),
};
const CLASSES = {
  receipt: [say("Receipt"), say("Purchasing")],
  invoice: [say("Invoice"), say("Purchasing")],
  "bank-statement": [say("Bank statement"), say("Banking")],
  "utility-bill": [say("Utility bill"), say("Property")],
  payslip: [say("Payslip"), say("Employment")],
  passport: [say("Passport"), say("Identity")],
  "identity-card": [say("Identity card"), say("Identity")],
  visa: [say("Visa"), say("Identity")],
  "driving-licence": [say("Driving licence"), say("Identity")],
  contract: [say("Contract"), say("Legal")],
  unknown: [say("Unknown kind of document"), ""],
};

/** "sellerVatId" as people read it: "Seller VAT ID". @param {string} name */
export const labelOf = (name) => say(SPECIAL[name] ?? spelled(name));

function spelled(name) {
  const words = name
    .replace(/[_-]+/g, " ")
    .replace(/([a-z\d])([A-Z])|([a-z])(\d)/g, "$1$3 $2$4")
    .trim()
    .toLowerCase()
    .split(/\s+/);
  const text = words.map((word) => (SHORT.has(word) ? word.toUpperCase() : word)).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
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

/** Where a value is from. @param {{source?: string, by?: string}} field */
export function sourceOf({ source, by }) {
  if (source === "person" && by) return say("typed by {by}", { by });
  return SOURCES[source] ?? "";
}

/** What a person said of a field, or "". @param {{state?: string, value?: unknown}} field */
export function stateOf(field) {
  if (field.state && field.value === null) return say("Not on this document");
  return STATES[field.state] ?? "";
}

/** @param {string} type */
export const hintOf = (type) => HINTS[type] ?? "";

const SURE = { sure: say("Sure"), likely: say("Likely"), unsure: say("Unsure") };

/** @param {number} confidence @param {number} threshold @returns {keyof typeof SURE} */
export const levelOf = (confidence, threshold) =>
  confidence >= threshold ? "sure" : confidence >= 0.75 ? "likely" : "unsure";

/** How sure the value is, in a word. @param {number} confidence @param {number} threshold */
export const sureness = (confidence, threshold) => SURE[levelOf(confidence, threshold)];

/** @param {unknown} value */
export function shownValue(value) {
  if (value === null || value === undefined) return "–";
  if (value === true) return say("Yes");
  return value === false ? say("No") : String(value);
}

/** "Purchasing: Invoice" as ["Invoice", "Purchasing"]. @param {{class_identifier: string | null, class_name: string | null}} document */
export function classOf({ class_identifier: identifier, class_name: full }) {
  if (CLASSES[identifier]) return CLASSES[identifier];
  const [context, name] = (full ?? "").split(/:\s*/, 2);
  return name ? [name, context] : [full ?? "", ""];
}

/**
 * What a rule or a warning says, with field names as people read them.
 * @param {{code: string, message: string, fields?: string[]}} rule
 */
export function sentence({ code, message, fields = [] }) {
  return fields.reduce(
    (text, name) =>
      /[A-Z]/.test(name) ? text.replace(new RegExp(`\\b${name}\\b`, "g"), labelOf(name)) : text,
    explain({ code, title: message }).title,
  );
}
