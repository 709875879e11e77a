import { sleep } from "../connection.js";
import { toggleTheme } from "../theme.js";
import { announce, byId, make } from "../viewer/dom.js";
import { notify } from "../viewer/notices.js";
import { say } from "../words.js";
import { createMessages } from "./messages.js";
import { hideScreen, showClosed, showFailed, showOver } from "./screens.js";
import { showUnsent } from "./unsent.js";
import { showVersions } from "./versions.js";

/* The suite saves without a word to this page: so often storage is asked what it has. */
const LOOK = 4000;
/* How long closing waits for the suite to save; the server takes what comes after that too. */
const LAST_SAVE = 5000;
const MAY = "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals";

/**
 * Opens the document in the office suite, in a frame; the line above still speaks from storage.
 *
 * The suite's messages are JSON: {MessageId, SendTime, Values}.
 * @param {Record<string, any>} session the server's word on the session
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {ReturnType<import("./status.js").createStatus>} status
 * @returns {Promise<() => Promise<void>>} asks the suite to save, and waits for its answer
 */
export async function openOffice(session, api, status) {
  const root = byId("editor");
  const mayEdit = session.access === "edit";
  const frame = make("iframe", {
    class: "office",
    name: "office",
    title: session.document.name,
    sandbox: MAY,
    allow: "clipboard-read *; clipboard-write *; fullscreen",
    "data-testid": "office",
  });
  let { revision } = session;
  let modified = false;
  let closed = false;
  let answered = () => {};

  const messages = createMessages(session.origins, { "recto:save": save, "recto:close": close });
  const post = (name, values = {}) =>
    frame.contentWindow?.postMessage(
      JSON.stringify({ MessageId: name, SendTime: Date.now(), Values: values }),
      session.office,
    );

  const heard = {
    App_LoadingStatus: ({ Status }) => Status === "Frame_Ready" && post("Host_PostmessageReady"),
    Doc_ModifiedStatus({ Modified }) {
      if (Modified && !modified) messages.tell("dirty");
      modified = Boolean(Modified);
      show();
    },
    Action_Save_Resp: () => look().then(() => answered()),
    UI_Close: () => close(),
  };
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== session.office) return;
    try {
      const { MessageId, Values } = typeof data === "string" ? JSON.parse(data) : data;
      heard[MessageId]?.(Values ?? {});
    } catch {
      /* Nothing of ours. */
    }
  });

  function show() {
    if (!closed) status.show(mayEdit ? (modified ? "dirty" : "saved") : "viewing", { revision });
  }

  async function look() {
    let state;
    try {
      state = await api.state();
    } catch {
      return;
    }
    showUnsent(state.unsent);
    if (!state.revision || state.revision.number <= revision.number) return;
    revision = state.revision;
    show();
    announce(say("Saved, version {version}", { version: revision.name }));
    messages.tell("saved", { version: revision.number, savedAt: revision.saved_at });
  }

  function save() {
    if (mayEdit)
      post("Action_Save", { DontTerminateEdit: true, DontSaveIfUnmodified: true, Notify: true });
  }

  async function settle() {
    if (closed || !mayEdit || !modified) return;
    save();
    await Promise.race([new Promise((resolve) => (answered = resolve)), sleep(LAST_SAVE)]);
  }

  async function close() {
    if (closed) return;
    await settle();
    await look();
    try {
      await api.close();
    } catch (error) {
      const why = error.detail || error.title || say("The server cannot be reached.");
      return notify("close", why, { seconds: 6 });
    }
    closed = true;
    status.show("over", {});
    frame.remove();
    showClosed({ revision, discarded: false, onKeep() {} });
    messages.tell("closed", { reason: "closed", unsaved: false });
  }

  api.on("ended", () => {
    if (closed) return;
    closed = true;
    status.show("over", {});
    // What is not saved is in the suite's frame only: it stays.
    if (modified) notify("over", say("This editing session has ended. Download a copy in the editor before you leave."));
    else showOver({ kept: "", unsaved: false, onKeep() {} });
    messages.tell("closed", { reason: "ended", unsaved: modified });
  });

  const versions = () =>
    showVersions(api, { mayRestore: () => false, onRestore: async () => {}, onCompare: null });
  const commands = { save, close, versions, theme: toggleTheme };
  for (const button of document.querySelectorAll("[data-command]"))
    button.addEventListener("click", () => !closed && commands[button.dataset.command]?.());

  document.title = `${session.document.name} – Recto`;
  byId("document-name").textContent = session.document.name;
  byId("surface").append(frame);
  root.dataset.kind = "office";
  root.dataset.access = mayEdit ? "edit" : "view";
  try {
    enter(frame, await api.office());
  } catch (error) {
    showFailed(error);
    return settle;
  }
  hideScreen();
  show();
  showUnsent(session.unsent);
  messages.tell("ready", { version: revision.number, mode: mayEdit ? "edit" : "view" });
  setInterval(() => document.hidden || closed || look(), LOOK);
  return settle;
}

/* The token is posted: an address would end up in logs and histories. */
function enter(frame, { address, ...fields }) {
  const inputs = Object.entries(fields).map(([name, value]) =>
    make("input", { type: "hidden", name, value: String(value) }),
  );
  const form = make("form", { action: address, method: "post", target: frame.name, hidden: true }, ...inputs);
  document.body.append(form);
  form.submit();
  form.remove();
}
