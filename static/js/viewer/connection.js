import { dismiss, notify } from "./notices.js";

const LONGEST = 30;

/**
 * Says so when the server is gone, and asks for it again at growing distances.
 * @param {ReturnType<import("./api.js").createApi>} api
 */
export function watchConnection(api) {
  let timer = 0;
  let wait = 1;
  let left = 0;

  function tick() {
    if (left <= 0) return probe();
    const when = left > 1 ? `in ${left} seconds` : "now";
    notify("connection", `No connection to the server. Trying again ${when}.`, { tone: "warning", action: { label: "Try now", run: probe } });
    left -= 1;
    timer = setTimeout(tick, 1000);
  }

  async function probe() {
    clearTimeout(timer);
    wait = Math.min(LONGEST, wait * 2);
    left = wait;
    try {
      await api.state();
    } catch (error) {
      if (error.name !== "AbortError") tick();
    }
  }

  api.on("lost", () => {
    wait = left = 2;
    tick();
  });
  api.on("found", () => {
    clearTimeout(timer);
    dismiss("connection");
    notify("connection-back", "Connected again.", { seconds: 2.5 });
  });
  api.on("ended", () => {
    clearTimeout(timer);
    dismiss("connection");
  });
  window.addEventListener("online", () => left > 0 && probe());
}
