import { say } from "../../words.js";

/** What each kind of change is called, and its icon. */
export const KINDS = {
  inserted: { word: say("Inserted"), icon: "plus" },
  deleted: { word: say("Deleted"), icon: "minus" },
  replaced: { word: say("Replaced"), icon: "replaced" },
  moved: { word: say("Moved"), icon: "moved" },
  formatted: { word: say("Formatted"), icon: "formatted" },
};

const PLACES = {
  table: say("in a table"),
  header: say("in a header"),
  footer: say("in a footer"),
  footnote: say("in a footnote"),
  endnote: say("in an endnote"),
  textbox: say("in a text box"),
};
/* What the server names as not compared. */
const PARTS = {
  body: say("body"),
  footnotes: say("footnotes"),
  endnotes: say("endnotes"),
  "text boxes": say("text boxes"),
  headers: say("headers"),
  footers: say("footers"),
  pictures: say("pictures"),
  charts: say("charts"),
  diagrams: say("diagrams"),
  "embedded objects": say("embedded objects"),
  comments: say("comments"),
  "style definitions": say("style definitions"),
  "numbering definitions": say("numbering definitions"),
  "field codes": say("field codes"),
  "link targets": say("link targets"),
  formatting: say("formatting"),
  "pages without text": say("pages without text"),
};
const SPOKEN = 90;

/**
 * @typedef {{id: string, kind: keyof typeof KINDS, text: string, new_text?: string, substantive: boolean,
 *   location: string, page: number | null, boxes: number[][],
 *   continued?: {page: number, boxes: number[][]}[],
 *   original?: {page: number | null, boxes: number[][]}}} Change
 * @typedef {{accept_all: boolean, reject_all: boolean, holds: boolean, complete: boolean,
 *   not_compared: string[], details: string[]}} Proof
 * @typedef {{tone: "good" | "partial" | "bad", title: string, text: string, details: string[]}} Verdict
 */

/** Where in the document, unless it is the running text. @param {Change} change */
export const location = (change) => PLACES[change.location] ?? "";

/** Whether a text comparison knows its place in the original alone. @param {Change} change */
export const onlyInOriginal = ({ page, original }) =>
  page === null && (original?.page ?? null) !== null;

/**
 * A changed text that can be seen: white space alone is named, line ends become signs.
 * @param {string} text
 */
export function visible(text) {
  if (text.trim()) return text.trim().replace(/\s*\n\s*/g, " ¶ ");
  if (!text) return say("(no text)");
  if (text.includes("\n")) return say("(paragraph end)");
  return say("(space)|({count} spaces)", { count: text.length });
}

/** A change in a sentence, for people who listen. @param {Change} change @param {boolean} located */
export function spoken(change, located) {
  const quoted = (text) => {
    const words = visible(text);
    return `“${words.length > SPOKEN ? `${words.slice(0, SPOKEN)}…` : words}”`;
  };
  const what = [KINDS[change.kind].word, location(change), quoted(change.text)];
  if (change.kind === "replaced") what.push(say("with"), quoted(change.new_text));
  const lost = onlyInOriginal(change)
    ? say("page {page} of the original", { page: change.original.page + 1 })
    : say("place not known");
  const page = change.page === null ? lost : say("page {page}", { page: change.page + 1 });
  return `${what.filter(Boolean).join(" ")}${located ? `, ${page}` : ""}`;
}

/**
 * What may be said of a comparison. Anything less than a complete proof is said first.
 * @param {Proof} proof
 * @param {number} total of changes
 * @returns {Verdict}
 */
export function judge(proof, total) {
  const missed = proof.not_compared.map((part) => PARTS[part] ?? part);
  if (!proof.holds)
    return {
      tone: "bad",
      title: say("This comparison could not be verified"),
      text: say("Changes may be missing or wrong. Do not rely on it: read both documents."),
      details: [...proof.details, ...missed.map((part) => say("Not compared: {part}", { part }))],
    };
  if (!proof.complete)
    return {
      tone: "partial",
      title: say("Not everything was compared"),
      text: say("Not compared: {parts}. Differences there are not shown.", {
        parts: missed.join(", ") || say("some parts"),
      }),
      details: proof.details,
    };
  return {
    tone: "good",
    title:
      total === 0
        ? say("The two documents have the same text")
        : say("Every change is shown (checked)"),
    text: "",
    details: [],
  };
}
