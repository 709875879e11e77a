/**
 * Switches between light and dark and remembers the choice where storage is allowed.
 * @returns {"light" | "dark"} the theme now shown
 */
export function toggleTheme() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const next = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  remember("theme", next);
  return next;
}

/**
 * Keeps a small choice for the next visit; does nothing where storage is refused.
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`recto.${name}`, value);
  } catch {
    // Third-party frames may refuse storage: the choice then lasts for this visit.
  }
}
