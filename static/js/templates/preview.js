/* The document, filled with the sample values. */
import { byId } from "../viewer/dom.js";

const PAUSE_MS = 300;

/**
 * @param {string} url
 * @param {string} token against forged requests
 * @param {() => {definition: object, sample: object}} content what to show now
 */
export function createPreview(url, token, content) {
  const sheet = byId("sheet");
  const trouble = byId("preview-trouble");
  const number = byId("preview-page");
  let page = 0;
  let pages = 1;
  let running = null;
  let timer = 0;

  async function now() {
    clearTimeout(timer);
    running?.abort();
    const own = (running = new AbortController());
    sheet.toggleAttribute("data-busy", true);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ ...content(), page }),
        signal: own.signal,
      });
      if (!response.ok) throw new Error((await response.json()).message);
      page = Number(response.headers.get("X-Page"));
      pages = Number(response.headers.get("X-Pages"));
      await show(await response.blob(), JSON.parse(response.headers.get("X-Warnings") ?? "[]"));
    } catch (error) {
      if (error.name === "AbortError") return;
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
    if (own === running) sheet.removeAttribute("data-busy");
  }

  async function show(blob, warnings) {
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    image.alt = `Page ${page + 1} of the document, filled with sample values`;
    await image.decode();
    const before = sheet.querySelector("img");
    sheet.replaceChildren(image);
    if (before) URL.revokeObjectURL(before.src);
    number.textContent = `Page ${page + 1} of ${pages}`;
    byId("previous-page").disabled = page === 0;
    byId("next-page").disabled = page + 1 >= pages;
    trouble.hidden = !warnings.length;
    trouble.textContent = warnings.join(" ");
  }

  function turn(step) {
    page = Math.max(0, Math.min(pages - 1, page + step));
    now();
  }
  byId("previous-page").addEventListener("click", () => turn(-1));
  byId("next-page").addEventListener("click", () => turn(1));

  return {
    now,
    soon() {
      clearTimeout(timer);
      timer = setTimeout(now, PAUSE_MS);
    },
  };
}
