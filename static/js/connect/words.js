/* What the page says in its own name; the server put it into the page in the reader's language. */

const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
const words = read("words");
const plural = new Intl.PluralRules(document.documentElement.lang);

/** A sentence for each code of validation. @type {Record<string, string>} */
export const sentences = read("sentences");

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for the places in braces; `count` chooses
 *   between the forms of a number
 */
export function say(key, values = {}) {
  const text =
    words[key] ?? words[`${key}.${plural.select(values.count)}`] ?? words[`${key}.other`] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
