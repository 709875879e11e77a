import { sleep } from "../../connection.js";

const PORTION = 1000;
const FIRST_WAIT = 400;
const SLOWEST = 3000;

/**
 * Fetches what changed; again until the changes have their places on the pages.
 * @param {ReturnType<import("../api.js").createApi>} api
 * @param {(result: {revisions: import("./wording.js").Change[], total: number, located: boolean,
 *   proof: import("./wording.js").Proof}) => void} take
 * @throws {import("../../connection.js").Problem}
 */
export async function followRevisions(api, take) {
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, SLOWEST)) {
    const result = await fetchAll(api);
    take(result);
    if (result.located) return;
    await sleep(wait);
  }
}

async function fetchAll(api) {
  const revisions = [];
  for (;;) {
    const answer = await api.patiently(() => api.revisions(revisions.length, PORTION));
    revisions.push(...answer.revisions);
    if (revisions.length >= answer.total || answer.revisions.length === 0)
      return { ...answer, revisions };
  }
}
