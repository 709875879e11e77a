import { copyText } from "./clipboard.js";
import { enableLanguages } from "./language.js";
import { toggleTheme } from "./theme.js";

document.getElementById("theme-toggle")?.addEventListener("click", toggleTheme);
if (document.getElementById("language-menu")) enableLanguages();

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    if (await copyText(button.dataset.copy)) button.textContent = button.dataset.copied;
  });
}
