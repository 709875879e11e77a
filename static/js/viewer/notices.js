import { byId, make } from "./dom.js";

const shown = new Map();

/**
 * Shows a quiet line at the foot of the document; the same name replaces the line before.
 * @param {string} name
 * @param {string} text
 * @param {{tone?: "warning", busy?: boolean, action?: {label: string, run: () => void}, seconds?: number}} [options]
 */
export function notify(name, text, { tone, busy, action, seconds } = {}) {
  const words = shown.get(name)?.querySelector("p");
  // A changed number must not build the line anew: focus may be on its button.
  if (words && Boolean(action) === Boolean(shown.get(name).querySelector("button")))
    words.textContent = text;
  else {
    dismiss(name);
    const line = make(
      "div",
      { class: "notice", "data-testid": "notice", "data-notice": name, "data-tone": tone },
      busy && make("span", { class: "spinner" }),
      make("p", {}, text),
      action &&
        make("button", { class: "button", type: "button", click: action.run }, action.label),
    );
    shown.set(name, line);
    byId("notices").append(line);
  }
  if (seconds) setTimeout(dismiss, seconds * 1000, name);
}

/** @param {string} name */
export function dismiss(name) {
  shown.get(name)?.remove();
  shown.delete(name);
}
