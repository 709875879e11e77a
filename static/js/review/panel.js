import { byId, icon, make } from "../viewer/dom.js";
import { percent } from "../viewer/zoom.js";
import { say } from "../words.js";
import { classOf, labelOf, sentence, sureness } from "./labels.js";
import { cellsToCheck, countLeft, needsLook, valuesOf } from "./result.js";
import { createRow } from "./row.js";
import { createTable } from "./table.js";

const CELL = /^(.+)\[\d+\]\./;

/**
 * What was read from the open document: what needs a look first, then the rest.
 * @param {{save: (changes: object[]) => Promise<void>, light: (name: string) => void,
 *   hover: (name: string) => void, locate: (name: string) => Promise<object | null>,
 *   add: (name?: string) => void, threshold: () => number}} page
 */
export function createPanel(page) {
  const [open, rest] = [byId("open-fields"), byId("rest-fields")];
  const finishButton = byId("finish");
  /** @type {(ReturnType<typeof createRow> | ReturnType<typeof createTable>)[]} */
  let rows = [];
  /** Those of documents that were left with a value half typed, by document. */
  const left = new Map();
  let shown = "";
  let active = "";

  const context = {
    get threshold() {
      return page.threshold();
    },
    activate,
    save: page.save,
    next: goOn,
    locate: page.locate,
    hover: page.hover,
  };

  /* The order stays while a document is open: nothing moves away under somebody's hands. */
  function build(result) {
    const { threshold } = context;
    const fields = Object.entries(result.fields);
    const isOpen = ([name, value]) => needsLook(result, name, value, threshold);
    const openTables = result.tables.filter((one) => cellsToCheck(result, one, threshold).length);
    const restTables = result.tables.filter((one) => !openTables.includes(one));
    const made = (names, create) => names.map((name) => create(name, context));
    const names = (entries) => entries.map(([name]) => name);
    const tables = (list) =>
      made(
        list.map(({ name }) => name),
        createTable,
      );
    const first = [...made(names(fields.filter(isOpen)), createRow), ...tables(openTables)];
    const then = [
      ...made(names(fields.filter((entry) => !isOpen(entry))), createRow),
      ...tables(restTables),
    ];
    return { first, then };
  }

  function lay({ first, then }) {
    rows = [...first, ...then];
    open.replaceChildren(...first.map(({ element }) => element));
    rest.replaceChildren(...then.map(({ element }) => element));
    byId("fields").scrollTop = 0;
    active = "";
  }

  /* A value that is half typed is still there when somebody comes back to its document. */
  function turn(id, result) {
    const within = (list) => rows.filter(({ element }) => list.contains(element));
    if (isEditing()) left.set(shown, { first: within(open), then: within(rest) });
    lay(left.get(id) ?? build(result));
    left.delete(id);
    shown = id;
  }

  const isEditing = () => rows.some((row) => row.isEditing());

  function append(name, create) {
    const row = create(name, context);
    rows.push(row);
    rest.append(row.element);
  }

  function show(id, result) {
    if (id !== shown) turn(id, result);
    const tables = new Set(result.tables.map(({ name }) => name));
    for (const name of Object.keys(result.fields))
      if (!rows.some((row) => row.name === name)) append(name, createRow);
    for (const name of tables)
      if (!rows.some((row) => row.name === name)) append(name, createTable);
    // An addition that was taken back is gone.
    rows = rows.filter((row) => {
      const stays = row.name in result.fields || tables.has(row.name);
      if (!stays) row.element.remove();
      return stays;
    });
    for (const row of rows) row.update(result);
    byId("open-section").hidden = !open.childElementCount;
    byId("rest-section").hidden = !rest.childElementCount;
    byId("rest-title").textContent = open.childElementCount ? say("The rest") : say("Fields");
    byId("no-fields").hidden = rows.length > 0;
    head(result);
    remarks(result);
    foot(result);
  }

  function head(result) {
    const [name, contextName] = classOf(result);
    byId("class-name").textContent = name;
    byId("class-context").textContent = contextName;
    byId("class-sure").textContent =
      result.class_identifier === "unknown"
        ? ""
        : `${sureness(result.confidence, context.threshold)}, ${percent(result.confidence)}`;
    const { author, version } = result;
    byId("author").textContent =
      author?.kind === "person"
        ? say("Version {version}, by {author}", { version, author: author.name || say("a person") })
        : say("Version {version}, as it was read", { version });
  }

  /* What is said of no field that is shown, stands above them. */
  function remarks(result) {
    const known = new Set(rows.map((row) => row.name));
    const rules = result.validations.filter(
      ({ fields }) => !fields.some((name) => known.has(name)),
    );
    const missing = (rule) => rule.fields.find((name) => /^[A-Za-z][\w-]*$/.test(name));
    const entries = [
      ...rules.map((rule) =>
        remark(rule.severity, sentence(rule), missing(rule) && addButton(missing(rule))),
      ),
      ...result.warnings.map((warning) => remark("warning", warned(warning))),
    ];
    byId("remarks").replaceChildren(...entries);
    byId("remarks").hidden = !entries.length;
  }

  function warned(warning) {
    const message = sentence(warning);
    if (warning.page === null) return message;
    return say("Page {page}: {message}", { page: warning.page + 1, message });
  }

  const addButton = (name) =>
    make(
      "button",
      { class: "button small", type: "button", click: () => page.add(name) },
      say("Add {label}", { label: labelOf(name) }),
    );

  const remark = (severity, text, more) =>
    make(
      "li",
      { class: "remark", "data-severity": severity },
      icon("alert"),
      make("span", {}, text),
      more,
    );

  function foot(result) {
    const left = countLeft(result, context.threshold);
    const checked = Boolean(result.review);
    byId("left").textContent = checked
      ? say("This document is checked")
      : left
        ? say("{count} left to check|{count} left to check", { count: left })
        : say("Nothing left to check");
    byId("left").toggleAttribute("data-done", !left || checked);
    finishButton.dataset.ready = String(!left);
    finishButton.classList.toggle("primary", !left);
    byId("finish-words").textContent = checked
      ? say("Next document")
      : left
        ? say("Next field to check")
        : say("Mark as checked");
    byId("confirm-all").hidden = !left;
  }

  /* ---- moving ---- */

  function activate(name) {
    const holder = CELL.exec(name)?.[1] ?? name;
    const row = rows.find((one) => one.name === holder);
    if (active !== holder) {
      // What closes above must not move the row away from under a pointer.
      const top = row.element.getBoundingClientRect().top;
      current()?.light(false);
      byId("fields").scrollTop += row.element.getBoundingClientRect().top - top;
      active = holder;
    }
    row.light(true);
    page.light(name);
  }

  const current = () => rows.find((row) => row.name === active);

  /* After a field is dealt with: the next one that needs a look, else the end of the document. */
  function goOn(name) {
    const at = rows.findIndex((row) => row.name === name);
    const inOrder = [...rows.slice(at + 1), ...rows.slice(0, at)];
    const wasRest = rest.contains(rows[at].element);
    const next = inOrder.find((row) => row.isOpen());
    if (next && !wasRest) next.focus();
    else if (wasRest && rows[at + 1]) rows[at + 1].focus();
    else finishButton.focus();
  }

  function step(by) {
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row.name === active);
    if (at < 0) rows[0].focus();
    else if (rows[at + by]) rows[at + by].focus();
    else if (by > 0) finishButton.focus();
    return true;
  }

  return {
    show,
    current,
    step,
    /** Goes to a field or a cell. @param {string} name */
    focus(name) {
      const cell = CELL.exec(name)?.[1];
      const row = rows.find((one) => one.name === (cell ?? name));
      if (cell) row?.focusCell(name);
      else row?.focus();
    },
    /** Begins with what needs a look; says whether anything does. */
    begin() {
      const first = rows.find((row) => row.isOpen());
      if (first) first.focus();
      else finishButton.focus({ preventScroll: true });
      return Boolean(first);
    },
    hover(name) {
      const cell = CELL.exec(name)?.[1];
      for (const row of rows) {
        row.hover(row.name === name);
        row.hoverCell?.(row.name === cell ? name : "");
      }
    },
    /** The names of all values that need a look. */
    leftToCheck: (result) =>
      [...valuesOf(result)]
        .filter(([name, value]) => needsLook(result, name, value, context.threshold))
        .map(([name]) => name),
    /** Whether something is being typed. */
    isEditing,
    /** Whether leaving the page would lose something half typed, here or in a document left. */
    holdsTyping: () => isEditing() || left.size > 0,
    clear() {
      left.clear();
      [rows, shown, active] = [[], "", ""];
      open.replaceChildren();
      rest.replaceChildren();
    },
  };
}
