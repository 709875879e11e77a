import { Problem } from "../connection.js";
import { afterPause, byId, make } from "../viewer/dom.js";
import { notify } from "../viewer/notices.js";
import { percent } from "../viewer/zoom.js";
import { createSearch } from "./pdf_search.js";
import { createSigning } from "./signing.js";
import { say } from "../words.js";

const COLOURS = [
  [say("Red"), "#c0261b"],
  [say("Blue"), "#0b57d0"],
  [say("Green"), "#1a7f37"],
  [say("Black"), "#000000"],
];
const MARKERS = [
  [say("Yellow"), "#ffff98"],
  [say("Green"), "#53ffbc"],
  [say("Blue"), "#80ebff"],
  [say("Pink"), "#ffcbe6"],
];
const HIGHLIGHTS = "yellow=#ffff98,green=#53ffbc,blue=#80ebff,pink=#ffcbe6";
const TEXT_SIZES = [10, 12, 16, 24, 36];
const PEN_SIZES = [1, 2, 4, 8, 16];
const LARGEST_FIRST = "auto";
/* How wide a signature is at first, in points. */
const SIGNATURE = 180;
/* As the server says it of what it cannot read. */
const DAMAGED = {
  title: say("The document is damaged"),
  detail: say("Its structure is broken or incomplete."),
  remedy: say("Open it in its own program, repair and save it, and send it again."),
};

async function load(library) {
  const address = new URL(library, location.href).href;
  const style = make("link", { rel: "stylesheet", href: `${address}web/pdf_viewer.css` });
  const styled = new Promise((resolve, reject) => {
    style.onload = resolve;
    style.onerror = reject;
  });
  // Before the page's own: what it says there counts.
  document.head.prepend(style);
  try {
    // The components ask for the library by its global name.
    const pdfjs = await import(`${address}build/pdf.min.mjs`);
    pdfjs.GlobalWorkerOptions.workerSrc = `${address}build/pdf.worker.min.mjs`;
    const [components] = await Promise.all([import(`${address}web/pdf_viewer.mjs`), styled]);
    return { address, pdfjs, components };
  } catch {
    throw new Problem({ title: say("The program that reads PDFs could not be loaded") });
  }
}

/**
 * Reads PDFs, and writes annotations and form fields into them.
 * @param {{library: string, editable: boolean, remark: string[], onChange: () => void}} about
 */
