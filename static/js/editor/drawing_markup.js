const LONGEST_HISTORY = 200;

/**
 * The mark-up of a drawing with its history. Objects are never changed, only replaced.
 * @param {(change: {loud: boolean}) => void} onChange `loud` unless it was merely opened
 */
export function createMarkup(onChange) {
  /** @type {Record<string, any>[]} */
  let present = [];
  /** @type {Record<string, any>[][]} */
  let past = [];
  /** @type {Record<string, any>[][]} */
  let future = [];

  function become(next, amends = false) {
    if (!amends) past = [...past, present].slice(-LONGEST_HISTORY);
    future = [];
    present = next;
    onChange({ loud: true });
  }

  return {
    all: () => present,
    get: (id) => present.find((one) => one.id === id),
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    open(objects) {
      [present, past, future] = [objects, [], []];
      onChange({ loud: false });
    },
    add: (one) => become([...present, one]),
    /** @param {Record<string, any>} one @param {boolean} [amends] is part of the last change */
    replace: (one, amends) =>
      become(present.map((other) => (other.id === one.id ? one : other)), amends),
    /** @param {string} id @param {boolean} [amends] */
    remove: (id, amends) => become(present.filter((one) => one.id !== id), amends),
    undo() {
      if (!past.length) return;
      future = [present, ...future];
      present = past.pop();
      onChange({ loud: true });
    },
    redo() {
      if (!future.length) return;
      past = [...past, present];
      [present, ...future] = future;
      onChange({ loud: true });
    },
  };
}
