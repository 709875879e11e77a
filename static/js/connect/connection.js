import { sleep } from "../viewer/api.js";
import { dismiss, notify } from "../viewer/notices.js";
import { say } from "./words.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

/**
 * Says so when the server is gone, and asks for it again at growing distances.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{found: () => void}} page
 */
export function watchConnection(api, page) {
  let seeking = null;

  // Whatever answers ends the search: the event "found" comes from the door to the server itself.
  const probe = () => api.state().catch(() => {});

  async function seek(signal) {
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await sleep(wait, signal);
      await probe();
    }
  }

  function stop() {
    seeking?.abort();
    seeking = null;
    dismiss("connection");
  }

  api.on("lost", () => {
    seeking = new AbortController();
    seek(seeking.signal).catch(() => {});
    notify("connection", say("offline"), {
      tone: "warning",
      action: { label: say("try_now"), run: probe },
    });
  });
  api.on("found", () => {
    stop();
    notify("connection-back", say("online"), { seconds: 2.5 });
    page.found();
  });
  api.on("ended", stop);
  addEventListener("online", () => seeking && probe());
}
