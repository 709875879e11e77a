// Runs before the first paint, so that a remembered theme or panel does not flash in later.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("recto.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (localStorage.getItem("recto.thumbnails") === "closed") root.dataset.thumbnails = "closed";
    const width = Number(localStorage.getItem("recto.thumbnails-width"));
    if (width >= 140 && width <= 360) root.style.setProperty("--thumbnails-width", `${width}px`);
  } catch {
    // Storage is refused in some third-party frames: the system's theme serves.
  }
})();
