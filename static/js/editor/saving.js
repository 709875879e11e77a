import { ConnectionLost, Problem } from "../connection.js";

const FIRST_RETRY = 2000;
const LONGEST_RETRY = 10_000;
/* What cannot be sent while the page closes is drafted soon after each change: the larger, the later. */
const DRAFT_PAUSE = 800;
const DRAFT_RATE = 500;
const LARGEST_DRAFT = 20 * 2 ** 20;
/* Refusals that may be over by themselves. */
const PASSING = new Set(["storage_failed", "storage_unavailable", "internal", "rate_limited"]);

/**
 * Brings what a person does into storage: at fixed intervals, on leaving and when told to.
 *
 * `onChange` hears of each change of `state`: "saved" is said from the server's answer only.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{
 *   content: (reason: string) => Promise<Blob | null>, contentNow: () => Blob | null, extension: () => string,
 *   enabled: boolean, seconds: number,
 *   onChange: (state: string, detail: Record<string, any>) => void,
 * }} page
 */
export function createSaving(api, { content, contentNow, extension, enabled, seconds, onChange }) {
  let edits = 0;
  let stored = 0;
  let drafted = 0;
  /** @type {Record<string, any>} */
  let revision = {};
  let state = "saved";
  /** @type {{body: Blob, edits: number, base: number, reason: string} | null} */
  let parcel = null;
  /** @type {Promise<void> | null} */
  let running = null;
  let failingSince = 0;
  let [retryTimer, draftTimer] = [0, 0];
  let wait = FIRST_RETRY;
  let size = 0;

  const isDirty = () => edits > stored;
  const isOpen = () => state !== "over" && state !== "conflict";

  function set(next, detail = {}) {
    state = next;
    onChange(next, { revision, failingSince, ...detail });
  }

  function changed() {
    edits += 1;
    if (!isOpen()) return;
    if (state === "saved" || state === "refused") set("dirty");
    clearTimeout(draftTimer);
    if (enabled) draftTimer = setTimeout(draft, DRAFT_PAUSE + size / DRAFT_RATE);
  }

  /** Saves unless storage has it all. @param {"autosave" | "explicit" | "close"} reason */
  async function save(reason) {
    // What is being sent may be older than what is to be saved now.
    while (running) await running;
    if (!isDirty() || !isOpen()) return;
    running = send(reason);
    await running;
  }

  async function send(reason) {
    clearTimeout(retryTimer);
    const begun = Date.now();
    if (!failingSince) set("saving", { begun });
    try {
      // Until it is known what became of the last parcel, the very same is sent again: the server
      // knows it by its bytes.
      parcel ??= { edits, base: revision.number, reason, body: await content(reason) };
      const answer = await api.save(parcel.body, parcel.base, parcel.reason, extension());
      [stored, revision, parcel] = [parcel.edits, answer.revision, null];
      [failingSince, wait] = [0, FIRST_RETRY];
      set(isDirty() ? "dirty" : "saved", { fresh: true, unsent: answer.unsent });
    } catch (error) {
      failed(error, begun);
    } finally {
      running = null;
    }
  }

  function failed(error, begun) {
    const passing =
      error instanceof ConnectionLost ||
      (error instanceof Problem && (PASSING.has(error.code) || error.status >= 500));
    if (passing) {
      failingSince ||= begun;
      set("failing", { error });
      retryTimer = setTimeout(() => save("autosave"), wait);
      wait = Math.min(wait * 1.5, LONGEST_RETRY);
      return;
    }
    const sent = parcel;
    parcel = null;
    failingSince = 0;
    if (error.code === "revision_conflict") {
      stored = Math.max(stored, sent.edits);
      set("conflict", { current: error.body.current, kept: error.body.kept });
    } else if (error.code === "edit_session_over") {
      stored = Math.max(stored, sent.edits);
      set("over", { kept: error.body.kept });
    } else if (error.name === "AbortError") set("over", {});
    else set("refused", { error });
  }

  async function draft() {
    if (!isDirty() || !isOpen() || running || drafted === edits) return;
    const mark = edits;
    try {
      const body = await content("draft");
      // Not while something is half made: it tells again when it is done.
      if (!body) return;
      size = body.size;
      if (size > LARGEST_DRAFT) return;
      await api.draft(body, revision.number, extension());
      drafted = mark;
    } catch {
      // Whatever is wrong with it, a save says so.
      save("autosave");
    }
  }

  setInterval(() => enabled && state !== "failing" && save("autosave"), seconds * 1000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && enabled && state !== "failing") save("autosave");
  });
  addEventListener("pagehide", () => {
    if (enabled && isDirty() && isOpen()) api.leave(contentNow(), revision.number, extension());
  });
  addEventListener("beforeunload", (event) => {
    const safe = enabled && !["failing", "refused", "conflict"].includes(state);
    if (isDirty() && !safe) event.preventDefault();
  });
  addEventListener("online", () => state === "failing" && save("autosave"));

  return {
    changed,
    save,
    isDirty,
    isOver: () => state === "over",
    /** The version the page is made from. */
    revision: () => revision,
    /** Goes on from a version; nothing is unsaved then. @param {Record<string, any>} next */
    adopt(next, { keepEdits = false } = {}) {
      revision = next;
      parcel = null;
      if (!keepEdits) stored = edits;
      set(isDirty() ? "dirty" : "saved");
    },
    /** Nothing is saved any more. */
    end: () => set("over"),
  };
}
