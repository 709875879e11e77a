import { ConnectionLost, sleep } from "../connection.js";
import { enableLanguages } from "../language.js";
import { toggleTheme } from "../theme.js";
import { watchConnection } from "../viewer/connection.js";
import { enableDialogs, showKeys } from "../viewer/dialogs.js";
import { announce, byId, make } from "../viewer/dom.js";
import { enableKeyboard } from "../viewer/keyboard.js";
import { enableMenu } from "../viewer/menus.js";
import { dismiss, notify } from "../viewer/notices.js";
import { clock, say } from "../words.js";
import { askForField } from "./adding.js";
import { createApi } from "./api.js";
import { drawBox } from "./drawing.js";
import { KEYS } from "./keys.js";
import { labelOf, shownValue } from "./labels.js";
import { createPages } from "./pages.js";
import { createPanel } from "./panel.js";
import { createPile, standing, titleOf } from "./pile.js";
import * as screens from "./screens.js";
import { createStore } from "./store.js";

const SOON_MS = 1000;
const LATER_MS = 4000;
/* An open page that nobody uses must not keep the session alive for ever. */
const IDLE_MS = 10 * 60_000;
const wide = matchMedia("(width >= 900px)");

const root = byId("review");
const api = createApi(root.dataset.api);
/** The server's last word on the session. @type {Record<string, any>} */
let state = { documents: [], threshold: 1 };
/** The open document's id. */
let open = "";
let ended = false;
let drawing = false;
let lastUse = Date.now();

const threshold = () => state.threshold;
const briefOf = (id) => state.documents.find((brief) => brief.id === id);
const indexOf = (id) => state.documents.findIndex((brief) => brief.id === id);
const nameOf = (id) => titleOf(briefOf(id) ?? {}, indexOf(id));

const store = createStore(api, { onResult: received, onState: showSaved, onClash: askWhich });
const pages = createPages(api, {
  threshold,
  onPick: pick,
  onHover: (name) => panel.hover(name),
});
const panel = createPanel({
  threshold,
  save: (changes) => store.save(open, changes),
  light: (name) => pages.light(name),
  hover: (name) => pages.hover(name),
  locate,
  add,
});
const pile = createPile({ open: (id) => choose(id) });

/* ---- the session ---- */

async function look() {
  const newest = await api.state();
  const before = open && briefOf(open);
  state = newest;
  byId("client").textContent = state.client;
  document.title = `${say("Review")} – ${state.client} – Recto`;
  if (open && !briefOf(open)) open = "";
  pile.show(state.documents, open);
  if (!state.documents.length) {
    pages.clear();
    screens.showEmpty(state.client);
  } else if (!open) choose(firstToOpen(), { focus: false });
  else if (before && standing(before) !== standing(briefOf(open)) && !store.get(open)) choose(open);
  else await catchUp();
}

const firstToOpen = () =>
  (briefOf(history.state?.open) ??
    state.documents.find((brief) => standing(brief) === "open") ?? state.documents[0]).id;

/* Another window may have gone on. What is being typed here stays. */
async function catchUp() {
  const known = store.get(open);
  if (!known || store.isBusy() || panel.isEditing()) return;
  if (briefOf(open).version > known.version) {
    await store.reload(open);
    notify("elsewhere", say("Somebody else changed this document. You see the newest version."), {
      seconds: 5,
    });
  }
}

async function follow() {
  for (;;) {
    try {
      await look();
      dismiss("trouble");
    } catch (error) {
      if (ended || error.name === "AbortError") return;
      if (error instanceof ConnectionLost) await api.found();
      else if (!state.client) {
        screens.showTrouble(error, () => follow());
        return;
      } else notify("trouble", error.detail || error.message, { tone: "warning" });
    }
    const reading = state.documents.some((brief) => standing(brief) === "reading");
    await sleep(reading || !state.documents.length ? SOON_MS : LATER_MS, api.closing);
    await used();
  }
}

/* Resolves at once while somebody is here, else when somebody comes back. */
async function used() {
  const away = () => document.hidden || Date.now() - lastUse > IDLE_MS;
  while (away()) await sleep(SOON_MS, api.closing);
}

for (const kind of ["pointermove", "pointerdown", "keydown", "scroll"])
  addEventListener(kind, () => (lastUse = Date.now()), { capture: true, passive: true });

/* ---- one document ---- */

async function choose(id, { focus = true } = {}) {
  if (drawing) return;
  open = id;
  closePile();
  const brief = briefOf(id);
  byId("document-name").textContent = nameOf(id);
  byId("undo").disabled = !store.canUndo(id);
  pile.show(state.documents, open);
  const where = standing(brief);
  const place = { name: nameOf(id), at: indexOf(id) + 1, count: state.documents.length };
  announce(say("{name}, document {at} of {count}", place));
  if (where === "reading") return screens.showReading(nameOf(id));
  if (where === "failed") {
    const next = state.documents.length > 1 ? () => step(1) : null;
    return screens.showFailed(nameOf(id), brief.error, next);
  }
  try {
    if (!store.get(id)) {
      screens.showOpening();
      await store.reload(id);
    } else received(id, store.get(id));
  } catch (error) {
    if (open === id && error.name !== "AbortError" && !(error instanceof ConnectionLost))
      screens.showTrouble(error, () => choose(id));
    else if (error instanceof ConnectionLost) api.found().then(() => open === id && choose(id));
    return;
  }
  if (open === id && focus) panel.begin();
}

