/*
 * The rules of apps/document_templates/validation.py once more, for answers while people type.
 * Both are run over the same cases. The server's word is the last.
 */

const LONGEST_TEXT = 100_000;
const MOST_ITEMS = 1_000;
const NUMBER = /^-?[0-9]{1,15}(\.[0-9]{1,6})?$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const PICTURE = /^[A-Za-z0-9_-]{1,100}$/;
// XML 1.0 has no place for these; with "u" a surrogate matches only without its other half.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/u;
const SPACE = /^[ \t\n\r\u00a0]+|[ \t\n\r\u00a0]+$/g;

/**
 * @typedef {{key: string, kind?: string, label?: string, help?: string, required?: boolean,
 *   default?: string | number | boolean, choices?: {value: string, label: string}[],
 *   multiline?: boolean, max_length?: number, min?: number | string, max?: number | string,
 *   min_items?: number, max_items?: number, fields?: Field[],
 *   depends_on?: {key: string, equals: string | number | boolean}}} Field
 * @typedef {{path: string, code: string, message: string}} FieldError
 */

class Fault extends Error {
  constructor(code, limit = "") {
    super(code);
    this.code = code;
    this.limit = limit;
  }
}

const isEmpty = (value) => value === null || value === undefined || value === "";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const kindOf = (field) => field.kind ?? "text";
const nests = (field) => kindOf(field) === "object" || kindOf(field) === "collection";

/**
 * The fields that have values at a level: groups are opened, infos left out.
 * @param {Field[]} level
 * @returns {Field[]}
 */
export const valued = (level) =>
  level.flatMap((field) => {
    if (kindOf(field) === "group") return valued(field.fields ?? []);
    return kindOf(field) === "info" ? [] : [field];
  });

/**
 * What a level starts with: defaults, objects made of them, collections empty.
 * @param {Field[]} level
 */
export function defaults(level) {
  const values = {};
  for (const field of valued(level)) {
    if (kindOf(field) === "object") values[field.key] = defaults(field.fields ?? []);
    else if (kindOf(field) === "collection") values[field.key] = [];
    else if (!isEmpty(field.default)) values[field.key] = field.default;
  }
  return values;
}

/**
 * Checks values against a form, as the server does.
 * @param {{fields: Field[]}} form
 * @param {Record<string, any>} values
 * @param {{complete?: boolean, texts?: Record<string, string>,
 *   visit?: (field: Field, path: string, shows: boolean) => void}} [options] `complete` false:
 *   nothing is missed yet. `texts`: a sentence for each code. `visit` hears of each field on a
 *   level that is there, layout too, and whether it is shown.
 * @returns {{values: Record<string, any>, errors: FieldError[]}}
 */
export function clean(form, values, { complete = true, texts = {}, visit } = {}) {
  const errors = [];
  const told = new Set();

  function tell(path, fault) {
    told.add(path);
    const sentence = texts[fault.code] ?? fault.code;
    errors.push({ path, code: fault.code, message: sentence.replace("{limit}", fault.limit) });
  }

  function isMissed(field, value) {
    if (!complete || !field.required || kindOf(field) === "object") return false;
    return value === undefined || (typeof value === "string" && !value.replace(SPACE, ""));
  }

  function collection(field, value, at, outer) {
    const items = isEmpty(value) ? [] : value;
    if (!Array.isArray(items) || !items.every(isObject)) return tell(at, new Fault("type"));
    const most = field.max_items ?? MOST_ITEMS;
    if (items.length > most) return tell(at, new Fault("too_many", most));
    if (complete && items.length < (field.min_items ?? 0) && (items.length || !field.required))
      tell(at, new Fault("too_few", field.min_items));
    return items.map((item, index) => level(field.fields ?? [], item, `${at}[${index}].`, outer));
  }

  function nested(field, value, at, outer) {
    if (kindOf(field) === "collection") return collection(field, value, at, outer);
    if (!isEmpty(value) && !isObject(value)) return tell(at, new Fault("type"));
    return level(field.fields ?? [], isEmpty(value) ? {} : value, `${at}.`, outer);
  }

  function level(fields, given, path, outer) {
    const here = new Map(valued(fields).map((field) => [field.key, field]));
    for (const key of Object.keys(given))
      if (!here.has(key)) tell(path + key, new Fault("unknown_key"));
    // Scalars come first: conditions ask for them.
    const scalars = {};
    const faults = new Map();
    for (const [key, field] of here) {
      if (nests(field)) continue;
      try {
        const value = SCALARS[kindOf(field)](field, given[key]);
        if (!isEmpty(value)) scalars[key] = value;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        faults.set(key, error);
      }
    }
    const around = [...outer, { values: scalars, conditions: new Map(conditions(fields)) }];
    const cleaned = {};
    for (const [key, field] of here) {
      const at = path + key;
      if (!shows(key, around)) continue;
      if (nests(field)) {
        const inner = nested(field, given[key], at, around);
        if (inner && Object.keys(inner).length) cleaned[key] = inner;
      } else if (faults.has(key)) tell(at, faults.get(key));
      else if (key in scalars) cleaned[key] = scalars[key];
      if (isMissed(field, cleaned[key]) && !told.has(at)) tell(at, new Fault("required"));
    }
    if (visit) tour(fields, path, around, true, visit);
    return cleaned;
  }

  const cleaned = level(form.fields, values, "", []);
  return { values: cleaned, errors };
}

