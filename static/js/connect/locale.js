/* How numbers and moments are written: in the document's language, and in the page's. */

/**
 * @param {string} language such as "de-ch"
 * @returns {{format: (value: number) => string, parse: (text: string) => number | string}}
 *   `format` writes a number out; `parse` returns the text itself where it is no number.
 */
export function numbersOf(language) {
  const known = supported(language);
  // A year or a number of an article keeps its four digits together.
  const writer = new Intl.NumberFormat(known, {
    maximumFractionDigits: 6,
    numberingSystem: "latn",
    useGrouping: "min2",
  });
  const parts = writer.formatToParts(-1234567.5);
  const sign = (type) => parts.find((part) => part.type === type)?.value ?? "";
  const decimal = sign("decimal");
  const group = sign("group");
  // Only whole groups of three: "1.5" is one and a half even where the period groups.
  const groups = { ".": /^-?\d{1,3}(\.\d{3})+(,\d*)?$/, ",": /^-?\d{1,3}(,\d{3})+(\.\d*)?$/ }[
    group
  ];

  function parse(text) {
    // People group with spaces and apostrophes whatever their language does.
    let plain = text.replace(/[\s'’\u202f\u00a0]/g, "").replace(/^[−–]/, "-");
    if (!plain) return "";
    if (groups?.test(plain)) plain = plain.replaceAll(group, "");
    if (!plain.includes(".") && (decimal === "," || group !== ",")) plain = plain.replace(",", ".");
    // More digits than the server takes stay text, so that nothing is rounded unseen.
    return /^-?(\d{1,15}(\.\d{0,6})?|\.\d{1,6})$/.test(plain) ? Number(plain) : text;
  }
  return { format: (value) => writer.format(value), parse };
}

/**
 * The language, if browsers know it, else the page's own.
 * @param {string} language
 */
export function supported(language) {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language)[0] ?? document.documentElement.lang;
  } catch {
    return document.documentElement.lang;
  }
}
