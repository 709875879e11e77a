/**
 * Talks with the page that frames the editor, if it is one of the client's origins.
 *
 * Out: {type: "recto:ready" | "recto:saved" | "recto:dirty" | "recto:error" | "recto:closed", ...}.
 * In: {type: "recto:save" | "recto:close" | "recto:setMode", mode}.
 * @param {string[]} origins
 * @param {Record<string, (message: Record<string, any>) => void>} commands by type
 * @param {(direction: "in" | "out", message: object) => void} [note] hears of each message
 */
export function createMessages(origins, commands, note = () => {}) {
  // Where the browser does not tell who frames the page, each origin is tried: the browser hands a
  // message over only if its target is the frame's own origin.
  const framing = window.location.ancestorOrigins?.[0];
  const targets = framing ? origins.filter((origin) => origin === framing) : origins;

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || source === window || !origins.includes(origin)) return;
    const command = typeof data?.type === "string" && commands[data.type];
    if (!command) return;
    note("in", data);
    command(data);
  });

  return {
    /** @param {string} name @param {Record<string, unknown>} [members] */
    tell(name, members = {}) {
      const message = { type: `recto:${name}`, ...members };
      note("out", message);
      if (parent === window) return;
      for (const target of targets) parent.postMessage(message, target);
    },
  };
}