function received(id, result) {
  const brief = briefOf(id);
  if (brief) Object.assign(brief, { review: result.review, left_count: result.left_count });
  pile.show(state.documents, open);
  if (id !== open) return;
  screens.hideScreen();
  pages.show(id, result);
  panel.show(id, result);
  byId("undo").disabled = !store.canUndo(id);
}

function step(by) {
  const { documents } = state;
  if (documents.length < 2) return false;
  const at = (indexOf(open) + by + documents.length) % documents.length;
  choose(documents[at].id);
  return true;
}

/* On to the next that is to be checked; when there is none, all is done or still being read. */
function onward() {
  const { documents } = state;
  const at = indexOf(open);
  const inOrder = [...documents.slice(at + 1), ...documents.slice(0, at + 1)];
  const next =
    inOrder.find((brief) => standing(brief) === "open") ??
    inOrder.find((brief) => standing(brief) === "reading");
  if (next) return choose(next.id);
  announce(say("All documents are checked"));
  const left = documents.filter((brief) => standing(brief) === "failed");
  if (left.length && standing(briefOf(open)) !== "failed") choose(left[0].id);
  else screens.showDone(documents.length, () => choose(open));
}

async function finish() {
  const id = open;
  if (!store.get(id) || root.dataset.shows !== "document") return;
  await store.settled();
  if (open !== id) return;
  const result = store.get(id);
  if (!result.review && panel.leftToCheck(result).length) return panel.begin();
  try {
    if (!result.review) await store.save(id, [{ field: "", action: "check" }]);
    if (open === id) onward();
  } catch (error) {
    complain(error);
  }
}

async function confirmAll() {
  if (root.dataset.shows !== "document") return;
  const changes = panel.leftToCheck(store.get(open)).map((field) => ({ field, action: "confirm" }));
  byId("finish").focus();
  try {
    await store.save(open, changes);
  } catch (error) {
    complain(error);
  }
}

async function undo() {
  const id = open;
  if (!store.canUndo(id)) return;
  try {
    if (await store.undo(id)) announce(say("Taken back"));
  } catch (error) {
    complain(error);
  }
}

function complain(error) {
  if (error.name !== "AbortError")
    notify("refused", error.detail || error.message, { tone: "warning", seconds: 8 });
}

/* ---- saving ---- */

function showSaved(how) {
  const place = byId("save-state");
  place.dataset.state = how;
  place.textContent = {
    saving: say("Saving…"),
    saved: say("Saved {time}", { time: clock(Date.now()) }),
    unsaved: say("Not saved. Trying again…"),
    refused: say("Not saved"),
  }[how];
  if (how === "unsaved" || how === "refused") announce(place.textContent);
}

/** Two people said different things of one field: both are kept until somebody chooses. */
function askWhich({ name, theirs, mine, by }) {
  const dialog = byId("clash");
  const { promise, resolve } = Promise.withResolvers();
  const label = labelOf(name.split(".").at(-1));
  const own =
    mine.action === "confirm" ? say("You confirmed the value before") : shownValue(mine.value);
  const answer = (word) => () => {
    resolve(word);
    dialog.close();
  };
  byId("clash-body").replaceChildren(
    make(
      "p",
      {},
      by
        ? say(
            "{by} changed “{label}” while you were at it. Both are kept as versions; which shall stand?",
            { by, label },
          )
        : say(
            "Another window changed “{label}” while you were at it. Both are kept as versions; which shall stand?",
            { label },
          ),
    ),
    make(
      "div",
      { class: "choices" },
      make(
        "button",
        { class: "choice-card", type: "button", "data-testid": "theirs", click: answer("theirs") },
        make("small", {}, say("Theirs")),
        make("strong", {}, theirs ? shownValue(theirs.value) : say("Removed")),
      ),
      make(
        "button",
        { class: "choice-card", type: "button", "data-testid": "mine", click: answer("mine") },
        make("small", {}, say("Yours")),
        make("strong", {}, own),
      ),
    ),
  );
  dialog.addEventListener("close", () => resolve("theirs"), { once: true });
  dialog.showModal();
  return promise;
}

addEventListener("beforeunload", (event) => {
  if ((store.isBusy() || panel.holdsTyping()) && !ended) event.preventDefault();
});

/* ---- places on the page ---- */

function pick(name) {
  showView("fields");
  panel.focus(name);
}

