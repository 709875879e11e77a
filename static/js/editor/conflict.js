import { byId, make } from "../viewer/dom.js";
import { say } from "../words.js";

/**
 * Two people saved: both works are kept, and a person says which one goes on.
 * @param {{current: number, kept: string}} versions
 * @param {{theirs: () => void, mine: () => void, compare: (() => void) | null}} choices
 */
export function showConflict({ current, kept }, { theirs, mine, compare }) {
  const dialog = byId("conflict");
  const newest = String(current);
  const busy = (run) => () => {
    for (const button of dialog.querySelectorAll("button")) button.disabled = true;
    run();
  };
  const choice = (text, about, run, look = "", testid = "") =>
    make(
      "div",
      { class: "conflict-choice" },
      make(
        "button",
        { class: `button ${look}`, type: "button", click: run, "data-testid": testid },
        text,
      ),
      make("p", {}, about),
    );
  byId("conflict-body").replaceChildren(
    make(
      "p",
      {},
      say(
        "Somebody saved version {current} while you were working. Nothing is lost: your work is kept as version {kept}.",
        { current: newest, kept },
      ),
    ),
    // What is no node would be written as a word.
    ...(compare
      ? [
          choice(
            say("Compare"),
            say("See what differs before you decide."),
            compare,
            "",
            "conflict-compare",
          ),
        ]
      : []),
    choice(
      say("Open version {current}", { current: newest }),
      say("Go on with theirs. Yours stays in the list of versions as {kept}.", { kept }),
      busy(theirs),
      "",
      "conflict-theirs",
    ),
    choice(
      say("Keep mine as the newest"),
      say("Go on with yours. Theirs stays in the list of versions as {current}.", {
        current: newest,
      }),
      busy(mine),
      "primary",
      "conflict-mine",
    ),
  );
  if (!dialog.open) dialog.showModal();
}

/** A conflict is decided by its buttons alone. */
export function holdConflict() {
  byId("conflict").addEventListener("cancel", (event) => event.preventDefault());
}
