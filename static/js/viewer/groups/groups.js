import { Problem } from "../../connection.js";
import { say } from "../../words.js";

/* Groups that stay open although nobody looks at their pages. */
const KEPT = 3;
const PIECE = 65_536;

/**
 * Opens page groups as PDFs, of which only the bytes that a page needs are fetched, and closes
 * those that were not used for the longest time.
 * @param {ReturnType<import("./content.js").createContent>} content
 * @param {string} library where pdf.js is, with a slash at the end
 */
export function createGroups(content, library) {
  const address = new URL(library, location.href).href;
  const open = new Map();
  let program = null;
  let loads = 0;
  let ready = null;
  let starts = [];
  const groupOf = (number) => starts.findLastIndex((first) => first <= number);

  function prepare() {
    ready ??= begun().catch((error) => {
      ready = null;
      throw error;
    });
    return ready;
  }

  async function begun() {
    program ??= loaded();
    const [found, known] = await Promise.all([program, content.starts()]);
    starts = known;
    return found;
  }

  async function loaded() {
    const again = () => (program = ready = null);
    // The browser keeps a script that could not be loaded for one that never can be.
    const query = loads++ ? `?again=${loads}` : "";
    try {
      const found = await load(address, query);
      found.worker.promise.catch(again);
      return found;
    } catch (error) {
      again();
      throw error;
    }
  }

  async function start(index, closing, failed) {
    const { pdfjs, worker } = await prepare();
    const first = await content.piece(index, 0, PIECE, closing.signal);
    closing.signal.throwIfAborted();
    const whole = first.size <= PIECE;
    const range = new pdfjs.PDFDataRangeTransport(first.size, first.bytes, whole);
    range.requestDataRange = (begin, end) =>
      content
        .piece(index, begin, end, closing.signal)
        .then(({ bytes }) => closing.signal.aborted || range.onDataRange(begin, bytes))
        .catch(failed);
    const task = pdfjs.getDocument({
      range,
      worker,
      rangeChunkSize: PIECE,
      disableAutoFetch: true,
      disableStream: true,
      verbosity: pdfjs.VerbosityLevel.ERRORS,
      cMapUrl: `${address}cmaps/`,
      iccUrl: `${address}iccs/`,
      standardFontDataUrl: `${address}standard_fonts/`,
      wasmUrl: `${address}wasm/`,
    });
    const end = () => task.destroy().catch(() => {});
    closing.signal.addEventListener("abort", end, { once: true });
    return task.promise;
  }

  function acquire(index) {
    const group = open.get(index) ?? begin(index);
    // The order of the map is the order of use.
    open.delete(index);
    open.set(index, group);
    group.users += 1;
    return group;
  }

  function begin(index) {
    const closing = new AbortController();
    const { promise: failure, reject } = Promise.withResolvers();
    failure.catch(() => {});
    const failed = (error) => {
      if (open.get(index) === group) open.delete(index);
      reject(error); // before those who work on it are stopped: they fail with this
      closing.abort();
    };
    const group = { closing, failure, users: 0, document: start(index, closing, failed) };
    group.document.catch(failed);
    return group;
  }

  function trim() {
    for (const [index, group] of open) {
      if (open.size <= KEPT) return;
      if (group.users > 0) continue;
      open.delete(index);
      group.closing.abort();
    }
  }

  return {
    /**
     * Does something with a page; its group stays open meanwhile.
     * @template T
     * @param {number} number of the page, from 0
     * @param {(page: import("pdfjs-dist").PDFPageProxy, over: AbortSignal) => Promise<T>} task
     *   over: aborted when nobody waits any more, or the group has failed
     * @param {AbortSignal} [signal]
     * @returns {Promise<T>}
     */
    async withPage(number, task, signal) {
      await prepare();
      signal?.throwIfAborted();
      const index = groupOf(number);
      const group = acquire(index);
      const over = AbortSignal.any([group.closing.signal, ...(signal ? [signal] : [])]);
      const run = async () => {
        const document = await group.document;
        signal?.throwIfAborted();
        const page = await document.getPage(number - starts[index] + 1);
        signal?.throwIfAborted();
        try {
          return await task(page, over);
        } finally {
          page.cleanup();
        }
      };
      try {
        return await Promise.race([run(), group.failure, abortion(signal)]);
      } finally {
        group.users -= 1;
        if (group.users === 0 && open.get(index) !== group) group.closing.abort();
        trim();
      }
    },
    /**
     * The next who asks for a page has its group fetched anew: what is here or on its way may be
     * what failed.
     * @param {number} number of the page, from 0
     */
    renew(number) {
      const index = groupOf(number);
      const group = open.get(index);
      open.delete(index);
      if (group?.users === 0) group.closing.abort();
    },
    close() {
      for (const group of open.values()) group.closing.abort();
      open.clear();
      ready?.then(({ worker }) => worker.destroy()).catch(() => {});
    },
  };
}

/* Whoever gave up waiting must not hold a place in the queue. */
const abortion = (signal) =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

async function load(address, query) {
  const pdfjs = await import(`${address}build/pdf.min.mjs${query}`).catch(() => {
    throw new Problem({ title: say("The program that reads PDFs could not be loaded") });
  });
  pdfjs.GlobalWorkerOptions.workerSrc = `${address}build/pdf.worker.min.mjs${query}`;
  const worker = new pdfjs.PDFWorker({ verbosity: pdfjs.VerbosityLevel.ERRORS });
  return { pdfjs, worker };
}