async function withBox(type, options) {
  if (drawing || !pages.sheets().length) return null;
  const id = open;
  drawing = true;
  const before = root.dataset.view;
  showView("document");
  try {
    const drawn = await drawBox(pages, options);
    if (!drawn || drawn === "skipped") return drawn;
    return { ...drawn, ...(await api.textIn(id, drawn.page, drawn.box, type)) };
  } catch (error) {
    complain(error);
    return null;
  } finally {
    drawing = false;
    showView(before);
  }
}

/* Shows the box of a field in the other view, or lets a person draw it anew. */
async function locate() {
  const row = panel.current();
  const placed = await withBox(row.type(), {
    prompt: say("Draw a box around {label}.", { label: labelOf(row.name) }),
    start: row.place(),
  });
  return placed === "skipped" ? null : placed;
}

async function add(name = "") {
  if (drawing || root.dataset.shows !== "document") return;
  const placed = await withBox("", {
    prompt: name
      ? say("Draw a box around {label}.", { label: labelOf(name) })
      : say("Draw a box around the missing value."),
    skip: say("It has no place"),
  });
  if (!placed) return byId("add").focus();
  const result = store.get(open);
  const others = state.documents
    .filter((brief) => brief.class_identifier === result.class_identifier)
    .flatMap((brief) => Object.keys(store.get(brief.id)?.fields ?? {}));
  const names = [...new Set(others)].filter((one) => !(one in result.fields));
  const added = await askForField({
    name,
    placed: placed === "skipped" ? null : placed,
    names,
    save: (change) => store.save(open, [change]),
  });
  if (added) panel.focus(added);
  else byId("add").focus();
}

/* ---- the frame ---- */

function showView(name) {
  root.dataset.view = name;
  for (const button of document.querySelectorAll("[data-view-button]"))
    button.ariaPressed = String(button.dataset.viewButton === name);
  if (name === "document") {
    pages.refit();
    if (panel.current()) pages.light(panel.current().name);
  }
}

const docked = matchMedia("(width >= 1200px)");

function setPile(shows) {
  root.dataset.pile = shows ? "open" : "closed";
  byId("pile-toggle").ariaExpanded = String(shows);
  byId("scrim").hidden = !shows || docked.matches;
}
function closePile() {
  if (!docked.matches) setPile(false);
}
function togglePile() {
  const shows = root.dataset.pile !== "open";
  setPile(shows);
  if (shows) (document.querySelector('.pile-entry[aria-current="true"]') ?? byId("pile")).focus();
}
docked.addEventListener("change", () => setPile(docked.matches));
setPile(docked.matches);

const commands = {
  confirm: () => panel.current()?.confirm(),
  "next-field": () => panel.step(1),
  "previous-field": () => panel.step(-1),
  edit: () => panel.current()?.edit(),
  absent: () => panel.current()?.absent(),
  locate: () => panel.current()?.locate(),
  add: () => add(),
  undo,
  finish,
  "confirm-all": confirmAll,
  "next-document": () => step(1),
  "previous-document": () => step(-1),
  pile: togglePile,
  "zoom-in": () => pages.zoomBy(1),
  "zoom-out": () => pages.zoomBy(-1),
  "fit-width": () => pages.fitWidth(),
  view: () => showView(root.dataset.view === "fields" ? "document" : "fields"),
  theme: toggleTheme,
  help: () => showKeys(KEYS),
  close: closePile,
};
const OF_A_DOCUMENT = new Set([
  "confirm",
  "next-field",
  "previous-field",
  "edit",
  "absent",
  "locate",
  "add",
  "undo",
]);
const OF_A_SCROLLER = new Set(["next-field", "previous-field"]);

enableKeyboard((command) => {
  if (drawing || ended) return false;
  if (OF_A_DOCUMENT.has(command) && root.dataset.shows !== "document") return false;
  // Arrow keys scroll the pages, and walk through the list of documents by themselves.
  const within = document.activeElement;
  if (OF_A_SCROLLER.has(command) && within === byId("scroller")) return false;
  if (OF_A_SCROLLER.has(command) && byId("pile").contains(within)) {
    const entries = [...document.querySelectorAll(".pile-entry")];
    entries[entries.indexOf(within) + (command === "next-field" ? 1 : -1)]?.focus();
    return true;
  }
  commands[command]();
  return true;
}, KEYS);

for (const button of document.querySelectorAll("[data-view-button]"))
  button.addEventListener("click", () => showView(button.dataset.viewButton));
for (const button of document.querySelectorAll("[data-command]"))
  button.addEventListener("click", () => commands[button.dataset.command]());
byId("scrim").addEventListener("click", closePile);
wide.addEventListener("change", () => showView(root.dataset.view));
enableDialogs();
enableMenu(byId("export-menu"));
enableLanguages(() => {
  history.replaceState({ open }, "");
  return store.settled();
});
watchConnection(api);
api.on("ended", ({ detail }) => {
  ended = true;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  byId("save-state").textContent = "";
  root.dataset.over = "";
  screens.showEnded(detail);
});

follow().catch(() => {});
