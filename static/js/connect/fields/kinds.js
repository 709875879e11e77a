import { kindOf } from "../validation.js";
import { createChoice } from "./choice.js";
import { createCollection } from "./collection.js";
import { createDate } from "./date.js";
import { createGroup, createInfo, createObject } from "./layout.js";
import { createNumber } from "./number.js";
import { createPicture } from "./picture.js";
import { createText } from "./text.js";
import { createToggle } from "./toggle.js";

/**
 * Makes a field: its elements, and how the form speaks to them.
 * @typedef {(field: import("../validation.js").Field, scope: import("./shell.js").Scope,
 *   context: import("./shell.js").Context) => import("./shell.js").Node} Builder
 */

/** @type {Record<string, Builder>} */
const BUILDERS = {
  text: createText,
  date: createDate,
  yes_no: createToggle,
  choice: createChoice,
  number: createNumber,
  picture: createPicture,
  group: createGroup,
  info: createInfo,
  object: createObject,
  collection: createCollection,
};

/** @type {Builder} */
export const createField = (field, scope, context) =>
  BUILDERS[kindOf(field)](field, scope, context);
