import { remember } from "../theme.js";
import { byId } from "./dom.js";

const docked = matchMedia("(width >= 900px)");

/**
 * Opens and closes the side panels: beside the document on wide screens, drawers over it on narrow ones.
 * Search and the list of changes share one side; the list comes back when the search closes.
 * @param {{onSearch: (open: boolean) => void, leave: () => void}} context leave gives the focus back to the document
 */
export function createPanels({ onSearch, leave }) {
  const viewer = byId("viewer");
  const root = document.documentElement;
  const search = byId("search");
  const changes = byId("changes");
  let changesWanted = !changes.hidden && docked.matches;
  const thumbnailsOpen = () =>
    docked.matches ? root.dataset.thumbnails !== "closed" : viewer.dataset.drawer === "thumbnails";

  function show() {
    document
      .querySelector('[data-command="thumbnails"]')
      .setAttribute("aria-pressed", String(thumbnailsOpen()));
    changes.hidden = !changesWanted || !search.hidden;
    for (const [command, panel] of Object.entries({ search, changes }))
      document
        .querySelector(`[data-command="${command}"][aria-pressed]`)
        .setAttribute("aria-pressed", String(!panel.hidden));
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

  function setChanges(open) {
    if (open && !search.hidden) setSearch(false);
    changesWanted = open;
    show();
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
    changesOpen: () => !changes.hidden,
    setChanges,
    closeDrawer,
    /** Closes what lies on top. @returns {boolean} whether there was something to close */
    closeTop() {
      if (viewer.dataset.drawer) closeDrawer();
      else if (!search.hidden) setSearch(false);
      else if (!changes.hidden) setChanges(false);
      else return false;
      leave();
      return true;
    },
  };
}
