import { ConnectionLost, createConnection, sends, sleep } from "../connection.js";

const LONGEST_WAIT = 45_000;

/** @typedef {{field: string, action: "correct" | "confirm" | "add" | "remove" | "check",
 *   value?: string | null, type?: string, text?: string, page?: number,
 *   box?: [number, number, number, number]}} Change */

/**
 * The review's door to the server. Events are those of the connection.
 * @param {string} base the address of this review, without a slash at the end
 */
export function createApi(base) {
  const connection = createConnection(LONGEST_WAIT);
  const at = (document, path) => `${base}/documents/${document}${path}`;
  const json = async (address, options) => (await connection.request(address, options)).json();

  /**
   * Asks again for as long as the server says "later" or cannot be reached.
   * @param {() => Promise<Response>} attempt @param {AbortSignal} [signal]
   */
  async function patiently(attempt, signal) {
    for (;;) {
      try {
        const response = await attempt();
        if (response.status !== 202) return response;
        await sleep((await response.json()).retry_after_ms ?? 500, signal);
      } catch (error) {
        if (error instanceof ConnectionLost) await connection.found(signal);
        else if (error.status === 429 || error.status === 503)
          await sleep(1000 * (error.retryAfter || 2), signal);
        else throw error;
      }
      signal?.throwIfAborted();
      connection.closing.throwIfAborted();
    }
  }

  return {
    on: connection.on,
    found: connection.found,
    closing: connection.closing,
    /** The session and its documents. */
    state: () => json(base),
    /** A document with what was read from it, in the newest version. @param {string} document */
    document: (document) => json(at(document, "")),
    /** @param {string} document @param {number} version the one seen @param {Change[]} changes */
    change: (document, version, changes) =>
      json(at(document, "/corrections"), sends("POST", { version, changes })),
    /** Takes back what a version changed. @param {string} document @param {number} version the
     *   one seen @param {number} undone */
    undo: (document, version, undone) =>
      json(at(document, "/undo"), sends("POST", { version, undone })),
    /**
     * The words in a box, and what they are as a value of this type.
     * @param {string} document @param {number} page @param {number[]} box @param {string} type
     * @returns {Promise<{text: string, value: string}>}
     */
    async textIn(document, page, box, type) {
      const body = sends("POST", { page, box, type });
      return (await patiently(() => connection.request(at(document, "/text"), body))).json();
    },
    /**
     * @param {string} document
     * @param {number} page @param {{width: number, format: string}} look @param {AbortSignal} signal
     * @returns {Promise<Blob>}
     */
    async image(document, page, { width, format }, signal) {
      const address = at(document, `/pages/${page}/image?width=${width}&format=${format}`);
      return (await patiently(() => connection.request(address, { signal }), signal)).blob();
    },
  };
}
