import { createConnection, sleep } from "../connection.js";

const LONGEST_WAIT = 60_000;
/* What is sent on leaving may weigh so much together; browsers refuse more. */
const BEACON_BYTES = 60_000;
/* A header that no form and no other site's page can send. */
const OURS = { "Recto-Editor": "1" };

/**
 * The editor's door to the server.
 * Events: those of the connection.
 * @param {string} base the address of this session, without a slash at the end
 */
export function createApi(base) {
  const connection = createConnection(LONGEST_WAIT);
  // Work is sent even when the session is over: the server then keeps it beside the document.
  const work = createConnection(LONGEST_WAIT);
  work.on("answered", ({ detail }) => connection.emit("answered", detail));

  /* Asks again for as long as the server says that it is at work. */
  async function finished(path) {
    for (;;) {
      const response = await connection.request(base + path);
      if (response.status !== 202) return response;
      await sleep((await response.json()).retry_after_ms ?? 500, connection.closing);
    }
  }

  const change = (number, options) => ({
    ...options,
    headers: { ...OURS, "If-Match": `"${number}"` },
  });
  const query = (members) => {
    const text = new URLSearchParams(Object.entries(members).filter(([, value]) => value));
    return text.size ? `?${text}` : "";
  };

  return {
    on: connection.on,
    /** @returns {Promise<Record<string, any>>} */
    async state() {
      const state = await (await connection.request(base)).json();
      state.document.name ||= `Document.${state.document.format}`;
      return state;
    },
    /** A version's bytes, and its number for the newest. @param {string} [name] */
    async content(name) {
      const response = await finished(name ? `/revisions/${name}` : "/content");
      return {
        bytes: await response.arrayBuffer(),
        name: response.headers.get("ETag")?.match(/[\w]+/)?.[0] ?? "",
      };
    },
    /** A version as PDF. @param {string} [name] */
    async pdf(name) {
      const response = await finished(`/pdf${query({ revision: name })}`);
      return {
        bytes: await response.arrayBuffer(),
        name: response.headers.get("ETag")?.match(/[\w]+/)?.[0] ?? "",
      };
    },
    /** What a drawing consists of. */
    async drawing() {
      const response = await finished("/drawing");
      const name = response.headers.get("ETag")?.match(/[\w]+/)?.[0] ?? "";
      return { drawing: await response.json(), name };
    },
    /** A sheet of a drawing as SVG. @param {number} number @param {string} name of the version */
    picture: async (number, name) =>
      (await finished(`/drawing/${number}${query({ revision: name })}`)).text(),
    /**
     * @param {Blob} content @param {number} number of the version it was made from
     * @param {string} reason @param {string} extension
     */
    async save(content, number, reason, extension) {
      const address = `${base}/content${query({ reason, extension })}`;
      const options = change(number, { method: "PUT", body: content });
      return (await work.request(address, options)).json();
    },
    /** @param {Blob} content @param {number} number @param {string} extension */
    draft: (content, number, extension) =>
      work.request(
        `${base}/draft${query({ extension })}`,
        change(number, { method: "PUT", body: content }),
      ),
    /**
     * The last word of a page that goes away; without small content, the draft is to be saved.
     * @param {Blob | null} content @param {number} number @param {string} extension
     */
    leave(content, number, extension) {
      const small = content && content.size <= BEACON_BYTES;
      const address = `${base}/beacon${query({ revision: String(number), extension })}`;
      return navigator.sendBeacon(address, small ? content : new Blob([]));
    },
    /** @param {number | null} before where the last page ended */
    revisions: async (before) =>
      (await connection.request(`${base}/revisions${query({ limit: "50", before })}`)).json(),
    /** @param {string} name @param {number} number of the newest version */
    restore: async (name, number) =>
      (
        await connection.request(
          `${base}/revisions/${name}/restore`,
          change(number, { method: "POST" }),
        )
      ).json(),
    /** Where the office suite opens the document, and what lets it in. */
    office: async () =>
      (await connection.request(`${base}/office`, { method: "POST", headers: OURS })).json(),
    close: () => connection.request(`${base}/close`, { method: "POST", headers: OURS }),
    /** Where a version is fetched as a file. @param {string} [name] */
    download: (name) => `${base}/${name ? `revisions/${name}` : "content"}?download=1`,
  };
}
