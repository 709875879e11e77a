import { createConnection, sends, sleep } from "../connection.js";

const LONGEST_WAIT = 60_000;

/**
 * The form's door to the server.
 * Events: those of the connection, and "used" after each answer.
 * @param {string} base the address of this form, without a slash at the end
 * @param {string} datasource one that is searched beside the form's own, or ""
 */
export function createApi(base, datasource) {
  const connection = createConnection(LONGEST_WAIT);

  function address(path, query = new URLSearchParams()) {
    if (datasource) query.set("datasourceId", datasource);
    return `${base}${path}${query.size ? `?${query}` : ""}`;
  }

  async function request(path, { query, ...options } = {}) {
    const response = await connection.request(address(path, query), options);
    connection.emit("used");
    return response;
  }

  /* Asks again for as long as the server says that it is at work. */
  async function finished(path, options) {
    for (;;) {
      const response = await request(path, options);
      if (response.status !== 202) return response;
      await sleep((await response.json()).retry_after_ms ?? 500, options?.signal);
    }
  }

  const json = async (path, options) => (await request(path, options)).json();

  return {
    on: connection.on,
    /** All that the page needs to begin. @returns {Promise<Record<string, any>>} */
    state: () => json(""),
    /** @param {{words: string, tags: string[], offset: number}} search @param {AbortSignal} [signal] */
    templates({ words, tags, offset }, signal) {
      const query = new URLSearchParams({ q: words, offset: String(offset) });
      for (const tag of tags) query.append("tag", tag);
      return json("/templates", { query, signal });
    },
    /** @param {string} template its id */
    choose: (template) => json("/template", sends("POST", { template })),
    /** @param {number} number the one last seen @param {object} values @param {boolean} [leaving] */
    saveDraft(number, values, leaving = false) {
      return json("/draft", { ...sends("PUT", { number, values }), keepalive: leaving });
    },
    /**
     * A page of the document as it would be, and what it is a page of.
     * @param {{values: object, page: number, width: number}} wanted @param {AbortSignal} signal
     */
    async preview(wanted, signal) {
      const response = await request("/preview", { ...sends("POST", wanted), signal });
      const about = JSON.parse(response.headers.get("Recto-Preview") ?? "{}");
      return { image: await response.blob(), ...about };
    },
    /** @param {Blob} file @param {AbortSignal} signal @returns {Promise<{picture: string}>} */
    addPicture: (file, signal) => json("/pictures", { method: "POST", body: file, signal }),
    /** @param {string} picture */
    pictureAddress: (picture) => address(`/pictures/${encodeURIComponent(picture)}`),
    /** @param {number} number @param {object} values */
    complete: async (number, values) =>
      (await finished("/complete", sends("POST", { number, values }))).json(),
    /** @param {string} format */
    resultAddress: (format) => address(`/result/${format}`),
    /** The finished document, once it is made. @param {string} format @returns {Promise<Response>} */
    result: (format) => finished(`/result/${format}`),
  };
}
