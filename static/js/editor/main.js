import { Problem, sleep } from "../connection.js";
import { enableLanguages } from "../language.js";
import { toggleTheme } from "../theme.js";
import { enableDialogs, showKeys } from "../viewer/dialogs.js";
import { announce, byId, make } from "../viewer/dom.js";
import { dismiss, notify } from "../viewer/notices.js";
import { say } from "../words.js";
import { createApi } from "./api.js";
import { holdConflict, showConflict } from "./conflict.js";
import { keepCopy } from "./keep.js";
import { enableKeys, keysOf } from "./keys.js";
import { createMessages } from "./messages.js";
import { watchSession } from "./presence.js";
import { createSaving } from "./saving.js";
import { hideScreen, showClosed, showFailed, showOver } from "./screens.js";
import { createStatus } from "./status.js";
import { createSurface } from "./surface.js";
import { followUnsent } from "./unsent.js";
import { showVersions } from "./versions.js";
import { showWorkspace } from "./workspace.js";

const root = byId("editor");
const api = createApi(root.dataset.api);
const status = createStatus({ onKeep: keep });
/** @type {Record<string, any>} what the server said of the session last */
let session;
/** @type {Awaited<ReturnType<typeof createSurface>>} */
let surface;
/** @type {ReturnType<typeof createSaving>} */
let saving;
/** @type {ReturnType<typeof createMessages>} */
let messages = { tell() {} };
let mode = "view";
/** @type {ReturnType<typeof followUnsent>} */
let showUnsent = () => {};
/** Whether the workspace offers a command. */
let offers = () => true;
let closed = false;
/* Stores what is not stored yet, where the page may do so without being told. */
let settle = async () => session?.autosave.enabled && (await saving?.save("autosave"));

/* ---- opening ---- */

async function begin() {
  const note = root.dataset.debug && (await debugging());
  session = await api.state();
  while (session.state === "loading") {
    await sleep(500);
    session = await api.state();
  }
  if (session.office) {
    const { openOffice } = await import("./office.js");
    settle = await openOffice(session, api, status);
    return;
  }
  if (session.draft && mayEdit()) {
    // Of a page that went away without a word: what it had not saved becomes a version now.
    api.leave(null, session.draft.base, "");
    await sleep(300);
    session = await api.state();
  }
  messages = createMessages(session.origins, {
    "recto:save": () => saving && commands.save(),
    "recto:close": close,
    "recto:setMode": ({ mode: wanted }) => setMode(wanted),
  }, note || undefined);
  if (session.state === "failed") {
    messages.tell("error", { code: session.error.code, message: session.error.title });
    return showFailed(new Problem(session.error, session.error.status));
  }
  surface = await createSurface(session, root.dataset, api, { onChange: () => saving.changed() });
  saving = createSaving(api, {
    content: surface.content,
    contentNow: surface.contentNow,
    extension: surface.extension,
    enabled: mayEdit() && session.autosave.enabled,
    seconds: session.autosave.seconds,
    onChange: told,
  });
  root.dataset.kind = surface.kind;
  document.title = `${session.document.name} – Recto`;
  byId("document-name").textContent = session.document.name;
  hideScreen();
  await openNewest();
  setMode(mayEdit() ? "edit" : "view");
  watchSession(api, { onNews: heardOf });
  showUnsent = followUnsent(api, heardOf);
  showUnsent(session.unsent);
  messages.tell("ready", { version: saving.revision().number, mode });
  surface.focus();
}

async function debugging() {
  const { showDebugging } = await import("./debug.js");
  const { api: address, debug: version, editing, viewing } = root.dataset;
  return showDebugging({
    about: {
      [say("Session")]: address.split("/").at(-1),
      [say("Version")]: version,
      [say("Language")]: document.documentElement.lang,
      [say("Workspaces")]: `${editing || "full"}, ${viewing || "full"}`,
    },
    api,
  });
}

