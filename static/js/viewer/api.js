/** A refusal of the server, as RFC 9457 words it, or PrizmDoc (errorCode, message, ...). */
export class Problem extends Error {
  /** @param {Record<string, string>} body
   *  @param {number} status */
  constructor(body, status) {
    super(body.title || `The server answered ${status}`);
    this.title = this.message;
    this.status = status;
    this.code = body.code ?? body.errorCode ?? "";
    this.detail = body.detail ?? body.message ?? "";
    this.remedy = body.remedy ?? "";
    this.correlationId = body.correlation_id ?? body.correlationId ?? "";
  }
}

/** The server asks to come back later. */
class Later extends Error {
  constructor(milliseconds) {
    super("later");
    this.milliseconds = milliseconds;
  }
}

/** No answer at all: the network or the server is gone. */
export class ConnectionLost extends Error {}

const ENDED = new Set(["session_not_found", "session_stopped"]);
const LONGEST_WAIT = 45_000;
const GATEWAY = new Set([502, 503, 504]);

/**
 * The viewer's door to the server.
 * Events: "ended" (detail: Problem) once, "lost" and "found" as the connection goes and comes,
 * "used" after each answer about content.
 * @param {string} base the address of this view, without a slash at the end
 */
export function createApi(base) {
  const events = new EventTarget();
  const closing = new AbortController();
  let reachable = true;

  const emit = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));

  function setReachable(now) {
    if (now === reachable) return;
    reachable = now;
    emit(now ? "found" : "lost");
  }

  function end(problem) {
    if (closing.signal.aborted) return;
    closing.abort();
    emit("ended", problem);
  }

  async function request(address, { signal, ...options } = {}) {
    const signals = [closing.signal, AbortSignal.timeout(LONGEST_WAIT)];
    if (signal) signals.push(signal);
    let response;
    try {
      response = await fetch(address, { ...options, signal: AbortSignal.any(signals) });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      setReachable(false);
      throw new ConnectionLost();
    }
    // The caller of a stopped session chose its status, so the code comes before any status.
    const told = !response.ok && response.headers.get("Content-Type")?.includes("json");
    const problem = new Problem(told ? await response.json() : {}, response.status);
    if (ENDED.has(problem.code)) {
      end(problem);
      throw closing.signal.reason;
    }
    if (GATEWAY.has(response.status) && !told) {
      setReachable(false);
      throw new ConnectionLost();
    }
    setReachable(true);
    if (response.status === 202) throw new Later((await response.json()).retry_after_ms ?? 500);
    if (response.ok) return response;
    if (problem.code === "NotReady") throw new Later(0);
    if (response.status === 429 || response.status === 503) {
      throw new Later(1000 * (Number(response.headers.get("Retry-After")) || 2));
    }
    throw problem;
  }

  const json = async (path, options) => (await request(base + path, options)).json();

  async function content(address, options) {
    const response = await request(address, options);
    emit("used");
    return response;
  }

  /** Resolves when the server answers again. */
  function found(signal) {
    if (reachable) return Promise.resolve();
    return new Promise((resolve, reject) => {
      events.addEventListener("found", () => resolve(), { once: true, signal });
      const stop = () => reject(new DOMException("stopped", "AbortError"));
      for (const one of [signal, closing.signal])
        one?.addEventListener("abort", stop, { once: true });
    });
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
        else if (error instanceof ConnectionLost) await found(signal);
        else throw error;
        signal?.throwIfAborted();
        closing.signal.throwIfAborted();
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
    /** @param {string} name @param {(event: CustomEvent) => void} listener */
    on: (name, listener) => events.addEventListener(name, listener),
    /** What the server knows of this view. */
    state: () => json(about("", document)),
    /** @param {string} password */
    unlock: (password) =>
      json("/password", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ password }),
      }),
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

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
