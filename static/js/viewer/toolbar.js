import { byId, make } from "./dom.js";
import { percent } from "./zoom.js";

const MENU_STEPS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
const MODES = { auto: "fit-auto", width: "fit-width", page: "fit-page" };

/**
 * The toolbar: the page box, the zoom level and its menu. Its buttons carry commands.
 * @param {{store: ReturnType<import("./state.js").createStore>, goTo: (page: number) => void,
 *   zoomTo: (zoom: number) => void, leave: () => void}} context leave gives the focus back to the document
 */
export function createToolbar({ store, goTo, zoomTo, leave }) {
  const input = byId("page-input");
  const menu = byId("zoom-menu");
  const steps = MENU_STEPS.map((zoom) =>
    make(
      "button",
      {
        class: "menu-item",
        type: "button",
        role: "menuitemradio",
        "data-zoom": zoom,
        click: () => zoomTo(zoom),
      },
      make("span", {}, percent(zoom)),
    ),
  );
  menu.append(...steps);

  store.on("page", ({ page }) => {
    if (document.activeElement !== input) input.value = String(page + 1);
    showEnds(store.get());
  });
  store.on("pageCount", showCount);
  store.on("session", showCount);
  store.on("zoom", showZoom);
  store.on("zoomMode", showZoom);

  function showCount(state) {
    const known = state.session?.document?.pages ?? null;
    byId("page-count").textContent =
      state.pageCount === 0 ? "…" : `${state.pageCount}${known === null ? "+" : ""}`;
    byId("page-count").parentElement.style.setProperty("--digits", String(state.pageCount).length);
    showEnds(state);
  }

  function showEnds({ page, pageCount }) {
    document.querySelector('.toolbar [data-command="previous-page"]').disabled = page <= 0;
    document.querySelector('.toolbar [data-command="next-page"]').disabled = page >= pageCount - 1;
  }

  function showZoom({ zoom, zoomMode }) {
    byId("zoom-level").textContent = percent(zoom);
    for (const item of menu.querySelectorAll(".menu-item")) {
      const here =
        zoomMode === "free"
          ? Math.abs(Number(item.dataset.zoom) - zoom) < 0.005
          : item.dataset.command === MODES[zoomMode];
      item.setAttribute("aria-checked", String(here));
    }
  }

  function restore() {
    input.value = String(store.get().page + 1);
  }

  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", restore);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      const wanted = Number.parseInt(input.value, 10);
      if (Number.isNaN(wanted)) return restore();
      goTo(wanted - 1);
      leave();
    } else if (event.key === "Escape") leave();
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      goTo(store.get().page + (event.key === "ArrowUp" ? -1 : 1));
      restore();
      input.select();
    }
  });

  // All tools can be reached with Tab; the arrow keys are the shorter way.
  document.querySelector(".toolbar").addEventListener("keydown", (event) => {
    if (event.target === input) return;
    const forward = getComputedStyle(input).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = event.key === forward ? 1 : /^Arrow(Left|Right)$/.test(event.key) ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const tools = [...document.querySelectorAll(".toolbar :is(button, input)")].filter(
      (tool) => tool.offsetParent && !tool.disabled,
    );
    tools.at((tools.indexOf(event.target) + step) % tools.length).focus();
  });
}
