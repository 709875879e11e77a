const EVERY = 60_000;

/**
 * Keeps the session alive for as long as its page is open.
 * @param {ReturnType<import("../api.js").createApi>} api
 * @param {() => Promise<unknown>} beat
 */
export function keepAlive(api, beat) {
  const send = () => beat().catch(() => {});
  const timer = setInterval(send, EVERY);
  const woken = () => document.hidden || send();
  document.addEventListener("visibilitychange", woken);
  api.on("ended", () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", woken);
  });
  send();
}
