import { sleep } from "../connection.js";
import { clock, say } from "../words.js";
import { dismiss, notify } from "./notices.js";

const FIRST_POLL = 250;
const SLOWEST_POLL = 2000;
const NOTICE_AHEAD = 120_000;
/* A shift of the end that is more than rounding. */
const MOVED = 2000;
const LONGEST_TIMER = 2 ** 31 - 1;
const UNDER_WAY = new Set(["empty", "converting"]);

/**
 * Follows the document from "not delivered yet" to "ready".
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {(state: Record<string, any>) => void} onState
 * @param {(problem: Error) => void} onFailure
 */
export async function followDocument(api, onState, onFailure) {
  try {
    for (let wait = FIRST_POLL; ; wait = Math.min(wait * 1.4, SLOWEST_POLL)) {
      const state = await api.patiently(api.state);
      onState(state);
      if (!UNDER_WAY.has(state.state)) return;
      await sleep(wait);
    }
  } catch (error) {
    if (error.name !== "AbortError") onFailure(error);
  }
}

/**
 * Tells ahead of time that the view will close. Reading keeps a view open, so the server is
 * asked only when something was read since its last word about the end.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @returns {(state: {expires_at: string, now: string}) => void} takes each newer word of the server
 */
export function watchExpiry(api) {
  let timer = 0;
  let end = 0;
  let used = false;
  let over = false;
  api.on("used", () => (used = true));
  api.on("ended", () => {
    over = true;
    clearTimeout(timer);
    dismiss("expiry");
  });

  const at = (time, run) => {
    clearTimeout(timer);
    timer = setTimeout(run, Math.min(LONGEST_TIMER, Math.max(0, time - Date.now())));
  };

  async function ask() {
    try {
      heard(await api.patiently(api.state));
    } catch {
      // An ended view has told so itself; anything else is asked again later.
      if (!over) at(Date.now() + 30_000, ask);
    }
  }

  async function nearEnd() {
    const before = end;
    if (used) await ask();
    if (over || end - before > MOVED) return;
    notify("expiry", say("This view closes at {time}.", { time: clock(end) }), {
      action: { label: say("Keep it open"), run: ask },
    });
    at(end + 1000, ask);
  }

  function heard({ expires_at: expires, now }) {
    dismiss("expiry");
    used = false;
    // The reader's clock may be wrong: only the distance counts.
    const left = Date.parse(expires) - Date.parse(now);
    end = Date.now() + left;
    at(end - Math.min(NOTICE_AHEAD, left * 0.2), nearEnd);
  }
  return heard;
}
