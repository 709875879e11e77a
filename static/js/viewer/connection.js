import { sleep } from "../connection.js";
import { say } from "../words.js";
import { dismiss, notify } from "./notices.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

const TOLD = {
  lost: say("No connection to the server. Trying again…"),
  retry: say("Try now"),
  back: say("Connected again."),
};

/**
 * Says so when the server is gone, and asks for it again at growing distances.
 * @param {{on: Function, state: () => Promise}} api a page's door to the server
 */
export function watchConnection(api, words = TOLD) {
  let found = null;

  // Whatever answers ends the search: the event "found" comes from the door to the server itself.
  const probe = () => api.state().catch(() => {});

  async function seek(signal) {
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await sleep(wait, signal);
      await probe();
    }
  }

  function stop() {
    found?.abort();
    found = null;
    dismiss("connection");
  }

  api.on("lost", () => {
    found = new AbortController();
    seek(found.signal).catch(() => {});
    notify("connection", words.lost, {
      tone: "warning",
      action: { label: words.retry, run: probe },
    });
  });
  api.on("found", () => {
    stop();
    notify("connection-back", words.back, { seconds: 2.5 });
  });
  api.on("ended", stop);
  addEventListener("online", () => found && probe());
}
