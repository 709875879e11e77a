import { sleep } from "../connection.js";
import { toggleTheme } from "../theme.js";
import { enableDialogs, showKeys } from "../viewer/dialogs.js";
import { announce, byId, make } from "../viewer/dom.js";
import { dismiss, notify } from "../viewer/notices.js";
import { createApi } from "./api.js";
import { holdConflict, showConflict } from "./conflict.js";
import { keepCopy } from "./keep.js";
import { enableKeys, keysOf } from "./keys.js";
import { createMessages } from "./messages.js";
import { watchSession } from "./presence.js";
import { createSaving } from "./saving.js";
import { hideScreen, showClosed, showFailed, showOver } from "./screens.js";
import { createStatus, speak } from "./status.js";
import { createSurface } from "./surface.js";
import { showVersions } from "./versions.js";

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
let closed = false;

/* ---- opening ---- */

async function begin() {
  session = await api.state();
  while (session.state === "loading") {
    await sleep(500);
    session = await api.state();
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
  });
  if (session.state === "failed") {
    messages.tell("error", { code: session.error.code, message: session.error.title });
    return showFailed(session.error);
  }
  root.toggleAttribute("data-mobile", session.mobile);
  speak(session.locale);
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
  messages.tell("ready", { version: saving.revision().number, mode });
  surface.focus();
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
    return messages.tell("error", { code: "edit_view_only", message: "Opened for viewing only." });
  if (wanted !== "view" && wanted !== "edit") return;
  mode = wanted;
  root.dataset.access = mode;
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
    dismiss("newer");
    announce(`Saved, version ${detail.revision.name}`);
    messages.tell("saved", { version: detail.revision.number, savedAt: detail.revision.saved_at });
  }
  if (state === "failing" || state === "refused") {
    const { code, message, title } = detail.error;
    messages.tell("error", { code: code || "connection_lost", message: title || message });
  }
  if (state === "conflict") {
    messages.tell("error", { code: "revision_conflict", message: "There is a newer version." });
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
      notify("conflict", error.detail || error.title || "The server cannot be reached.", { seconds: 6 });
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
        compare(`Version ${versions.current}, theirs`, surface.textOf(bytes), "Yours", surface.text());
      }),
  });
}

/* A newer version that somebody else made, told while nothing is unsaved here. */
function heardOf(state) {
  const known = saving.revision();
  if (closed || state.revision.number <= known.number || saving.isDirty()) return;
  const by = state.revision.author ? ` by ${state.revision.author}` : "";
  notify("newer", `There is a newer version, ${state.revision.name}${by}.`, {
    action: {
      label: "Open it",
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
  const extension = surface.extension() || format;
  const plain = name.toLowerCase().endsWith(`.${extension}`) ? name : `${name}.${extension}`;
  keepCopy(await surface.content(), plain);
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
      if (saving.isDirty()) throw { detail: "Your changes could not be saved, so nothing was restored." };
      await api.restore(name, saving.revision().number);
      session = await api.state();
      await openNewest();
      surface.setEditable(true);
      notify("restored", `Version ${name} is the newest again, as ${session.revision.name}.`, { seconds: 5 });
    },
    onCompare:
      surface.kind === "text" &&
      (async ({ name }) => {
        const { bytes } = await api.content(name);
        compare(`Version ${name}`, surface.textOf(bytes), "On this page", surface.text());
      }),
  });

/* ---- closing ---- */

async function close() {
  if (!saving || closed || saving.isOver()) return;
  surface.check();
  if (saving.isDirty() && mayEdit()) {
    if (!session.autosave.enabled) return askLeave();
    await saving.save("close");
    if (saving.isDirty()) return notify("close", "Not closed: your changes are not saved yet.", { seconds: 6 });
  }
  await end(false);
}

async function end(discarded) {
  try {
    await api.close();
  } catch (error) {
    return notify("close", error.detail || error.title || "Not closed: the server cannot be reached.", { seconds: 6 });
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
    make("p", {}, "This document is saved only when you say so. Your last changes are not saved."),
    make(
      "div",
      { class: "dialog-actions" },
      button("Go on editing", () => surface.focus()),
      button("Discard them and close", () => end(true)),
      button(
        "Save and close",
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
  help: () => showKeys(keysOf(surface.kind, mode)),
};
const run = (name) => (commands[name] ?? surface?.commands[name])?.();

for (const button of document.querySelectorAll("[data-command]"))
  button.addEventListener("click", () => surface && !closed && run(button.dataset.command));
enableKeys(run, () => surface?.kind);
enableDialogs();
holdConflict();

api.on("ended", async () => {
  if (closed || saving?.isOver()) return;
  // The server keeps beside the document what comes after the end.
  if (saving?.isDirty() && session.autosave.enabled) await saving.save("close");
  if (saving && !saving.isOver()) saving.end();
});

begin().catch((error) => {
  if (error.name === "AbortError") return showOver({ kept: "", unsaved: false, onKeep: keep });
  showFailed(error.title ? error : { title: "The document could not be opened", detail: error.message });
});
