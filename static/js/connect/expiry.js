import { dismiss, notify } from "../viewer/notices.js";
import { clock, say } from "../words.js";

const NOTICE_AHEAD = 300_000;
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Tells ahead of time that the form will close. Each answer of the server puts the end off.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @returns {(state: {expires_at: string, now: string}) => void} takes the server's word of the end
 */
export function watchExpiry(api) {
  let timer = 0;
  let left = 0;

  function ask() {
    api.state().then(heard, () => {});
  }

  function warn() {
    const end = Date.now() + Math.min(NOTICE_AHEAD, left / 2);
    notify("expiry", say("This form closes at {time}.", { time: clock(end) }), {
      action: { label: say("Keep it open"), run: ask },
    });
    timer = setTimeout(ask, end - Date.now() + 1000);
  }

  function wind() {
    dismiss("expiry");
    clearTimeout(timer);
    if (left)
      timer = setTimeout(warn, Math.min(LONGEST_TIMER, left - Math.min(NOTICE_AHEAD, left / 2)));
  }

  function heard({ expires_at: expires, now }) {
    // The reader's clock may be wrong: only the distance counts.
    left = Math.max(1000, Date.parse(expires) - Date.parse(now));
    wind();
  }

  api.on("used", wind);
  api.on("ended", () => {
    dismiss("expiry");
    clearTimeout(timer);
  });
  return heard;
}
