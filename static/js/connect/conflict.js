import { byId, make } from "../viewer/dom.js";
import { clock } from "./locale.js";
import { say } from "./words.js";

/**
 * Asks which of two drafts shall stand. Nothing is lost until there is an answer.
 * @param {{saved_at: string | null}} newer the draft of another window
 * @param {{theirs: () => void, mine: () => void}} answers
 */
export function askWhichDraft(newer, { theirs, mine }) {
  const button = (key, run) =>
    make("button", { class: "button", type: "button", "data-testid": key, click: run }, say(key));
  const place = byId("conflict");
  const time = clock(newer.saved_at ?? Date.now());
  place.replaceChildren(
    make("strong", {}, say("conflict_title")),
    make("p", {}, say("conflict_text", { time })),
    make(
      "div",
      { class: "actions" },
      button("conflict_theirs", theirs),
      button("conflict_mine", mine),
    ),
  );
  place.hidden = false;
}

/** There is one draft again. */
export function hideConflict() {
  byId("conflict").hidden = true;
  byId("conflict").replaceChildren();
}
