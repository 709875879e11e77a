import { sleep } from "./connection.js";
import { enableMenu } from "./viewer/menus.js";

const YEAR_S = 365 * 24 * 3600;
/* So long what was typed may take to be saved; after that the page's own guard asks. */
const PATIENCE_MS = 3000;

/**
 * Lets the person choose the language of the pages, which the server writes them in.
 * @param {() => Promise<unknown>} [settle] saves what is typed and not saved yet
 */
export function enableLanguages(settle = async () => {}) {
  const menu = document.getElementById("language-menu");
  enableMenu(menu);
  menu.addEventListener("click", async ({ target }) => {
    const item = target.closest("[data-language]");
    if (!item) return;
    await Promise.race([settle(), sleep(PATIENCE_MS)]);
    keep(item.dataset.language);
    location.reload();
  });
}

/* Without one, session and browser say the language. Names: COOKIES in apps/portal_ui/words.py. */
function keep(language) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const framed = window !== window.top;
  // In a frame of another site, browsers keep and send partitioned cookies only.
  if (framed || !language) write("__Host-recto-language", language, "; Secure; SameSite=None; Partitioned");
  if (!framed || !language) write("recto-language", language, `${secure}; SameSite=Lax`);
}

function write(name, value, flags) {
  document.cookie = `${name}=${value}; Path=/; Max-Age=${value ? YEAR_S : 0}${flags}`;
}
