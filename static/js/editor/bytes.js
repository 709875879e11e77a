import { say } from "../words.js";

/* Text as it stands in files: encodings, byte order marks, ends of lines. */

const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/**
 * @param {ArrayBuffer} buffer
 * @returns {{text: string, end: "\n" | "\r\n" | "\r", marked: boolean, changes: string[]}} what it
 *   says, how its lines end, whether it began with a byte order mark, and what saving would change
 *   besides
 */
export function readText(buffer) {
  const bytes = new Uint8Array(buffer);
  const [encoding] = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte)) ?? [];
  const changes = [];
  let text;
  try {
    text = new TextDecoder(encoding ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder("windows-1252").decode(bytes);
    changes.push(say("It was read as Windows-1252 and will be saved as UTF-8."));
  }
  if (encoding?.startsWith("utf-16")) changes.push(say("It is UTF-16 and will be saved as UTF-8."));
  const counts = new Map([
    ["\n", 0],
    ["\r\n", 0],
    ["\r", 0],
  ]);
  for (const [end] of text.matchAll(/\r\n|\r|\n/g)) counts.set(end, counts.get(end) + 1);
  const [end] = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most));
  if ([...counts.values()].filter(Boolean).length > 1)
    changes.push(say("Its lines end in different ways; saving makes them all alike."));
  return { text, end, marked: Boolean(encoding), changes };
}

/** @param {string} text with "\n" @param {{end: string, marked: boolean}} looks @returns {Blob} */
export function writeText(text, { end, marked }) {
  const lines = end === "\n" ? text : text.replaceAll("\n", end);
  return new Blob([marked ? "\ufeff" : "", lines]);
}
