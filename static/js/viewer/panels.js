import { remember } from "../theme.js";
import { byId } from "./dom.js";

const docked = matchMedia("(width >= 900px)");

/**
 * Opens and closes the side panels: beside the document on wide screens, drawers over it on narrow ones.
 * @param {{onSearch: (open: boolean) => void, leave: () => void}} context leave gives the focus back to the document
 */
export function createPanels({ onSearch, leave }) {
  const viewer = byId("viewer");
  const root = document.documentElement;
  const search = byId("search");
  const thumbnailsOpen = () =>
    docked.matches ? root.dataset.thumbnails !== "closed" : viewer.dataset.drawer === "thumbnails";

  function show() {
    document
      .querySelector('[data-command="thumbnails"]')
      .setAttribute("aria-pressed", String(thumbnailsOpen()));
    document
      .querySelector('[data-command="search"]')
      .setAttribute("aria-pressed", String(!search.hidden));
    byId("scrim").hidden = viewer.dataset.drawer === undefined;
  }

  function closeDrawer() {
    delete viewer.dataset.drawer;
    show();
  }

  function setSearch(open) {
    search.hidden = !open;
    if (open) closeDrawer();
    show();
    onSearch(open);
  }

  byId("scrim").addEventListener("click", closeDrawer);
  docked.addEventListener("change", closeDrawer);
  show();

  return {
    searchOpen: () => !search.hidden,
    toggleThumbnails() {
      if (docked.matches) {
        const now = thumbnailsOpen() ? "closed" : "open";
        root.dataset.thumbnails = now;
        remember("thumbnails", now);
      } else if (thumbnailsOpen()) delete viewer.dataset.drawer;
      else {
        viewer.dataset.drawer = "thumbnails";
        byId("thumbnails").querySelector('[tabindex="0"]')?.focus();
      }
      show();
    },
    setSearch,
    closeDrawer,
    /** Closes what lies on top. @returns {boolean} whether there was something to close */
    closeTop() {
      if (viewer.dataset.drawer) closeDrawer();
      else if (!search.hidden) setSearch(false);
      else return false;
      leave();
      return true;
    },
  };
}
