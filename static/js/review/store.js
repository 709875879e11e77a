import { ConnectionLost } from "../connection.js";
import { valueOf } from "./result.js";

/** Somebody else changed the same value. What to do about it is the person's word. */
/** @typedef {{name: string, theirs: import("./result.js").Value | undefined,
 *   mine: import("./api.js").Change, by: string}} Clash */

/* The server takes no more at a time. */
const MOST_CHANGES = 200;
const TABLE = /^(.+)\[\d+\]/;

/**
 * What the server holds of the documents, and this window's changes on their way there, one after
 * the other.
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{onResult: (id: string, result: object) => void,
 *   onState: (state: "saving" | "saved" | "unsaved" | "refused") => void,
 *   onClash: (clash: Clash) => Promise<"mine" | "theirs">}} page
 */
export function createStore(api, { onResult, onState, onClash }) {
  /** @type {Map<string, {result: any, made: number[]}>} */
  const known = new Map();
  let waiting = 0;
  let chain = Promise.resolve();

  function adopt(id, result) {
    const entry = known.get(id) ?? { result, made: [] };
    entry.result = result;
    known.set(id, entry);
    onResult(id, result);
    return result;
  }

  const reload = async (id) => adopt(id, await api.document(id));

  /** Runs when all before it has been answered. */
  function inTurn(task) {
    waiting += 1;
    onState("saving");
    const turn = chain.then(task).then(
      (answer) => {
        waiting -= 1;
        onState(waiting ? "saving" : "saved");
        return answer;
      },
      (error) => {
        waiting -= 1;
        if (error.name !== "AbortError") onState("refused");
        throw error;
      },
    );
    chain = turn.catch(() => {});
    return turn;
  }

  /* An answer that was lost may mean that the change is there: then it is found to be. */
  async function persist(id, changes, send) {
    for (;;) {
      const { result } = known.get(id);
      try {
        return await send(result.version);
      } catch (error) {
        if (error instanceof ConnectionLost) {
          onState("unsaved");
          await api.found();
          onState("saving");
        } else if (error.code === "result_outdated") {
          if (!(await settle(id, result, changes))) return null;
        } else throw error;
      }
    }
  }

  /** After another window's change: drops from `changes` what need not or may not be done. */
  async function settle(id, seen, changes) {
    const newest = await reload(id);
    for (const change of [...changes]) {
      const drop = () => changes.splice(changes.indexOf(change), 1);
      if (isDone(newest, change)) drop();
      else if (!same(seen, newest, change.field)) {
        const theirs = valueOf(newest, change.field);
        const by = newest.author?.name ?? "";
        if ((await onClash({ name: change.field, theirs, mine: change, by })) === "theirs") drop();
        else if (change.action === "add" && theirs) change.action = "correct";
      }
    }
    return changes.length > 0;
  }

  return {
    /** The newest result that is known. @param {string} id */
    get: (id) => known.get(id)?.result,
    /** @param {string} id */
    reload,
    isBusy: () => waiting > 0,
    /** Resolves when all that was said so far has been answered. */
    settled: () => chain,
    canUndo: (id) => Boolean(known.get(id)?.made.length),
    /**
     * Stores changes of a document as a new version.
     * @param {string} id @param {import("./api.js").Change[]} wanted
     */
    save(id, wanted) {
      return inTurn(async () => {
        for (let at = 0; at < wanted.length; at += MOST_CHANGES) {
          const changes = wanted.slice(at, at + MOST_CHANGES).map((change) => ({ ...change }));
          const result = await persist(id, changes, (version) => api.change(id, version, changes));
          if (!result) continue;
          known.get(id).made.push(result.version);
          adopt(id, result);
        }
      });
    },
    /** Takes back this window's last change of a document; whether there was one. */
    undo(id) {
      return inTurn(async () => {
        const { made } = known.get(id);
        const last = made.pop();
        if (last === undefined) return false;
        const result = await persist(id, [], (version) => api.undo(id, version, last));
        if (result) adopt(id, result);
        return Boolean(result);
      });
    },
  };
}

const alike = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/* Rows that came or went make a cell's number stand for another cell. */
function same(seen, newest, name) {
  const table = TABLE.exec(name)?.[1];
  const rows = (result) => result.tables.find((one) => one.name === table)?.rows.length;
  if (table && rows(seen) !== rows(newest)) return false;
  if (table && name.endsWith("]")) return alike(rowsOf(seen, table), rowsOf(newest, table));
  return alike(valueOf(seen, name), valueOf(newest, name));
}

const rowsOf = (result, table) => result.tables.find((one) => one.name === table)?.rows;

function isDone(newest, { action, field, value }) {
  if (action === "check") return Boolean(newest.review);
  if (action === "remove") return false;
  const now = valueOf(newest, field);
  if (!now?.state) return false;
  return action === "confirm" ? now.state === "confirmed" : now.value === value;
}
