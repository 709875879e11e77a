import { icon, make } from "../viewer/dom.js";
import { keys, say } from "../words.js";
import { createEditor } from "./editor.js";
import { labelOf, shownValue, stateOf, sureness } from "./labels.js";
import { cellName, cellsToCheck, needsLook } from "./result.js";

const NUMERIC = new Set(["amount", "number", "integer"]);

/**
 * A table as a grid that keys move through. Enter confirms the cell, E changes it.
 * @param {string} name @param {import("./row.js").Context} context
 */
export function createTable(name, context) {
  const title = labelOf(name);
  const count = make("span", { class: "row-state" });
  const confirmAll = make(
    "button",
    { class: "button small", type: "button", click: () => confirm() },
    icon("check"),
    say("Confirm all"),
  );
  const heading = make(
    "button",
    {
      class: "row-main",
      type: "button",
      click: () => context.activate(name),
      focus: () => context.activate(name),
      keydown(event) {
        if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        confirm();
      },
    },
    make("span", { class: "row-label" }, title),
    make("span", { class: "row-value" }),
    count,
  );
  const grid = make("table", { class: "grid", role: "grid", "aria-label": title });
  const place = make("div", { class: "grid-place" });
  const element = make(
    "li",
    { class: "row table", "data-testid": "table", "data-name": name },
    heading,
    make("div", { class: "grid-scroller" }, grid),
    place,
    make(
      "div",
      { class: "actions" },
      confirmAll,
      make(
        "button",
        { class: "button small", type: "button", click: addRow },
        icon("plus"),
        say("Add a row"),
      ),
    ),
  );
  let table;
  let result;
  /** Where the keys are: row and column. */
  let at = [0, 0];
  let editing = false;
  /** Confirmations of the whole table that are not answered yet. */
  let pending = 0;

  const columns = () => table.columns;
  const cellAt = ([row, column]) => grid.querySelector(`[data-at="${row} ${column}"]`);
  const nameAt = ([row, column]) => cellName(name, row, columns()[column]);
  const valueAt = ([row, column]) => table.rows[row]?.[columns()[column]];

  function update(newest) {
    result = newest;
    table = result.tables.find((one) => one.name === name);
    if (!table) return;
    const open = pending ? 0 : cellsToCheck(result, table, context.threshold).length;
    element.dataset.look = open ? "open" : "rest";
    const rows = table.rows.length;
    const shown = say("{count} row|{count} rows", { count: rows });
    heading.querySelector(".row-value").textContent = shown;
    const word = open ? say("{count} to check|{count} to check", { count: open }) : say("Checked");
    count.replaceChildren(open ? word : make("span", { class: "said" }, icon("check"), word));
    const told = open
      ? say("{count} cell to check|{count} cells to check", { count: open })
      : say("Checked");
    heading.ariaLabel = `${title}: ${shown}. ${told}`;
    confirmAll.hidden = !open;
    const focused = grid.contains(document.activeElement);
    draw();
    at = [Math.min(at[0], Math.max(0, rows - 1)), at[1]];
    if (focused && !editing) move(at);
  }

  function draw() {
    const head = make(
      "tr",
      {},
      ...columns().map((column) => {
        const numeric = NUMERIC.has(typeOf(column)) || null;
        return make("th", { scope: "col", "data-numeric": numeric }, labelOf(column));
      }),
      make("td", { class: "grid-end" }),
    );
    grid.replaceChildren(
      make("thead", {}, head),
      make("tbody", {}, ...table.rows.map((row, number) => drawRow(row, number))),
    );
  }

  function drawRow(row, number) {
    const cells = columns().map((column, index) => {
      const value = row[column];
      const full = cellName(name, number, column);
      const open = value && needsLook(result, full, value, context.threshold);
      const word = value
        ? stateOf(value) || sureness(value.confidence, context.threshold)
        : say("Empty");
      return make(
        "td",
        {
          role: "gridcell",
          tabindex: number === at[0] && index === at[1] ? 0 : -1,
          "data-at": `${number} ${index}`,
          "data-name": full,
          "data-look": open ? "open" : "rest",
          "data-state": value?.state,
          "data-numeric": NUMERIC.has(value?.type) || null,
          "aria-label": `${cellTitle(column, number)}: ${value ? shownValue(value.value) : say("Empty")}. ${word}`,
          focus: () => {
            at = [number, index];
            context.activate(full);
          },
          dblclick: () => edit(),
        },
        value ? shownValue(value.value) : "",
      );
    });
    const remove = make(
      "button",
      {
        class: "tool",
        type: "button",
        tabindex: -1,
        "aria-label": say("Remove row {number}", { number: number + 1 }),
        title: `${say("Remove this row")} (${keys("Del")})`,
        click: () => removeRow(number),
      },
      icon("close"),
    );
    return make("tr", {}, ...cells, make("td", { class: "grid-end" }, remove));
  }

  function move([row, column]) {
    if (!table.rows.length) return;
    const target = [
      Math.min(Math.max(row, 0), table.rows.length - 1),
      Math.min(Math.max(column, 0), columns().length - 1),
    ];
    const before = cellAt(at);
    if (before) before.tabIndex = -1;
    at = target;
    const cell = cellAt(at);
    if (!cell) return;
    cell.tabIndex = 0;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function onward() {
    const [row, column] = at;
    if (column + 1 < columns().length) move([row, column + 1]);
    else if (row + 1 < table.rows.length) move([row + 1, 0]);
    else context.next(name);
  }

  grid.addEventListener("keydown", (event) => {
    if (editing || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = at;
    const to = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [row, 0],
      End: [row, columns().length - 1],
    }[event.key];
    if (to) move(to);
    else if (event.key === "Enter") confirmCell();
    else if (event.key === "e" || event.key === "E" || event.key === "F2") edit();
    else if (event.key === "Delete") removeRow(row);
    else if (event.key === "Escape") heading.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function attempt(changes) {
    return context.save(changes).catch((error) => {
      if (error.name === "AbortError") return;
      place.replaceChildren(
        make(
          "p",
          { class: "field-error", role: "alert" },
          icon("alert"),
          error.detail || error.message,
        ),
      );
    });
  }

  function confirmCell() {
    const value = valueAt(at);
    if (value && !value.state) attempt([{ field: nameAt(at), action: "confirm" }]);
    onward();
  }

  function confirm() {
    const open = cellsToCheck(result, table, context.threshold);
    if (open.length && !pending) {
      pending += 1;
      attempt(open.map((field) => ({ field, action: "confirm" }))).then(() => {
        pending -= 1;
        update(result);
      });
      update(result);
    }
    context.next(name);
  }

  function edit() {
    if (editing || !table.rows.length) return;
    const where = at;
    const full = nameAt(where);
    const value = valueAt(where);
    const kind = value?.type ?? typeOf(columns()[where[1]]);
    let saved = false;
    editing = true;
    const editor = createEditor(
      { name: full, type: kind, value: value?.value ?? "" },
      {
        async save(typed) {
          if (typed === (value?.value ?? null) && (!value || value.state)) return;
          const same = value && typed === value.value;
          const change = same
            ? { field: full, action: "confirm" }
            : { field: full, action: value ? "correct" : "add", value: typed, type: kind };
          await context.save([change]);
          saved = true;
        },
        leave() {
          editing = false;
          place.replaceChildren();
          if (saved) onward();
          else move(where);
        },
      },
    );
    place.replaceChildren(
      make("p", { class: "row-label" }, cellTitle(columns()[where[1]], where[0])),
      editor.element,
    );
    editor.focus();
  }

  const cellTitle = (column, row) =>
    say("{label}, row {number}", { label: labelOf(column), number: row + 1 });

  const typeOf = (column) => table.rows.map((row) => row[column]?.type).find(Boolean) ?? "text";

  function addRow() {
    const row = table.rows.length;
    const column = columns()[0];
    const change = {
      field: cellName(name, row, column),
      action: "add",
      value: null,
      type: typeOf(column),
    };
    context.save([change]).then(
      () => {
        move([row, 0]);
        edit();
      },
      (error) => error.name !== "AbortError" && attempt([change]),
    );
  }

  function removeRow(row) {
    attempt([{ field: `${name}[${row}]`, action: "remove" }]);
  }

  return {
    name,
    element,
    update,
    confirm,
    edit,
    absent: () => {},
    locate: () => {},
    isOpen: () => element.dataset.look === "open",
    isEditing: () => editing,
    focus: () => heading.focus({ preventScroll: true }),
    /** Goes to a cell. @param {string} full */
    focusCell(full) {
      const cell = grid.querySelector(`[data-name="${CSS.escape(full)}"]`);
      if (cell) move(cell.dataset.at.split(" ").map(Number));
    },
    light(now) {
      element.toggleAttribute("data-active", now);
      if (now) heading.scrollIntoView({ block: "nearest" });
    },
    hover: (now) => element.toggleAttribute("data-hover", now),
    /** @param {string} full */
    hoverCell(full) {
      for (const cell of grid.querySelectorAll("[data-hover]")) cell.removeAttribute("data-hover");
      grid.querySelector(`[data-name="${CSS.escape(full)}"]`)?.setAttribute("data-hover", "");
    },
  };
}
