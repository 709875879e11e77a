import { Problem } from "../connection.js";
import { enableLanguages } from "../language.js";
import { toggleTheme } from "../theme.js";
import { say } from "../words.js";
import { createApi } from "./api.js";
import { watchConnection } from "./connection.js";
import { enableDialogs, openHelp, openInfo } from "./dialogs.js";
import { afterPause, announce, byId } from "./dom.js";
import { enableGestures } from "./gestures.js";
import { enableKeyboard } from "./keyboard.js";
import { enableMenu } from "./menus.js";
import { dismiss, notify } from "./notices.js";
import { createPages } from "./pages.js";
import { createPanels } from "./panels.js";
import { createPrint } from "./print.js";
import {
  hideScreen,
  showConverting,
  showEnded,
  showFailure,
  showPassword,
  showWaiting,
} from "./screens.js";
import { createSearch } from "./search.js";
import { enableSelection, selectPage } from "./selection.js";
import { followDocument, watchExpiry } from "./session.js";
import { createSources, MAIN } from "./sources.js";
import { createStore } from "./state.js";
import { createThumbnails, enableResizing } from "./thumbnails.js";
import { createToolbar } from "./toolbar.js";

const viewer = byId("viewer");
const scroller = byId("scroller");
const allowed = (name) => viewer.dataset[name] === "true";

const store = createStore({
  page: -1,
  pageCount: 0,
  zoom: 1,
  zoomMode: "auto",
  rotation: 0,
  session: null,
});
const api = createApi(viewer.dataset.api);
const sources = createSources(api, () => store.get().session.image_format);
const { images, texts } = sources;
let comparison = null;
const leave = () => scroller.focus({ preventScroll: true });

const pages = createPages({
  scroller,
  space: byId("pages"),
  store,
  images,
  texts,
  copy: allowed("copy"),
  onMove: (byReader) => comparison?.moved(byReader),
});
const thumbnails = createThumbnails({
  scroller: byId("thumbnail-scroller"),
  list: byId("thumbnail-list"),
  store,
  images,
  goTo: (page) => {
    panels.closeDrawer();
    pages.goTo(page);
  },
});
const search = createSearch({ api: sources.search, texts, pages, store });
const panels = createPanels({ leave, onSearch: (open) => (open ? search.open() : search.close()) });
const print = allowed("print") ? createPrint(printed) : null;

createToolbar({ store, goTo: pages.goTo, zoomTo: pages.zoomTo, leave });
enableDialogs();
enableResizing(byId("thumbnail-resizer"));
enableGestures(scroller, pages, () => store.get().zoom);
enableSelection({
  scroller,
  pages,
  texts,
  allowed: allowed("copy"),
  refuse: refuseCopy,
});
document.querySelectorAll(".menu:not(#language-menu)").forEach(enableMenu);
enableLanguages(async () => history.replaceState({ page: store.get().page }, ""));
watchConnection(api);
const heardExpiry = watchExpiry(api);

const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const turn = (step) => pages.goTo(store.get().page + step);
const sideways = (pixels, step) => {
  if (scroller.scrollWidth > scroller.clientWidth + 1) scroller.scrollLeft += pixels;
  else turn(step);
};
const screenful = (direction) =>
  pages.scrollBy(direction * scroller.clientHeight * 0.9, !reduced.matches);