const mayEdit = () => session.access === "edit" && surface?.editable !== false;

/* Shows the newest version; what is on the page is given up. */
async function openNewest() {
  const { bytes, name } = await surface.fetch();
  if (name !== session.revision.name) session = await api.state();
  const remarks = await surface.open(bytes);
  saving.adopt(session.revision);
  for (const place of document.querySelectorAll("[data-remark]"))
    place.textContent = remarks.join(" ");
}

function setMode(wanted) {
  if (wanted === "edit" && !mayEdit())
    return messages.tell("error", { code: "edit_view_only", message: say("Opened for viewing only.") });
  if (wanted !== "view" && wanted !== "edit") return;
  mode = wanted;
  root.dataset.access = mode;
  offers = showWorkspace(root, root.dataset[mode === "edit" ? "editing" : "viewing"]);
  surface.setEditable(mode === "edit");
  if (mode === "view" && !saving.isDirty())
    status.show("viewing", { revision: saving.revision() });
  else if (!saving.isDirty()) status.show("saved", { revision: saving.revision() });
}

/* ---- saving ---- */

function told(state, detail) {
  if (closed) return;
  status.show(state, detail);
  byId("save").disabled = state === "saved";
  if (state === "dirty" && !detail.fresh) messages.tell("dirty");
  if (detail.fresh) {
    showUnsent(detail.unsent);
    dismiss("newer");
    announce(say("Saved, version {version}", { version: detail.revision.name }));
    messages.tell("saved", { version: detail.revision.number, savedAt: detail.revision.saved_at });
  }
  if (state === "failing" || state === "refused") {
    const { code, message, title } = detail.error;
    messages.tell("error", { code: code || "connection_lost", message: title || message });
  }
  if (state === "conflict") {
    messages.tell("error", { code: "revision_conflict", message: say("There is a newer version.") });
    askConflict(detail);
  }
  if (state === "over") {
    messages.tell("closed", { reason: "ended", unsaved: saving.isDirty() });
    showOver({ kept: detail.kept, unsaved: saving.isDirty(), onKeep: keep });
  }
}

function askConflict(versions) {
  const settle = async (run) => {
    try {
      await run();
      byId("conflict").close();
    } catch (error) {
      if (error.code === "revision_conflict") return askConflict({ ...versions, current: error.body.current });
      notify("conflict", error.detail || error.title || say("The server cannot be reached."), { seconds: 6 });
      askConflict(versions);
    }
  };
  showConflict(versions, {
    theirs: () =>
      settle(async () => {
        session = await api.state();
        await openNewest();
      }),
    mine: () =>
      settle(async () => {
        const { revision } = await api.restore(versions.kept, versions.current);
        saving.adopt(revision, { keepEdits: true });
        messages.tell("saved", { version: revision.number, savedAt: revision.saved_at });
      }),
    compare:
      surface.kind === "text" &&
      (async () => {
        const { bytes } = await api.content(String(versions.current));
        const theirs = say("Version {version}, theirs", { version: String(versions.current) });
        compare(theirs, surface.textOf(bytes), say("Yours"), surface.text());
      }),
  });
}

/* A newer version that somebody else made, told while nothing is unsaved here. */
function heardOf(state) {
  const known = saving.revision();
  if (closed || state.revision.number <= known.number || saving.isDirty()) return;
  const { name: version, author } = state.revision;
  const text = author
    ? say("There is a newer version, {version} by {author}.", { version, author })
    : say("There is a newer version, {version}.", { version });
  notify("newer", text, {
    action: {
      label: say("Open it"),
      async run() {
        dismiss("newer");
        session = await api.state();
        await openNewest();
        setMode(mode);
      },
    },
  });
}

async function keep() {
  const { name, format } = session.document;
  const { content, extension } = surface.copy?.() ?? {
    content: await surface.content(),
    extension: surface.extension() || format,
  };
  const plain = name.toLowerCase().endsWith(`.${extension}`) ? name : `${name}.${extension}`;
  keepCopy(content, plain);
}

