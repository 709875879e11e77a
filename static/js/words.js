/* What pages say, in the reader's language. The English words are the key to their translation,
   which the server put into the page (apps/portal_ui/words); without one they are said as they are. */

const lang = document.documentElement.lang || "en";
const { words = {}, errors = {} } = JSON.parse(
  document.getElementById("words")?.textContent ?? "{}",
);
const plural = new Intl.PluralRules(lang);
const writer = new Intl.NumberFormat(lang);

/** A number as people of the page's language write it. @param {number} value */
export const number = (value) => writer.format(value);

/**
 * @param {string} text in English; `one thing|{count} things` chooses by `count`
 * @param {Record<string, string | number>} [values] for the places in braces
 */
export function say(text, values = {}) {
  const forms = (words[text] ?? text).split("|");
  const told = forms.length > 1 && plural.select(values.count) !== "one" ? forms[1] : forms[0];
  return told.replace(/\{(\w+)\}/g, (place, name) => {
    const value = values[name] ?? place;
    return typeof value === "number" ? number(value) : value;
  });
}

/** What stands on the keys of a shortcut, such as "Shift Enter". @param {string} shown */
export const keys = (shown) =>
  shown
    .split(" ")
    .map((key) => words[key] ?? key)
    .join(" ");

/**
 * What people read of an error. Of codes that have no translation, what the server says itself.
 * @param {{code?: string, title?: string, detail?: string, remedy?: string}} problem
 */
export function explain(problem) {
  const told = errors[problem.code];
  return told ? { title: told.title, detail: told.cause, remedy: told.remedy } : problem;
}

/** A moment. @param {string | number | Date} moment @param {Intl.DateTimeFormatOptions} looks */
export const when = (moment, looks) => new Date(moment).toLocaleString(lang, looks);

/** The time of day. @param {string | number | Date} moment */
export const clock = (moment) => when(moment, { hour: "2-digit", minute: "2-digit" });
