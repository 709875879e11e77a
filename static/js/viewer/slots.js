/**
 * Lets a few tasks run at a time; whenever one ends, the most urgent waiting task starts.
 * @param {number} parallel
 * @returns {<T>(urgency: () => number, task: () => Promise<T>, signal?: AbortSignal) => Promise<T>}
 *   urgency is asked at the moment of choice, and smaller goes first
 */
export function createSlots(parallel) {
  const waiting = new Set();
  let running = 0;

  function next() {
    while (running < parallel && waiting.size > 0) {
      let chosen = null;
      let least = Infinity;
      for (const entry of waiting) {
        const urgency = entry.urgency();
        if (chosen === null || urgency < least) [chosen, least] = [entry, urgency];
      }
      waiting.delete(chosen);
      running += 1;
      chosen.start();
    }
  }

  return async (urgency, task, signal) => {
    signal?.throwIfAborted();
    await new Promise((resolve, reject) => {
      const entry = { urgency, start: resolve };
      waiting.add(entry);
      signal?.addEventListener(
        "abort",
        () => {
          if (waiting.delete(entry)) reject(signal.reason);
        },
        { once: true },
      );
      // Wait for the end of this turn: all tasks asked for in it then compete fairly.
      queueMicrotask(next);
    });
    try {
      return await task();
    } finally {
      running -= 1;
      next();
    }
  };
}
