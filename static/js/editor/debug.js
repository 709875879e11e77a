import { byId, make } from "../viewer/dom.js";
import { clock, number, say } from "../words.js";

const KEPT = 50;

/**
 * A panel for people who connect another program with the editor: what the page asked the server
 * and how long that took, what it told the framing page, and how to find both in the logs. The
 * session's key is in a cookie that scripts cannot read.
 * @param {{about: Record<string, string>, api: ReturnType<import("./api.js").createApi>}} page
 *   `about`: what is known of the session, by name
 * @returns {(direction: "in" | "out", message: object) => void} notes a message of the frame
 */
export function showDebugging({ about, api }) {
  const last = make("dd", { "data-testid": "debug-correlation" });
  const log = make("ol", { class: "debug-log", "data-testid": "debug-log", tabindex: 0 });
  byId("debug").replaceChildren(
    make("h2", {}, say("Debugging")),
    make(
      "dl",
      {},
      ...Object.entries(about).flatMap(([name, value]) => [
        make("dt", {}, name),
        make("dd", {}, value),
      ]),
      make("dt", {}, say("Last request")),
      last,
    ),
    log,
  );
  byId("debug").hidden = false;

  function note(...parts) {
    const text = parts.join(" ");
    console.debug(`[recto] ${text}`);
    log.prepend(make("li", {}, `${clock(Date.now())} ${text}`));
    if (log.childElementCount > KEPT) log.lastElementChild.remove();
  }

  api.on("answered", ({ detail: { method, path, status, milliseconds, correlationId } }) => {
    last.textContent = correlationId;
    note(method, path, status || say("no answer"), `${number(milliseconds)} ms`, correlationId);
  });
  for (const name of ["lost", "found", "ended"]) api.on(name, () => note(name));
  addEventListener("error", ({ message }) => note("error", message));
  return (direction, message) => note(direction, JSON.stringify(message));
}