/* ---- versions ---- */

function compare(left, a, right, b) {
  byId("compare-left").textContent = left;
  byId("compare-right").textContent = right;
  byId("compare").showModal();
  const view = surface.compare(byId("compare-body"), a, b);
  byId("compare").addEventListener("close", () => view.destroy(), { once: true });
}

const versions = () =>
  showVersions(api, {
    mayRestore: () => mode === "edit",
    async onRestore(name) {
      await saving.save("explicit");
      if (saving.isDirty()) throw { detail: say("Your changes could not be saved, so nothing was restored.") };
      await api.restore(name, saving.revision().number);
      session = await api.state();
      await openNewest();
      surface.setEditable(true);
      const named = { version: name, newest: session.revision.name };
      notify("restored", say("Version {version} is the newest again, as {newest}.", named), {
        seconds: 5,
      });
    },
    onCompare:
      surface.kind === "text" &&
      (async ({ name }) => {
        const { bytes } = await api.content(name);
        const left = say("Version {version}", { version: name });
        compare(left, surface.textOf(bytes), say("On this page"), surface.text());
      }),
  });

/* ---- closing ---- */

async function close() {
  if (!saving || closed || saving.isOver()) return;
  surface.check();
  if (saving.isDirty() && mayEdit()) {
    if (!session.autosave.enabled) return askLeave();
    await saving.save("close");
    if (saving.isDirty()) return notify("close", say("Not closed: your changes are not saved yet."), { seconds: 6 });
  }
  await end(false);
}

async function end(discarded) {
  try {
    await api.close();
  } catch (error) {
    const why = error.detail || error.title || say("Not closed: the server cannot be reached.");
    return notify("close", why, { seconds: 6 });
  }
  closed = true;
  saving.end();
  showClosed({ revision: saving.revision(), discarded, onKeep: keep });
  messages.tell("closed", { reason: "closed", unsaved: discarded });
}

function askLeave() {
  const dialog = byId("leaving");
  const button = (text, run, look = "") =>
    make(
      "button",
      {
        class: `button ${look}`,
        type: "button",
        click() {
          dialog.close();
          run();
        },
      },
      text,
    );
  byId("leaving-body").replaceChildren(
    make("p", {}, say("This document is saved only when you say so. Your last changes are not saved.")),
    make(
      "div",
      { class: "dialog-actions" },
      button(say("Go on editing"), () => surface.focus()),
      button(say("Discard them and close"), () => end(true)),
      button(
        say("Save and close"),
        async () => {
          await saving.save("explicit");
          if (!saving.isDirty()) await end(false);
        },
        "primary",
      ),
    ),
  );
  dialog.showModal();
}

/* ---- the frame ---- */

const commands = {
  save() {
    if (mode !== "edit") return;
    surface.check();
    saving.save("explicit");
  },
  close,
  versions,
  theme: toggleTheme,
  help: () => showKeys(keysOf(surface.kind, mode, offers)),
};
const run = (name) => offers(name) && (commands[name] ?? surface?.commands[name])?.();

for (const button of document.querySelectorAll("[data-command]"))
  button.addEventListener("click", () => surface && !closed && run(button.dataset.command));
enableKeys(run, () => surface?.kind);
enableDialogs();
enableLanguages(() => settle());
holdConflict();

api.on("ended", async () => {
  if (closed || saving?.isOver()) return;
  // The server keeps beside the document what comes after the end.
  if (saving?.isDirty() && session.autosave.enabled) await saving.save("close");
  if (saving && !saving.isOver()) saving.end();
});

begin().catch((error) => {
  if (error.name === "AbortError") return showOver({ kept: "", unsaved: false, onKeep: keep });
  showFailed(error.title ? error : { title: say("The document could not be opened"), detail: error.message });
});
