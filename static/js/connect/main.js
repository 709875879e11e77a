import { ConnectionLost } from "../connection.js";
import { announce, byId } from "../viewer/dom.js";
import { watchConnection } from "../viewer/connection.js";
import { dismiss, notify } from "../viewer/notices.js";
import { enableLanguages } from "../language.js";
import { toggleTheme } from "../theme.js";
import { clock, say } from "../words.js";
import { createApi } from "./api.js";
import { askWhichDraft, hideConflict } from "./conflict.js";
import { createDraft } from "./draft.js";
import { watchExpiry } from "./expiry.js";
import { hideSummary, showRefusal, showSummary } from "./finish.js";
import { createForm } from "./form.js";
import { showPicker } from "./picker.js";
import { createPreview } from "./preview.js";
import * as screens from "./screens.js";

const ASK_AGAIN_MS = 500;

const root = byId("connect");
const api = createApi(root.dataset.api, root.dataset.datasource);
/** @type {ReturnType<typeof createForm> | null} */
let form = null;
/** @type {Record<string, any>} the server's last word */
let state = {};
let finishing = false;
let isLost = false;

const values = () => form.values();
const preview = createPreview(api, values);
const heardOfEnd = watchExpiry(api);
const draft = createDraft(api, {
  values,
  onState: showSaved,
  onConflict: resolveConflict,
  onFinished: () => look(true),
});

/* ---- where the form is ---- */

/** Asks the server and shows what it says. @param {boolean} [interrupted] */
async function look(interrupted = false) {
  try {
    show(await api.state(), interrupted);
  } catch (error) {
    failed(error);
  }
}

function failed(error) {
  if (error.name !== "AbortError") screens.showFailure(error, () => look());
}

function show(newest, interrupted = false) {
  state = newest;
  heardOfEnd(state);
  const name = state.template?.name ?? "";
  document.title = `${name || say("Choose a template")} – Recto`;
  byId("document-name").textContent = name || say("Form");
  byId("client").textContent = state.client;
  if (state.state !== "filling") close();
  if (state.state === "filling") openForm();
  else if (state.state === "choosing") pick();
  else if (state.state === "finished") screens.showResult(state.result, api, interrupted);
  else if (state.state === "template_gone") screens.showGone(state.picker.allowed ? pick : null);
  else {
    if (byId("screen").dataset.state !== "finishing") screens.showFinishing();
    setTimeout(look, ASK_AGAIN_MS, interrupted);
  }
}

function openForm() {
  hideSummary();
  hideConflict();
  screens.hideScreen();
  root.dataset.shows = "form";
  draft.adopt(state.draft.number);
  form = createForm(state.form, state.values, {
    language: state.language,
    api,
    onChange: changed,
    onCheck: showMissed,
  });
  byId("fields").replaceChildren(form.element);
  byId("finish").disabled = false;
  byId("other-template").hidden = !state.picker.allowed || state.picker.total < 2;
  if (state.draft.saved_at) showSaved("saved", state.draft.saved_at);
  else byId("save-state").textContent = "";
  preview.start();
}

/* Takes the form away; something else is to be seen. */
function close() {
  preview.stop();
  draft.adopt(state.draft?.number ?? 0);
  dismiss("removed");
  byId("save-state").textContent = "";
  byId("other-template").hidden = true;
  byId("fields").replaceChildren();
}

function pick() {
  const back = state.state === "filling" && (() => show(state));
  screens.hideScreen();
  showPicker(api, {
    chosen: state.template?.id,
    pick: async (template) => show(await api.choose(template)),
    back,
    failed,
  });
}

/* ---- while people type ---- */

function changed() {
  draft.changed();
  preview.changed();
  if (!byId("summary").hidden) {
    const complaints = form.complaints();
    if (!complaints.length) hideSummary();
  }
}

function showMissed(count) {
  byId("required-left").textContent = count
    ? say("{count} required field left|{count} required fields left", { count })
    : say("All required fields are filled in");
  byId("required-left").toggleAttribute("data-done", count === 0);
}

function showSaved(how, detail) {
  // What is still on its way when the form ends says nothing any more.
  if (root.dataset.shows !== "form") return;
  const place = byId("save-state");
  place.dataset.state = how;
  const texts = {
    saving: () => say("Saving…"),
    saved: () => say("Saved {time}", { time: clock(detail) }),
    unsaved: () => say("Not saved. Trying again…"),
    refused: () => say("Not saved"),
  };
  place.textContent = texts[how]();
  if (how === "unsaved" || how === "refused") announce(place.textContent);
  if (how === "refused") notify("refused", detail.detail || detail.message, { tone: "warning" });
  else dismiss("refused");
}

