import { dismiss, notify } from "../viewer/notices.js";
import { say } from "../words.js";
import { clock } from "./status.js";

const BEAT = 60_000;
/* Somebody who has done nothing for so long is away. */
const AWAY = 300_000;
const AHEAD = 120_000;

/**
 * Keeps the session open while somebody works, hears of newer versions, and tells ahead of time
 * that the session ends.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{onNews: (state: Record<string, any>) => void}} page
 */
export function watchSession(api, { onNews }) {
  let active = Date.now();
  let warning = 0;
  for (const name of ["pointerdown", "keydown", "wheel"])
    addEventListener(name, () => (active = Date.now()), { passive: true, capture: true });

  async function beat() {
    let state;
    try {
      state = await api.state();
    } catch {
      return;
    }
    dismiss("expiry");
    onNews(state);
    // This computer's clock may be wrong: only the distance counts.
    const left = Date.parse(state.expires_at) - Date.parse(state.now);
    const ahead = Math.min(AHEAD, left / 2);
    clearTimeout(warning);
    warning = setTimeout(() => {
      notify("expiry", say("This session ends at {time}.", { time: clock(Date.now() + ahead) }), {
        action: { label: say("Keep it open"), run: beat },
      });
      warning = setTimeout(beat, ahead + 1000);
    }, left - ahead);
  }

  setInterval(() => {
    if (!document.hidden && Date.now() - active < AWAY) beat();
  }, BEAT);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
  api.on("ended", () => {
    clearTimeout(warning);
    dismiss("expiry");
  });
  beat();
}
