const ROOM = 8;

/**
 * Gives a popover menu its place under its button and its keys. The browser opens and closes it.
 * @param {HTMLElement} menu with the popover attribute
 */
export function enableMenu(menu) {
  const buttonOf = ({ id }) => document.querySelector(`[popovertarget="${id}"]`);
  const button = buttonOf(menu);
  // Opened from an item of another menu, it takes that one's place.
  const outer = button.closest("[popover]");
  const place = outer ? buttonOf(outer) : button;
  const items = () =>
    [...menu.querySelectorAll(".menu-item")].filter((item) => item.offsetParent !== null);

  menu.addEventListener("beforetoggle", ({ newState }) => {
    button.setAttribute("aria-expanded", String(newState === "open"));
  });
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    const anchor = place.getBoundingClientRect();
    const left = Math.min(anchor.left, innerWidth - menu.offsetWidth - ROOM);
    menu.style.left = `${Math.max(ROOM, left)}px`;
    menu.style.top = `${anchor.bottom + 6}px`;
    (menu.querySelector('[aria-checked="true"]') ?? items()[0])?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const all = items();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all.at(to % all.length)?.focus();
    }
    if (event.key === "Tab") menu.hidePopover();
  });
  menu.addEventListener("click", (event) => {
    if (event.target.closest(".menu-item")) menu.hidePopover();
  });
}
