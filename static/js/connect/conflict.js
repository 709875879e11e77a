import { byId, make } from "../viewer/dom.js";
import { clock, say } from "../words.js";

/**
 * Asks which of two drafts shall stand. Nothing is lost until there is an answer.
 * @param {{saved_at: string | null}} newer the draft of another window
 * @param {{theirs: () => void, mine: () => void}} answers
 */
export function askWhichDraft(newer, { theirs, mine }) {
  const button = (name, text, run) =>
    make("button", { class: "button", type: "button", "data-testid": name, click: run }, text);
  const place = byId("conflict");
  const time = clock(newer.saved_at ?? Date.now());
  place.replaceChildren(
    make("strong", {}, say("This form was also changed in another window")),
    make(
      "p",
      {},
      say("It was saved there at {time}. What you typed here has not been saved yet.", { time }),
    ),
    make(
      "div",
      { class: "actions" },
      button("conflict_theirs", say("Use the other version"), theirs),
      button("conflict_mine", say("Keep mine"), mine),
    ),
  );
  place.hidden = false;
}

/** There is one draft again. */
export function hideConflict() {
  byId("conflict").hidden = true;
  byId("conflict").replaceChildren();
}
