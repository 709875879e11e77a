import { byId, make } from "../viewer/dom.js";

/* A save that takes longer than this is told as one that does not get through. */
const SLOW = 5000;

/* As the browser's own language spells it, until the session says another. */
let locale = [];

/** @param {string} wanted of the session, such as "de-CH" */
export function speak(wanted) {
  locale = Intl.DateTimeFormat.supportedLocalesOf(wanted);
}

/** The time of day to the second, with the date unless it is today. @param {string | number} moment */
export function clock(moment) {
  const date = new Date(moment);
  const time = date.toLocaleTimeString(locale, { hourCycle: "h23" });
  const today = date.toDateString() === new Date().toDateString();
  return today ? time : `${date.toLocaleDateString(locale)} ${time}`;
}

/**
 * The line that says what storage has.
 * @param {{onKeep: () => void}} page
 */
export function createStatus({ onKeep }) {
  const line = byId("save-state");
  const words = make("span", { "data-testid": "status" });
  const keep = make(
    "button",
    { class: "link-button", type: "button", click: onKeep, "data-testid": "keep" },
    "Keep a copy",
  );
  line.append(words, keep);
  keep.hidden = true;
  let tick = 0;

  function say(tone, text, offers = false) {
    line.dataset.state = tone;
    if (words.textContent !== text) words.textContent = text;
    keep.hidden = !offers;
  }

  const ago = (since) => `${Math.max(1, Math.round((Date.now() - since) / 1000))} s`;
  const saved = ({ saved_at: at, name }) => `Saved ${clock(at)}, version ${name}`;

  const SAYS = {
    viewing: ({ revision }) => say("quiet", `Viewing version ${revision.name}`),
    saved: ({ revision }) => say("saved", saved(revision)),
    dirty: () => say("dirty", "Changed, not saved yet"),
    saving({ begun }) {
      if (Date.now() - begun < SLOW) say("dirty", "Saving…");
      else say("unsaved", `Not saved for ${ago(begun)}: no answer yet`, true);
    },
    failing({ failingSince, error }) {
      const why = error.status ? error.detail || error.title : "the server cannot be reached";
      const text = why.charAt(0).toLowerCase() + why.slice(1).replace(/\.$/, "");
      say("unsaved", `Not saved for ${ago(failingSince)}: ${text}. Trying again`, true);
    },
    refused: ({ error }) =>
      say("unsaved", `Not saved: ${error.detail || error.title || error.message}`, true),
    conflict: () => say("unsaved", "Not saved: there is a newer version", true),
    over: () => say("quiet", ""),
  };

  return {
    /** @param {string} state @param {Record<string, any>} detail */
    show(state, detail) {
      clearInterval(tick);
      SAYS[state](detail);
      if (state === "saving" || state === "failing")
        tick = setInterval(() => SAYS[state](detail), 1000);
    },
  };
}
