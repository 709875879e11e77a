import { sleep } from "../viewer/api.js";

/** A refusal of the server, as RFC 9457 words it; `body` holds what its code adds. */
export class Problem extends Error {
  /** @param {Record<string, any>} body
   *  @param {number} status */
  constructor(body, status) {
    super(body.title || String(status));
    this.status = status;
    this.code = body.code ?? "";
    this.detail = body.detail ?? "";
    this.remedy = body.remedy ?? "";
    this.correlationId = body.correlation_id ?? "";
    this.body = body;
  }
}

/** No answer: the network or the server is gone. */
export class ConnectionLost extends Error {}

const ENDED = new Set(["session_not_found", "session_stopped"]);
const GATEWAY = new Set([502, 503, 504]);
const LONGEST_WAIT = 60_000;
const JSON_BODY = { "Content-Type": "application/json" };

/**
 * The form's door to the server.
 * Events: "ended" (detail: Problem) once, "lost" and "found" as the connection goes and comes,
 * "used" after each answer.
 * @param {string} base the address of this form, without a slash at the end
 * @param {string} datasource one that is searched beside the form's own, or ""
 */
export function createApi(base, datasource) {
  const events = new EventTarget();
  const closing = new AbortController();
  let reachable = true;

  const emit = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));

  function setReachable(now) {
    if (now === reachable) return;
    reachable = now;
    emit(now ? "found" : "lost");
  }

  function address(path, query = new URLSearchParams()) {
    if (datasource) query.set("datasourceId", datasource);
    return `${base}${path}${query.size ? `?${query}` : ""}`;
  }

  async function request(path, { signal, query, ...options } = {}) {
    const signals = [closing.signal, AbortSignal.timeout(LONGEST_WAIT)];
    if (signal) signals.push(signal);
    let response;
    try {
      const at = address(path, query);
      response = await fetch(at, { ...options, signal: AbortSignal.any(signals) });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      setReachable(false);
      throw new ConnectionLost();
    }
    const told = response.headers.get("Content-Type")?.includes("json");
    if (GATEWAY.has(response.status) && !told) {
      setReachable(false);
      throw new ConnectionLost();
    }
    setReachable(true);
    if (response.ok) {
      emit("used");
      return response;
    }
    const problem = new Problem(told ? await response.json() : {}, response.status);
    if (ENDED.has(problem.code)) {
      emit("ended", problem);
      closing.abort();
      throw closing.signal.reason;
    }
    throw problem;
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
  const sends = (method, body) => ({ method, headers: JSON_BODY, body: JSON.stringify(body) });

  return {
    /** @param {string} name @param {(event: CustomEvent) => void} listener */
    on: (name, listener) => events.addEventListener(name, listener),
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
