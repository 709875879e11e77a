import { keys, number, say, when } from "../words.js";
import { byId, make } from "./dom.js";
import { COMPARE, KEYS } from "./keyboard.js";

/** Lets every close button and a click beside a dialog close it. */
export function enableDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
}

/** Shows the keys. @param {boolean} compares whether those of a comparison do something */
export function openHelp(compares) {
  showKeys(KEYS.filter(({ group }) => compares || group !== COMPARE));
}

/** @param {typeof KEYS} known the keys that do something */
export function showKeys(known) {
  byId("help-body").replaceChildren(
    ...Object.entries(Object.groupBy(known, (row) => row.group)).map(([group, rows]) =>
      make(
        "section",
        {},
        make("h3", {}, group),
        make(
          "dl",
          {},
          ...rows.flatMap(({ text, shown }) => [
            make("dt", {}, text),
            make("dd", {}, ...shown.map((key) => make("kbd", { class: "key" }, keys(key)))),
          ]),
        ),
      ),
    ),
  );
  byId("help").showModal();
}

/**
 * Says what this document is, and what the reader should know about its looks.
 * @param {Record<string, any>} session the server's word on the view
 * @param {{width: number, height: number}} page points
 */
export function openInfo({ document: facts, fonts, expires_at: expires }, page) {
  const substituted = fonts?.substituted ?? [];
  const rows = [
    [say("Name"), facts.name],
    [say("Title"), facts.title],
    [say("Format"), facts.format?.toUpperCase()],
    [
      say("Pages"),
      facts.truncated
        ? say("{count}, and more that are not shown", { count: facts.pages })
        : number(facts.pages),
    ],
    [say("This page"), page && pageSize(page)],
    [say("Open until"), expires && when(expires, { dateStyle: "medium", timeStyle: "short" })],
  ];
  byId("info-body").replaceChildren(
    make(
      "dl",
      { class: "facts" },
      ...rows
        .filter(([, value]) => value)
        .flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))]),
    ),
    ...(substituted.length ? [fontsOf(substituted)] : []),
  );
  byId("info").showModal();
}

const fontsOf = (substituted) =>
  make(
    "div",
    { class: "fonts" },
    make(
      "h3",
      {},
      say("One font was replaced|{count} fonts were replaced", { count: substituted.length }),
    ),
    make(
      "ul",
      {},
      ...substituted.map(({ name, replacement }) => make("li", {}, `${name} → ${replacement}`)),
    ),
    make(
      "p",
      {},
      say(
        "The document asks for fonts that this server does not have. Similar ones stand in, so lines and pages may break elsewhere than in the program it was made with.",
      ),
    ),
  );

function pageSize({ width, height }) {
  const millimetres = (points) => Math.round((points * 25.4) / 72);
  const inches = (points) => number(Number((points / 72).toFixed(1)));
  return say("{width} × {height} mm ({wide} × {high} in)", {
    width: millimetres(width),
    height: millimetres(height),
    wide: inches(width),
    high: inches(height),
  });
}
