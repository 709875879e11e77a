import { make } from "../viewer/dom.js";

/**
 * Puts a copy of the work on the person's own disk.
 * @param {Blob} content @param {string} name
 */
export function keepCopy(content, name) {
  const address = URL.createObjectURL(content);
  const link = make("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