function resolveConflict(newer) {
  showSaved("unsaved");
  byId("save-state").textContent = say("Not saved");
  askWhichDraft(newer, {
    theirs() {
      show({ ...state, values: newer.values, draft: newer });
      byId("main").focus();
    },
    mine() {
      hideConflict();
      draft.overrule(newer.number);
    },
  });
}

/* Back in this window: another one may have gone on meanwhile. */
document.addEventListener("visibilitychange", async () => {
  const atRest = () => form && root.dataset.shows === "form" && draft.isClean() && !finishing;
  if (document.visibilityState !== "visible" || !atRest()) return;
  const newest = await api.state().catch(() => null);
  if (!newest || !atRest()) return;
  heardOfEnd(newest);
  if (newest.state === "filling" && newest.draft.number === draft.number()) return;
  show(newest);
  if (newest.state === "filling")
    notify("elsewhere", say("Updated from another window."), { seconds: 4 });
});

/* ---- finishing ---- */

async function finish() {
  if (finishing || root.dataset.shows !== "form") return;
  if (draft.inConflict()) {
    byId("conflict").focus();
    return;
  }
  setFinishing(true);
  try {
    await form.settled();
    const complaints = form.insist();
    if (complaints.length) return complain(complaints);
    hideSummary();
    await draft.now();
    if (draft.inConflict()) return;
    // A finished form has no preview, and this may be the last moment before.
    preview.stop();
    const { result } = await api.complete(draft.number(), values());
    show({ ...state, state: "finished", result });
  } catch (error) {
    preview.resume();
    refused(error);
  } finally {
    setFinishing(false);
  }
}

function refused(error) {
  const { code } = error;
  if (error.name === "AbortError" || error instanceof ConnectionLost) return;
  if (code === "form_invalid") complain(form.refuse(error.body.errors ?? []));
  else if (code === "draft_outdated") draft.clash(error.body.draft);
  else if (code === "template_gone" || code === "form_finished") look(true);
  else showRefusal(error);
}

/* After the button has its name back: focus leaves it only then. */
function complain(complaints) {
  setFinishing(false);
  showView("form");
  showSummary(complaints);
}

function setFinishing(now) {
  finishing = now;
  byId("finish").ariaBusy = String(now);
  byId("finish-words").textContent = now ? say("Making the document…") : say("Finish");
  byId("fields").inert = now;
}

/* ---- the frame ---- */

function showView(name) {
  root.dataset.view = name;
  for (const button of document.querySelectorAll("[data-view-button]"))
    button.ariaPressed = String(button.dataset.viewButton === name);
}

for (const button of document.querySelectorAll("[data-view-button]"))
  button.addEventListener("click", () => showView(button.dataset.viewButton));
byId("theme-toggle").addEventListener("click", toggleTheme);
enableLanguages(async () => {
  while (!draft.isClean() && !draft.isStuck()) await draft.now();
});
byId("other-template").addEventListener("click", async () => {
  await draft.now();
  preview.stop();
  state = { ...state, values: values(), draft: { ...state.draft, number: draft.number() } };
  pick();
});
byId("finish").addEventListener("click", finish);
addEventListener("keydown", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  if (event.key === "Enter") finish();
  if (event.key === "s") {
    event.preventDefault();
    if (root.dataset.shows === "form") draft.now();
  }
});
watchConnection(api, {
  lost: say("No connection to the server. What you type stays here."),
  retry: say("Try now"),
  back: say("Connected again."),
});
api.on("found", () => (form && !draft.isClean() ? draft.now() : undefined));
/* Leaving saves what was typed; where that cannot work, the browser asks. */
addEventListener("beforeunload", (event) => {
  if (root.dataset.shows !== "form" || draft.isClean()) return;
  if (isLost || draft.isStuck()) event.preventDefault();
});
api.on("lost", () => (isLost = true));
api.on("found", () => (isLost = false));
api.on("ended", ({ detail }) => {
  preview.stop();
  dismiss("removed");
  hideConflict();
  byId("save-state").textContent = "";
  byId("other-template").hidden = true;
  screens.showEnded(detail);
});

look();
