import { ConnectionLost, createConnection, Problem, sends, sleep } from "../connection.js";

/** The server asks to come back later. */
class Later extends Error {
  constructor(milliseconds) {
    super("later");
    this.milliseconds = milliseconds;
  }
}

const LONGEST_WAIT = 45_000;

/**
 * The viewer's door to the server.
 * Events: those of the connection, and "used" after each answer about content.
 * @param {string} base the address of this view, without a slash at the end
 */
export function createApi(base) {
  const connection = createConnection(LONGEST_WAIT);

  async function request(address, options) {
    let response;
    try {
      response = await connection.request(address, options);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "NotReady") throw new Later(0);
      if (error.status === 429 || error.status === 503)
        throw new Later(1000 * (error.retryAfter || 2));
      throw error;
    }
    if (response.status === 202) throw new Later((await response.json()).retry_after_ms ?? 500);
    return response;
  }

  const json = async (path, options) => (await request(base + path, options)).json();

  async function content(address, options) {
    const response = await request(address, options);
    connection.emit("used");
    return response;
  }

  /**
   * Tries again for as long as the server says "later" or cannot be reached.
   * @template T
   * @param {() => Promise<T>} attempt
   * @param {AbortSignal} [signal]
   * @returns {Promise<T>}
   */
  async function patiently(attempt, signal) {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof Later) await sleep(error.milliseconds, signal);
        else if (error instanceof ConnectionLost) await connection.found(signal);
        else throw error;
        signal?.throwIfAborted();
        connection.closing.throwIfAborted();
      }
    }
  }

  /* A session on two documents has three to show; without a name it is the red-lined one. */
  const door = (document = "") => ({
    /** The same server, asked about one document of a comparison. @param {string} document */
    of: door,
    patiently,
    /** Content of this view at an address of its own. @param {string} address @param {RequestInit} [options] */
    content,
    on: connection.on,
    /** What the server knows of this view. */
    state: () => json(about("", document)),
    /** @param {string} password */
    unlock: (password) => json("/password", sends("POST", { password })),
    /** @param {number} page @param {AbortSignal} [signal] */
    text: async (page, signal) =>
      (await content(base + about(`/pages/${page}/text`, document), { signal })).json(),
    /** @param {number} page @param {{width: number, format: string}} look @param {AbortSignal} [signal] */
    image: async (page, { width, format }, signal) => {
      const path = `/pages/${page}/image?width=${width}&format=${format}`;
      return (await content(base + about(path, document), { signal })).blob();
    },
    /** @param {string} query @param {{matchCase: boolean, wholeWords: boolean}} options @param {AbortSignal} [signal] */
    search: (query, { matchCase, wholeWords }, signal) => {
      const q = new URLSearchParams({ q: query, case: +matchCase, whole: +wholeWords });
      return json(about(`/search?${q}`, document), { signal });
    },
    /** What changed between two documents. @param {number} offset @param {number} limit */
    revisions: (offset, limit) => json(`/revisions?offset=${offset}&limit=${limit}`),
  });
  return door();
}

const about = (path, document) =>
  document ? `${path}${path.includes("?") ? "&" : "?"}document=${document}` : path;
