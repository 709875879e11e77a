import { explain, say } from "./words.js";

/** A refusal of the server, as RFC 9457 words it, or PrizmDoc (errorCode, message, ...). */
export class Problem extends Error {
  /** @param {Record<string, any>} body what its code adds stands there too
   *  @param {number} status */
  constructor(body, status) {
    const code = body.code ?? body.errorCode ?? "";
    const { title, detail, remedy } = explain({ detail: body.message, ...body, code });
    super(title || say("The server answered {status}", { status: String(status) }));
    this.title = this.message;
    this.status = status;
    this.code = code;
    this.detail = detail ?? "";
    this.remedy = remedy ?? "";
    this.correlationId = body.correlation_id ?? body.correlationId ?? "";
    this.body = body;
  }
}

/** No answer at all: the network or the server is gone. */
export class ConnectionLost extends Error {}

const ENDED = new Set(["session_not_found", "session_stopped"]);
const GATEWAY = new Set([502, 503, 504]);

/**
 * A page's connection to the server, for as long as its session lasts.
 * Events: "ended" (detail: Problem) once, "lost" and "found" as the connection goes and comes,
 * "answered" (detail: Answer) after each request.
 * @param {number} longestWait milliseconds until an answer counts as none
 */
export function createConnection(longestWait) {
  const events = new EventTarget();
  const closing = new AbortController();
  let reachable = true;

  const emit = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));

  function setReachable(now) {
    if (now === reachable) return;
    reachable = now;
    emit(now ? "found" : "lost");
  }

  /**
   * @param {string} address @param {RequestInit} [options]
   * @returns {Promise<Response>} with a status below 300
   * @throws {Problem | ConnectionLost | DOMException}
   */
  async function request(address, { signal, ...options } = {}) {
    const signals = [closing.signal, AbortSignal.timeout(longestWait)];
    if (signal) signals.push(signal);
    const begun = performance.now();
    let response;
    try {
      const head = await fetch(address, { ...options, signal: AbortSignal.any(signals) });
      // With its body: a connection can break halfway through one, too.
      const body = await head.arrayBuffer();
      // An answer without content may have no body at all, not even an empty one.
      response = new Response(body.byteLength ? body : null, head);
      emit("answered", answer(address, options, response, begun));
    } catch (error) {
      if (error.name === "AbortError") throw error;
      emit("answered", answer(address, options, null, begun));
      setReachable(false);
      throw new ConnectionLost();
    }
    // The caller of a stopped session chose its status, so the code comes before any status.
    const told = !response.ok && response.headers.get("Content-Type")?.includes("json");
    const problem = new Problem(told ? await response.json() : {}, response.status);
    if (ENDED.has(problem.code)) {
      if (!closing.signal.aborted) {
        closing.abort();
        emit("ended", problem);
      }
      throw closing.signal.reason;
    }
    if (GATEWAY.has(response.status) && !told) {
      setReachable(false);
      throw new ConnectionLost();
    }
    setReachable(true);
    if (response.ok) return response;
    problem.retryAfter = Number(response.headers.get("Retry-After")) || 0;
    throw problem;
  }

  /** Resolves when the server answers again. @param {AbortSignal} [signal] */
  function found(signal) {
    if (reachable) return Promise.resolve();
    return new Promise((resolve, reject) => {
      events.addEventListener("found", () => resolve(), { once: true, signal });
      const stop = () => reject(new DOMException("stopped", "AbortError"));
      for (const one of [signal, closing.signal])
        one?.addEventListener("abort", stop, { once: true });
    });
  }

  return {
    request,
    found,
    emit,
    /** Aborted when the session is over. */
    closing: closing.signal,
    /** @param {string} name @param {(event: CustomEvent) => void} listener */
    on: (name, listener) => events.addEventListener(name, listener),
  };
}

/**
 * What is known of a request; without a response nobody answered.
 * @typedef {ReturnType<typeof answer>} Answer
 */
const answer = (address, { method = "GET" }, response, begun) => ({
  method,
  path: new URL(address, location.href).pathname,
  status: response?.status ?? 0,
  milliseconds: Math.round(performance.now() - begun),
  correlationId: response?.headers.get("X-Correlation-Id") ?? "",
});

/** @param {string} method @param {object} body @returns {RequestInit} a request with a JSON body */
export const sends = (method, body) => ({
  method,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

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
