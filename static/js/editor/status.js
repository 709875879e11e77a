import { byId, make } from "../viewer/dom.js";
import { say, when } from "../words.js";

/* A save that takes longer than this is told as one that does not get through. */
const SLOW = 5000;

/** The time of day to the second, with the date unless it is today. @param {string | number} moment */
export function clock(moment) {
  const date = new Date(moment);
  const time = when(date, { timeStyle: "medium", hourCycle: "h23" });
  const today = date.toDateString() === new Date().toDateString();
  return today ? time : `${when(date, { dateStyle: "short" })} ${time}`;
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
    say("Keep a copy"),
  );
  line.append(words, keep);
  keep.hidden = true;
  let tick = 0;

  function tell(tone, text, offers = false) {
    line.dataset.state = tone;
    if (words.textContent !== text) words.textContent = text;
    keep.hidden = !offers;
  }

  const seconds = (since) => Math.max(1, Math.round((Date.now() - since) / 1000));
  const saved = ({ saved_at: at, name }) =>
    say("Saved {time}, version {version}", { time: clock(at), version: name });

  const SAYS = {
    viewing: ({ revision }) =>
      tell("quiet", say("Viewing version {version}", { version: revision.name })),
    saved: ({ revision }) => tell("saved", saved(revision)),
    dirty: () => tell("dirty", say("Changed, not saved yet")),
    saving({ begun }) {
      if (Date.now() - begun < SLOW) tell("dirty", say("Saving…"));
      else {
        const since = { seconds: seconds(begun) };
        tell("unsaved", say("Not saved for {seconds} s: no answer yet", since), true);
      }
    },
    failing({ failingSince, error }) {
      const told =
        (error.status && (error.detail || error.title)) || say("The server cannot be reached.");
      const since = { seconds: seconds(failingSince), why: told.replace(/\.$/, "") };
      tell("unsaved", say("Not saved for {seconds} s. {why}. Trying again", since), true);
    },
    refused({ error }) {
      const why = error.detail || error.title || error.message;
      tell("unsaved", say("Not saved: {why}", { why }), true);
    },
    conflict: () => tell("unsaved", say("Not saved: there is a newer version"), true),
    over: () => tell("quiet", ""),
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
