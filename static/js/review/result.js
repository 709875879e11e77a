/* What was read from a document, and which of it a person should look at. */

/** @typedef {{value: string | boolean | null, type: string, confidence: number,
 *   page: number | null, polygon: [number, number][] | null, text: string | null,
 *   source: string, state?: string, by?: string}} Value */

const CELL = /^(.+)\[(\d+)\]\.(.+)$/;

/** The name of a cell. @param {string} table @param {number} row @param {string} column */
export const cellName = (table, row, column) => `${table}[${row}].${column}`;

/**
 * The value that a name stands for: a field, or a cell "table[row].column".
 * @param {Record<string, any>} result @param {string} name @returns {Value | undefined}
 */
export function valueOf(result, name) {
  const cell = CELL.exec(name);
  if (!cell) return result.fields[name];
  const table = result.tables.find((one) => one.name === cell[1]);
  return table?.rows[Number(cell[2])]?.[cell[3]];
}

/** All values with their names, in the order of the page. */
export function* valuesOf(result) {
  yield* Object.entries(result.fields);
  for (const { name, rows } of result.tables)
    for (const [number, row] of rows.entries())
      for (const [column, value] of Object.entries(row))
        yield [cellName(name, number, column), value];
}

/** The broken rules that speak of a field. */
export const rulesAbout = (result, name) =>
  result.validations.filter(({ fields }) => fields.includes(name));

/**
 * Whether a person should look: nobody has, and the value is not sure or breaks a rule.
 * @param {Record<string, any>} result @param {string} name @param {Value} value
 * @param {number} threshold
 */
export function needsLook(result, name, value, threshold) {
  if (value.state || value.value === null) return false;
  return value.confidence < threshold || rulesAbout(result, name).length > 0;
}

/** The names of a table's cells that a person should look at. */
export function cellsToCheck(result, table, threshold) {
  return [...valuesOf({ fields: {}, tables: [table] })]
    .filter(([name, value]) => needsLook(result, name, value, threshold))
    .map(([name]) => name);
}

/** How many fields are left to look at; a table counts as one. */
export function countLeft(result, threshold) {
  const fields = Object.entries(result.fields).filter(([name, value]) =>
    needsLook(result, name, value, threshold),
  );
  const tables = result.tables.filter((one) => cellsToCheck(result, one, threshold).length);
  return fields.length + tables.length;
}

/** Left, top, right, bottom of a value's place. @param {Value} value */
export function boxOf({ polygon }) {
  if (!polygon) return null;
  const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