/* What a level's fields depend on; a group's condition counts for what is in it. */
function* conditions(level, above = []) {
  for (const field of level) {
    const all = field.depends_on ? [...above, field.depends_on] : above;
    if (kindOf(field) === "group") yield* conditions(field.fields ?? [], all);
    else if (kindOf(field) !== "info") yield [field.key, all];
  }
}

/* Whether a field of the innermost level is there; conditions in a circle do not hold. */
function shows(key, levels, asking = new Set()) {
  if (asking.has(key)) return false;
  const further = new Set(asking).add(key);
  return (levels.at(-1).conditions.get(key) ?? []).every((one) => holds(one, levels, further));
}

function holds(condition, levels, asking) {
  if (!levels.length) return false;
  const { key, equals } = condition;
  const level = levels.at(-1);
  if (!level.conditions.has(key)) return holds(condition, levels.slice(0, -1), new Set());
  if (!shows(key, levels, asking)) return false;
  // An unanswered yes/no is no.
  if (typeof equals === "boolean") return (level.values[key] === true) === equals;
  return level.values[key] === equals;
}

function tour(fields, path, levels, around, visit) {
  for (const field of fields) {
    const own = !field.depends_on || holds(field.depends_on, levels, new Set([field.key]));
    visit(field, path + field.key, around && own);
    if (kindOf(field) === "group") tour(field.fields ?? [], path, levels, around && own, visit);
  }
}

const SCALARS = {
  text(field, value) {
    if (isEmpty(value)) return "";
    if (typeof value !== "string") throw new Fault("type");
    const text = value.replace(/\r\n?/g, "\n");
    if (UNPRINTABLE.test(text)) throw new Fault("invalid_character");
    const limit = field.max_length ?? LONGEST_TEXT;
    if (lengthOf(text) > limit) throw new Fault("too_long", limit);
    return text;
  },

  date(field, value) {
    if (isEmpty(value)) return "";
    if (typeof value !== "string") throw new Fault("type");
    if (!DATE.test(value) || !isDay(value)) throw new Fault("not_a_date");
    if (typeof field.min === "string" && value < field.min) throw new Fault("too_small", field.min);
    if (typeof field.max === "string" && value > field.max) throw new Fault("too_large", field.max);
    return value;
  },

  yes_no(field, value) {
    if (isEmpty(value)) return null;
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    throw new Fault("type");
  },

  number(field, value) {
    const text = typeof value === "string" ? value.replace(SPACE, "") : value;
    if (isEmpty(text)) return null;
    if (typeof text !== "string" && typeof text !== "number") throw new Fault("type");
    if (!NUMBER.test(String(text)) || Math.abs(text) >= 1e16) throw new Fault("not_a_number");
    // Adding 0 takes the sign from a zero.
    const number = Number(text) + 0;
    if (typeof field.min === "number" && number < field.min)
      throw new Fault("too_small", field.min);
    if (typeof field.max === "number" && number > field.max)
      throw new Fault("too_large", field.max);
    return number;
  },

  choice(field, value) {
    if (isEmpty(value)) return "";
    if (typeof value !== "string") throw new Fault("type");
    if (!field.choices?.some((option) => option.value === value)) throw new Fault("not_a_choice");
    return value;
  },

  picture(field, value) {
    if (isEmpty(value)) return "";
    if (typeof value !== "string" || !PICTURE.test(value)) throw new Fault("not_a_picture");
    return value;
  },
};

/** Characters, not UTF-16 units. @param {string} text */
export const lengthOf = (text) => [...text].length;

function isDay(text) {
  const [year, month, day] = text.split("-").map(Number);
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