/* What each command does. Those that answer false leave the key to the browser. */
const commands = {
  right: () => sideways(60, 1),
  left: () => sideways(-60, -1),
  "line-down": () => pages.scrollBy(60),
  "line-up": () => pages.scrollBy(-60),
  "screen-down": () => screenful(1),
  "screen-up": () => screenful(-1),
  "next-page": () => turn(1),
  "previous-page": () => turn(-1),
  "first-page": () => pages.goTo(0),
  "last-page": () => pages.goTo(store.get().pageCount - 1),
  "go-to-page": () => byId("page-input").focus(),
  "zoom-in": () => pages.zoomStep(1),
  "zoom-out": () => pages.zoomStep(-1),
  "fit-auto": () => pages.zoomToFit("auto"),
  "fit-width": () => pages.zoomToFit("width"),
  "fit-page": () => pages.zoomToFit("page"),
  "actual-size": () => pages.zoomTo(1),
  rotate: () => pages.rotate(),
  fullscreen: () => toggleFullscreen(),
  theme: () => void announce(toggleTheme() === "dark" ? say("Dark colours") : say("Light colours")),
  thumbnails: () =>
    !document.querySelector('[data-command="thumbnails"]').disabled && panels.toggleThumbnails(),
  search: () => (panels.searchOpen() ? search.open() : panels.setSearch(true)),
  "close-search": () => panels.closeTop(),
  "next-hit": () => search.step(1),
  "previous-hit": () => search.step(-1),
  print: () =>
    print
      ? print.open()
      : notify("refused", say("Printing this document is not allowed."), { seconds: 4 }),
  // Never left to the browser, which would select the tools and labels around the pages.
  "select-page": () => {
    if (allowed("copy")) selectPage(pages.page(store.get().page));
    else refuseCopy();
  },
  info: () => openInfo(store.get().session, pages.sizeOf(store.get().page)),
  help: () => openHelp(comparison !== null),
  close: () => panels.closeTop(),
  changes: () => comparison?.toggleChanges() ?? false,
  "next-change": () => comparison?.step(1) ?? false,
  "previous-change": () => comparison?.step(-1) ?? false,
  "side-by-side": () => comparison?.toggleSideBySide() ?? false,
};
const WITHOUT_DOCUMENT = new Set([
  "theme",
  "help",
  "fullscreen",
  "thumbnails",
  "changes",
  "side-by-side",
]);

function run(name) {
  const ready = store.get().pageCount > 0 && byId("screen").hidden;
  // The browser's own dialog would print the frame around a document that is not there yet.
  if (!ready && !WITHOUT_DOCUMENT.has(name)) return name === "print";
  return commands[name]() !== false;
}

/** What the printer gets: the pages on show; of a comparison always the red-lined ones. */
function printed() {
  const { page, pageCount, rotation } = store.get();
  const shown = { images, sizeOf: pages.sizeOf, page, pageCount, rotation, remark: "" };
  return comparison?.printed(shown) ?? shown;
}

function refuseCopy() {
  notify("refused", say("Copying from this document is not allowed."), { seconds: 4 });
}

function toggleFullscreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  const refuse = () => notify("refused", say("Full screen is not available here."), { seconds: 4 });
  if (document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(refuse);
  else refuse();
}

enableKeyboard(run);
viewer.addEventListener("click", (event) => {
  const { target } = event;
  const button = target.closest("[data-command]");
  if (target.closest("[data-pdf]") && store.get().session?.state !== "ready") {
    event.preventDefault();
    notify("refused", say("The PDF can be downloaded as soon as all pages are ready."), {
      seconds: 4,
    });
  }
  if (button?.dataset.command === "search" && panels.searchOpen()) panels.setSearch(false);
  else if (button) run(button.dataset.command);
});

const sayPage = afterPause(() => {
  const { page, pageCount } = store.get();
  // Without pages there is something else to say, and that has been said.
  if (pageCount) announce(say("Page {page} of {pages}", { page: page + 1, pages: pageCount }));
}, 500);
store.on("page", sayPage);

/* Tools that need a document rest while there is none. */
function setReadable(now) {
  viewer.toggleAttribute("data-idle", !now);
  for (const tool of document.querySelectorAll(
    ".tools.middle :is(button, input), .tools.end button:not(#more)",
  ))
    tool.disabled = !now;
}

function showPages(sizes) {
  const count = sizes.reduce((sum, [, , times]) => sum + times, 0);
  if (count === 0 || count === store.get().pageCount) return;
  byId("skeleton").hidden = true;
  setReadable(true);
  store.set({ pageCount: count });
  pages.setSizes(sizes);
  thumbnails.setSizes(sizes);
  goBack(count);
}

