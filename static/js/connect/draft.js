import { afterPause } from "../viewer/dom.js";
import { ConnectionLost } from "../connection.js";

const PAUSE = 800;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/* Browsers send no more than this after a page has gone. */
const LEAVING_BYTES = 60_000;
/* In the place of a timer: trying again by itself would not help. */
const REFUSED = -1;

/**
 * Keeps what is typed on the server, unless another window kept something newer.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{values: () => object,
 *   onState: (state: "saving" | "saved" | "unsaved" | "refused", detail?: any) => void,
 *   onConflict: (newer: {number: number, saved_at: string, values: object}) => void,
 *   onFinished: () => void}} page
 */
export function createDraft(api, { values, onState, onConflict, onFinished }) {
  let number = 0;
  let dirty = false;
  let conflict = false;
  /** @type {Promise<void> | null} */
  let saving = null;
  let retry = 0;
  let wait = FIRST_WAIT;

  async function save() {
    if (saving || !dirty || conflict) return saving ?? undefined;
    clearTimeout(retry);
    dirty = false;
    onState("saving");
    saving = send().finally(() => (saving = null));
    await saving;
    if (dirty && !retry) await save();
  }

  async function send() {
    try {
      const saved = await api.saveDraft(number, values());
      number = saved.number;
      wait = FIRST_WAIT;
      retry = 0;
      onState("saved", saved.saved_at);
    } catch (error) {
      if (error.name === "AbortError") return;
      // Nothing can be kept any more: to try again would go on for ever.
      if (error.code === "form_finished") return onFinished();
      dirty = true;
      if (error.code === "draft_outdated") clash(error.body.draft);
      else if (error instanceof ConnectionLost || error.status >= 500 || error.status === 429) {
        onState("unsaved");
        again();
      } else {
        retry = REFUSED;
        onState("refused", error);
      }
    }
  }

  function again() {
    retry = setTimeout(() => {
      retry = 0;
      save();
    }, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function clash(newer) {
    conflict = true;
    onConflict(newer);
  }

  const soon = afterPause(save, PAUSE);

  addEventListener("online", () => retry && now());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !dirty || saving || conflict) return;
    const small = JSON.stringify(values()).length < LEAVING_BYTES;
    if (!small) return void save();
    dirty = false;
    const known = number;
    saving = api
      .saveDraft(known, values(), true)
      .then((saved) => {
        number = saved.number;
        onState("saved", saved.saved_at);
      })
      .catch(() => {
        // Whoever comes back finds it saved by the next attempt, or hears why not.
        dirty = true;
      })
      .finally(() => {
        saving = null;
        if (dirty) soon();
      });
  });

  function now() {
    clearTimeout(retry);
    retry = 0;
    return save();
  }

  return {
    number: () => number,
    isClean: () => !dirty && !saving,
    inConflict: () => conflict,
    /** Something stays unsaved for now: it was refused, or another window was faster. */
    isStuck: () => dirty && (conflict || retry !== 0),
    /** Something was typed. */
    changed() {
      dirty = true;
      if (retry === REFUSED) retry = 0;
      // From the first letter on the page must not say "saved" any more.
      if (!retry && !conflict) onState("saving");
      soon();
    },
    /** Saves at once what is not saved yet. */
    now,
    /** The server holds this; nothing of it is waiting. @param {number} newest */
    adopt(newest) {
      clearTimeout(retry);
      [number, dirty, conflict, retry, wait] = [newest, false, false, 0, FIRST_WAIT];
    },
    /** Another window was faster. @param {{number: number}} newer */
    clash,
    /** What is here shall stand, over the newer draft. @param {number} newest */
    overrule(newest) {
      [number, dirty, conflict] = [newest, true, false];
      return now();
    },
  };
}
