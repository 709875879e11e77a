/**
 * What the parts of the viewer know in common. A part sets keys, others listen to them.
 * @template {Record<string, unknown>} S
 * @param {S} initial
 * @returns {{ get: () => Readonly<S>, set: (patch: Partial<S>) => void,
 *   on: (key: keyof S, listener: (state: Readonly<S>) => void) => void }}
 */
export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  const listeners = new Map();
  return {
    get: () => state,
    set(patch) {
      const changed = Object.keys(patch).filter((key) => patch[key] !== state[key]);
      if (changed.length === 0) return;
      state = Object.freeze({ ...state, ...patch });
      const due = new Set(changed.flatMap((key) => listeners.get(key) ?? []));
      for (const listener of due) listener(state);
    },
    on(key, listener) {
      listeners.set(key, [...(listeners.get(key) ?? []), listener]);
    },
  };
}