export async function createPdfEditor({ library, editable, remark, onChange }) {
  const { address, pdfjs, components } = await load(library);
  const { AnnotationEditorParamsType: PARAMETERS, AnnotationEditorType: MODES } = pdfjs;
  const container = byId("pdf");
  const search = createSearch(components, focus);
  const sign = createSigning(placeSignature);
  // pdf.js's own words are English; the template names those of the other languages.
  const language = document.documentElement.lang;
  const l10n = language.startsWith("en") ? null : new components.GenericL10n(language);
  l10n?.translate(container);
  let annotates = editable;
  /** @type {any} */
  let file = null;
  /** @type {any} */
  let viewer = null;
  /** @type {any} */
  let bus = null;
  /** @type {any} */
  let manager = null;
  let ending = new AbortController();
  let fingerprint = "";

  async function show(bytes) {
    ending.abort();
    ending = new AbortController();
    viewer?.setDocument(null);
    const before = file;
    container.replaceChildren(make("div", { class: "pdfViewer", id: "pdf-pages" }));
    const place = viewer && { top: container.scrollTop, scale: viewer.currentScaleValue };
    bus = new components.EventBus();
    const links = new components.PDFLinkService({
      eventBus: bus,
      externalLinkTarget: components.LinkTarget.BLANK,
    });
    manager = null;
    search.attach(bus);
    viewer = new components.PDFViewer({
      container,
      eventBus: bus,
      linkService: links,
      findController: new components.PDFFindController({ linkService: links, eventBus: bus }),
      l10n,
      annotationMode: annotates ? pdfjs.AnnotationMode.ENABLE_FORMS : pdfjs.AnnotationMode.ENABLE,
      annotationEditorMode: annotates ? MODES.NONE : MODES.DISABLE,
      annotationEditorHighlightColors: HIGHLIGHTS,
      imageResourcesPath: `${address}web/images/`,
      abortSignal: ending.signal,
    });
    links.setViewer(viewer);
    const task = pdfjs.getDocument({
      data: bytes,
      verbosity: pdfjs.VerbosityLevel.ERRORS,
      cMapUrl: `${address}cmaps/`,
      iccUrl: `${address}iccs/`,
      standardFontDataUrl: `${address}standard_fonts/`,
      wasmUrl: `${address}wasm/`,
    });
    try {
      file = await task.promise;
    } catch (error) {
      if (error.name === "PasswordException")
        throw new Problem({
          title: say("The document is locked with a password"),
          detail: say("It cannot be edited here. Remove the password and open it again."),
        });
      throw new Problem(DAMAGED);
    }
    const { promise: ready, resolve } = Promise.withResolvers();
    bus.on("pagesinit", () => {
      viewer.currentScaleValue = place?.scale ?? LARGEST_FIRST;
      resolve();
    });
    bus.on("annotationeditoruimanager", ({ uiManager }) => (manager = uiManager));
    bus.on("annotationeditormodechanged", ({ mode }) => shownMode(mode));
    bus.on("editingstateschanged", look);
    bus.on("annotationlayerrendered", nameFields);
    bus.on("scalechanging", ({ scale }) => (byId("zoom-level").textContent = percent(scale)));
    viewer.setDocument(file);
    links.setDocument(file);
    fingerprint = "";
    file.annotationStorage.onSetModified = look;
    await ready;
    if (place) container.scrollTop = place.top;
    before?.loadingTask.destroy();
  }

  /* Fields of documents that were made without descriptions have a name at least. */
  function nameFields() {
    const fields = ".annotationLayer :is(input, select, textarea):not([aria-label], [title])";
    for (const field of container.querySelectorAll(fields))
      field.ariaLabel = field.name || say("Field");
  }

  /* What an annotation looks like changes in many ways; its storage is what would be written. */
  function check() {
    file.annotationStorage.resetModified();
    const now = file.annotationStorage.serializable.hash;
    if (now === fingerprint) return;
    fingerprint = now;
    if (annotates) onChange();
  }
  const look = afterPause(check, 200);
  for (const name of ["input", "change", "pointerup", "keyup", "drop", "paste"])
    document.addEventListener(name, (event) => {
      if (!annotates || !file || !container.contains(event.target)) return;
      if (event.type === "input" && event.target.closest(".freeTextEditor")) typed();
      look();
    });

  /* Text being typed is no annotation until it is left. */
  const TYPING_PAUSE = 5000;
  let typing = 0;

  function typed() {
    clearTimeout(typing);
    typing = setTimeout(settle, TYPING_PAUSE);
    onChange();
  }

  function settle() {
    clearTimeout(typing);
    typing = 0;
    manager?.commitOrRemove();
  }

  /** @param {string} [reason] what it is for: by itself it does not disturb somebody who types */
  async function content(reason = "explicit") {
    const disturbs = reason === "autosave" || reason === "draft";
    if (typing && (!disturbs || document.hidden)) settle();
    if (typing && reason === "draft") return null;
    // What is being typed is not in it yet.
    if (typing) onChange();
    fingerprint = file.annotationStorage.serializable.hash;
    const written = file.annotationStorage.size > 0 ? file.saveDocument() : file.getData();
    return new Blob([await written], { type: "application/pdf" });
  }

  /* ---- tools ---- */

  const TOOLS = { select: "NONE", highlight: "HIGHLIGHT", freetext: "FREETEXT", ink: "INK" };

  function shownMode(mode) {
    for (const [name, key] of Object.entries(TOOLS))
      byId("pdf-tools").querySelector(`[data-command="${name}"]`).ariaPressed = String(
        MODES[key] === mode,
      );
    const options = {
      [MODES.HIGHLIGHT]: [MARKERS, null],
      [MODES.FREETEXT]: [COLOURS, TEXT_SIZES],
      [MODES.INK]: [COLOURS, PEN_SIZES],
    };
    const [colours, sizes] = options[mode] ?? [null, null];
    byId("colour-option").hidden = !colours;
    byId("size-option").hidden = !sizes;
    if (colours)
      byId("colour").replaceChildren(
        ...colours.map(([name, value]) => make("option", { value }, name)),
      );
    if (sizes) {
      byId("size").replaceChildren(...sizes.map((value) => make("option", { value }, `${value}`)));
      byId("size").value = String(sizes[mode === MODES.INK ? 1 : 2]);
    }
    if (colours) parameter("COLOR", byId("colour").value);
    if (sizes) parameter("SIZE", Number(byId("size").value));
  }

  function parameter(kind, value) {
    const names = {
      [MODES.HIGHLIGHT]: { COLOR: "HIGHLIGHT_COLOR" },
      [MODES.FREETEXT]: { COLOR: "FREETEXT_COLOR", SIZE: "FREETEXT_SIZE" },
      [MODES.INK]: { COLOR: "INK_COLOR", SIZE: "INK_THICKNESS" },
    };
    const name = names[viewer.annotationEditorMode]?.[kind];
    if (name)
      bus.dispatch("switchannotationeditorparams", { source: null, type: PARAMETERS[name], value });
  }
  byId("colour").addEventListener("change", ({ target }) => parameter("COLOR", target.value));
  byId("size").addEventListener("change", ({ target }) => parameter("SIZE", Number(target.value)));

  function choose(key) {
    if (annotates && manager) viewer.annotationEditorMode = { mode: MODES[key] };
  }

  function addImage() {
    if (!annotates || !manager) return;
    const create = () =>
      bus.dispatch("switchannotationeditorparams", { source: null, type: PARAMETERS.CREATE });
    if (viewer.annotationEditorMode === MODES.STAMP) return create();
    bus.on("annotationeditormodechanged", create, { once: true });
    choose("STAMP");
  }

  /* As if it were pasted, in the middle of the page in view: so it can be undone. */
  async function placeSignature(picture, name) {
    if (!annotates || !manager) return;
    const { id, bitmap } = (await manager.imageManager.getFromFile(picture)) ?? {};
    if (!id) return notify("picture", say("This picture could not be read"), { seconds: 6 });
    await new Promise((resolve) => {
      if (viewer.annotationEditorMode === MODES.STAMP) return resolve();
      bus.on("annotationeditormodechanged", resolve, { once: true });
      choose("STAMP");
    });
    const pageIndex = viewer.currentPageNumber - 1;
    const [left, bottom, right, top] = viewer.getPageView(pageIndex).pdfPage.view;
    const width = Math.min(SIGNATURE, (right - left) / 2);
    const height = Math.min((width * bitmap.height) / bitmap.width, (top - bottom) / 2);
    const [x, y] = [(left + right - width) / 2, (bottom + top - height) / 2];
    const stamp = {
      annotationType: MODES.STAMP,
      bitmapId: id,
      isSvg: false,
      pageIndex,
      rect: [x, y, x + width, y + height],
      rotation: 0,
      accessibilityData: {
        decorative: false,
        altText: name ? say("Signature of {name}", { name }) : say("Signature"),
      },
    };
    const getData = () => JSON.stringify([stamp]);
    await manager.paste({ preventDefault() {}, clipboardData: { items: [], getData } });
    look();
  }

  function focus() {
    container.focus({ focusVisible: false });
  }

  const act = (name) => () => bus.dispatch("editingaction", { source: null, name });

  return {
    kind: "pdf",
    editable,
    commands: {
      ...Object.fromEntries(Object.entries(TOOLS).map(([name, key]) => [name, () => choose(key)])),
      stamp: addImage,
      sign: () => annotates && manager && sign(),
      find: search.open,
      undo: act("undo"),
      redo: act("redo"),
      "zoom-in": () => viewer.increaseScale(),
      "zoom-out": () => viewer.decreaseScale(),
      "fit-width": () => (viewer.currentScaleValue = "page-width"),
    },
    /** Shows a version. @param {ArrayBuffer} bytes @returns {Promise<string[]>} remarks */
    async open(bytes) {
      await show(bytes);
      return remark;
    },
    /** Lets people write, or only read. @param {boolean} now */
    async setEditable(now) {
      if (now === annotates) return;
      const bytes = await (await content()).arrayBuffer();
      annotates = now;
      await show(bytes);
    },
    check,
    content,
    contentNow: () => null,
    extension: () => "pdf",
    focus,
  };
}
