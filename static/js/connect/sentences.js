const told = document.getElementById("sentences")?.textContent;

/** A sentence for each code of validation. @type {Record<string, string>} */
export const sentences = JSON.parse(told ?? "{}");
