import { icon, make } from "../viewer/dom.js";
import { keys, say } from "../words.js";
import { createEditor } from "./editor.js";
import { labelOf, sentence, shownValue, sourceOf, stateOf, sureness } from "./labels.js";
import { createMeter } from "./meter.js";
import { boxOf, needsLook, rulesAbout, valueOf } from "./result.js";

/**
 * A field with its value and what can be done with it.
 * @typedef {{threshold: number, activate: (name: string) => void,
 *   save: (changes: import("./api.js").Change[]) => Promise<void>,
 *   next: (name: string) => void, locate: (name: string) => Promise<{page: number,
 *   box: number[], text: string, value: string} | null>, hover: (name: string) => void}} Context
 * @param {string} name @param {Context} context
 */
export function createRow(name, context) {
  const label = labelOf(name);
  const id = `field-${name.replace(/\W/g, "-")}`;
  const shown = make("span", { class: "row-value" });
  const state = make("span", { class: "row-state" });
  const main = make(
    "button",
    {
      class: "row-main",
      type: "button",
      "aria-describedby": `${id}-rules`,
      "aria-keyshortcuts": "Enter e",
      click: () => context.activate(name),
      focus: () => context.activate(name),
      keydown: (event) => {
        if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        confirm();
      },
      dblclick: () => edit(),
    },
    make("span", { class: "row-label" }, label),
    shown,
    state,
  );
  const rules = make("div", { class: "rules", id: `${id}-rules` });
  const source = make("p", { class: "row-source" });
  const confirmButton = action(say("Confirm"), "check", "Enter", confirm);
  const editButton = action(say("Edit"), "edit", "E", () => edit());
  const pointButton = action(say("Mark place"), "target", "B", locate);
  const absentButton = action(say("Not here"), "close", "X", absent, say("Not on this document"));
  const more = make(
    "div",
    { class: "row-more" },
    source,
    make("div", { class: "actions" }, confirmButton, editButton, pointButton, absentButton),
  );
  const element = make(
    "li",
    {
      class: "row",
      "data-testid": "field",
      "data-name": name,
      pointerenter: () => context.hover(name),
      pointerleave: () => context.hover(""),
    },
    main,
    more,
    rules,
  );
  /** @type {ReturnType<typeof createEditor> | null} */
  let editor = null;
  /** @type {import("./result.js").Value} */
  let value;
  let newest;
  /** What was said and is not answered yet. */
  let pending = 0;

  function action(text, drawing, key, run, long = text) {
    return make(
      "button",
      { class: "button small", type: "button", title: `${long} (${keys(key)})`, click: run },
      icon(drawing),
      text,
    );
  }

  function update(result) {
    newest = result;
    value = valueOf(result, name);
    if (!value) return;
    const about = rulesAbout(result, name);
    const open = !pending && needsLook(result, name, value, context.threshold);
    element.dataset.look = open ? "open" : "rest";
    element.toggleAttribute("data-absent", value.value === null);
    shown.textContent = shownValue(value.value);
    state.replaceChildren(createMeter(value, context.threshold));
    const word = stateOf(value) || sureness(value.confidence, context.threshold);
    main.ariaLabel = `${label}: ${shownValue(value.value)}. ${word}${open ? `, ${say("to check")}` : ""}`;
    rules.replaceChildren(
      ...about.map((rule) =>
        make(
          "p",
          { class: "remark", "data-severity": rule.severity },
          icon("alert"),
          make("span", {}, sentence(rule)),
        ),
      ),
    );
    const place =
      value.page === null
        ? say("Not shown on a page")
        : say("Page {page}", { page: value.page + 1 });
    const written =
      value.text && value.text !== String(value.value)
        ? `, ${say("written “{text}”", { text: value.text })}`
        : "";
    source.textContent = [place, sourceOf(value)].filter(Boolean).join(", ").concat(written);
    confirmButton.hidden = Boolean(value.state);
  }

  async function attempt(change) {
    pending += 1;
    update(newest);
    let fault = null;
    try {
      await context.save([change]);
    } catch (error) {
      if (error.name !== "AbortError") fault = error;
    }
    pending -= 1;
    update(newest);
    if (fault) complain(fault);
  }

  function complain(error) {
    rules.append(
      make(
        "p",
        { class: "remark", "data-severity": "error", role: "alert" },
        icon("alert"),
        make("span", {}, error.detail || error.message),
      ),
    );
  }

  function confirm() {
    if (!value.state && !pending) attempt({ field: name, action: "confirm" });
    context.next(name);
  }

  function absent() {
    attempt({ field: name, action: "correct", value: null });
    context.next(name);
  }

  /** @param {{page: number, box: number[], text: string, value: string}} [placed] */
  function edit(placed) {
    if (editor) return editor.focus();
    let saved = false;
    const told = placed?.value || value.value;
    editor = createEditor(
      { name, type: value.type, value: told },
      {
        async save(typed) {
          const change = { field: name, action: "correct", value: typed };
          if (placed)
            Object.assign(change, { page: placed.page, box: placed.box, text: placed.text });
          if (typed === value.value && !placed && value.value !== null) {
            if (!value.state) await context.save([{ field: name, action: "confirm" }]);
          } else await context.save([change]);
          saved = true;
        },
        leave() {
          editor.element.remove();
          editor = null;
          element.removeAttribute("data-editing");
          if (saved) context.next(name);
          else main.focus();
        },
      },
    );
    element.dataset.editing = "";
    main.after(editor.element);
    editor.focus();
  }

  async function locate() {
    const placed = await context.locate(name);
    if (placed) edit(placed);
    else main.focus();
  }

  return {
    name,
    element,
    update,
    confirm,
    edit: () => edit(),
    absent,
    locate,
    isOpen: () => element.dataset.look === "open",
    isEditing: () => editor !== null,
    type: () => value.type,
    place: () => (value?.polygon ? { page: value.page, box: boxOf(value) } : null),
    focus: () => main.focus({ preventScroll: true }),
    /** @param {boolean} now */
    light(now) {
      element.toggleAttribute("data-active", now);
      if (now) element.scrollIntoView({ block: "nearest" });
    },
    /** @param {boolean} now */
    hover: (now) => element.toggleAttribute("data-hover", now),
  };
}
