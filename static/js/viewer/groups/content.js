import { Problem } from "../../connection.js";
import { say } from "../../words.js";

/**
 * What the server tells of a session in page groups.
 * @param {ReturnType<import("../api.js").createApi>} api
 * @param {string} address of the session, without a slash at the end
 */
export function createContent(api, address) {
  const root = `${address}/content/root`;

  /* This protocol does not say whether a session is over, so its own door is asked. */
  async function asked(path, options) {
    try {
      return await api.content(path, options);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await api.state();
      error.title = say("This page could not be loaded");
      throw error;
    }
  }

  return {
    /** The first page of each group, from 0. @returns {Promise<number[]>} */
    starts: () =>
      api.patiently(async () => {
        const { pageGroups } = await (await asked(`${root}/metadata`)).json();
        return pageGroups.map(({ startPage }) => startPage - 1);
      }),
    /**
     * Some bytes of a group's PDF, and how many there are in all.
     * @param {number} index
     * @param {number} begin
     * @param {number} end the first byte that is not wanted
     * @param {AbortSignal} signal
     * @returns {Promise<{bytes: Uint8Array, size: number}>}
     */
    piece: (index, begin, end, signal) =>
      api.patiently(async () => {
        const headers = { Range: `bytes=${begin}-${end - 1}` };
        const response = await asked(`${root}/pageGroups/${index}`, { headers, signal });
        const bytes = new Uint8Array(await response.arrayBuffer());
        const size = /\/(\d+)$/.exec(response.headers.get("Content-Range"));
        // A server in between that knows no ranges sends the whole.
        return size
          ? { bytes, size: Number(size[1]) }
          : { bytes: bytes.slice(begin, end), size: bytes.length };
      }, signal),
    beat: () => asked(`${address}/heartbeat`, { method: "POST" }),
  };
}
