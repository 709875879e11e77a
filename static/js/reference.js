// Swagger UI has dark colours, but shows them only when told to. Runs before the first paint.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("recto.theme");
  } catch {
    // Storage is refused: the system's theme serves.
  }
  const show = () =>
    document.documentElement.classList.toggle("dark-mode", chosen ? chosen === "dark" : dark.matches);
  dark.addEventListener("change", show);
  show();
})();