/* To the page that was read before the language was changed. */
function goBack(count) {
  const page = history.state?.page;
  if (!(page < count)) return;
  history.replaceState(null, "");
  pages.goTo(page);
}

const reload = () => location.reload();
let meeting = null;

/* The comparison's own scripts are fetched for sessions on two documents only. */
function meetComparison() {
  meeting ??= import("./compare/comparison.js").then(({ createComparison }) => {
    const refuse = refuseCopy;
    const parts = { api, sources, store, pages, panels, present, clear, allowed, refuse, leave };
    comparison = createComparison(parts);
  });
  return meeting;
}

/* Nor are those that read PDFs, but for sessions in page groups. */
function meetGroups() {
  meeting ??= import("./groups/source.js").then(({ openGroups }) => {
    const { groups: address, pdfjs: library } = viewer.dataset;
    sources.put(MAIN, openGroups({ api, address, library }));
  });
  return meeting;
}

async function onState(session) {
  try {
    if (session.compares) await meetComparison();
    else if (viewer.dataset.groups) await meetGroups();
  } catch {
    const title = session.compares
      ? say("The comparison could not be opened")
      : say("The document could not be opened");
    return showFailure(new Problem({ title }), reload);
  }
  heardExpiry(session);
  for (const link of document.querySelectorAll("[data-original]"))
    link.hidden = !session.permissions.original || session.compares;
  if (session.document?.name) nameDocument(session.document.name);
  if (comparison) comparison.heard(MAIN, session);
  else present(session);
}

/** Shows a document as far as it is: its pages, or what there is to say instead. */
function present(session) {
  const { state, document: facts, progress } = session;
  store.set({ session });
  document
    .querySelector('.toolbar [data-command="info"]')
    .toggleAttribute("data-mark", session.fonts?.substituted.length > 0);

  const readable = state === "ready" || (state === "converting" && progress.pages_ready > 0);
  if (readable) {
    hideScreen();
    showPages(facts.sizes);
  }
  if (state === "converting" && readable)
    notify("preparing", say("Preparing the remaining pages"), { busy: true });
  else dismiss("preparing");

  if (state === "ready" && facts.truncated) sayTruncated(facts.pages);

  if (state === "empty" && comparison) comparison.sayMissing();
  else if (state === "empty") showWaiting();
  else if (state === "converting" && !readable)
    showConverting(comparison?.opening() ?? opening(facts?.name), progress);
  else if (state === "failed") showFailure(new Problem(session.error, session.error.status));
  else if (state === "password_required") showPassword(facts?.name, unlock);
}

const opening = (name) => (name ? say("Opening {name}", { name }) : say("Opening the document"));

/* Nobody shall take the last page here for the document's last. */
function sayTruncated(count) {
  const text = say("The first {count} pages are shown. The document has more.", { count });
  notify("truncated", text, { action: { label: say("OK"), run: () => dismiss("truncated") } });
}

function nameDocument(name) {
  byId("document-name").textContent = byId("document-name").title = name;
  document.title = `${name} – Recto`;
}

async function unlock(password) {
  await onState(await api.patiently(() => api.unlock(password)));
  leave();
  follow();
}

function follow() {
  followDocument(api, onState, (problem) => showFailure(problem, reload));
}

/** Takes the document off the view; another may follow. */
function clear() {
  pages.clear();
  thumbnails.clear();
  store.set({ pageCount: 0 });
  dismiss("preparing");
  dismiss("truncated");
}

api.on("ended", ({ detail }) => {
  panels.closeDrawer();
  panels.setSearch(false);
  panels.setChanges(false);
  comparison?.stop();
  for (const open of document.querySelectorAll("dialog[open]")) open.close();
  print?.stop();
  clear();
  sources.clear();
  setReadable(false);
  byId("skeleton").hidden = true;
  showEnded(detail);
});

setReadable(false);
follow();
