/**
 * Puts text on the clipboard, also where the modern interface is missing (plain http).
 * @param {string} text
 * @returns {Promise<boolean>} whether it worked
 */
export async function copyText(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const put = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData.setData("text/plain", text);
  };
  document.addEventListener("copy", put, { capture: true, once: true });
  return document.execCommand("copy");
}
