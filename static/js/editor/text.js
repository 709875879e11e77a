import { byId, make } from "../viewer/dom.js";
import { say } from "../words.js";
import { readText, writeText } from "./bytes.js";
import { look } from "./text_look.js";
import { PHRASES } from "./text_phrases.js";

/* Beyond this, colours would cost more than they tell. */
const LARGEST_COLOURED = 2 ** 21;

/** @param {string} library where CodeMirror's bundle is */
const load = (library) => import(library);

function languageOf(code, format) {
  if (["html", "htm", "xhtml"].includes(format)) return code.html();
  if (["xml", "svg"].includes(format)) return code.xml();
  if (format === "json") return code.json();
  return format === "md" ? code.markdown() : [];
}

/* Styles of a shadow tree are adopted, which the page's policy allows; tags in the page it does not. */
function shelter(place) {
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  root.replaceChildren();
  const inner = make("div", { part: "code" });
  inner.style.cssText = "block-size: 100%";
  root.append(inner);
  return { root, inner };
}

/**
 * An editor for texts.
 * @param {{library: string, name: string, format: string, onChange: () => void}} about
 */
export async function createTextEditor({ library, name, format, onChange }) {
  const code = await load(library);
  const { EditorState, EditorView } = code;
  const mode = new code.Compartment();
  const wrapping = new code.Compartment();
  let looks = { end: "\n", marked: false };
  let wraps = true;
  let editable = false;
  const { root, inner } = shelter(byId("surface"));
  /** @type {any} */
  let view = null;

  const modeOf = () => [
    EditorState.readOnly.of(!editable),
    EditorView.contentAttributes.of({
      "aria-label": editable
        ? say("Text of {name}", { name })
        : say("Text of {name}, for reading", { name }),
    }),
  ];

  function begin(text) {
    return EditorState.create({
      doc: text,
      extensions: [
        EditorState.phrases.of(PHRASES),
        code.lineNumbers(),
        code.highlightActiveLineGutter(),
        code.highlightSpecialChars(),
        code.history(),
        code.drawSelection(),
        code.bracketMatching(),
        code.indentOnInput(),
        code.highlightActiveLine(),
        code.highlightSelectionMatches(),
        code.search({ top: true }),
        text.length <= LARGEST_COLOURED ? languageOf(code, format) : [],
        code.keymap.of([
          ...code.searchKeymap,
          ...code.historyKeymap,
          ...code.defaultKeymap,
          code.indentWithTab,
        ]),
        mode.of(modeOf()),
        wrapping.of(wraps ? EditorView.lineWrapping : []),
        look(code),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange();
        }),
      ],
    });
  }

  const blob = () => writeText(view.state.doc.toString(), looks);

  return {
    kind: "text",
    commands: {
      undo: () => code.undo(view),
      redo: () => code.redo(view),
      find: () => code.openSearchPanel(view),
      wrap() {
        wraps = !wraps;
        view.dispatch({
          effects: wrapping.reconfigure(wraps ? EditorView.lineWrapping : []),
        });
        byId("wrap").ariaPressed = String(wraps);
      },
    },
    /** Shows a version. @returns {string[]} what saving would change besides */
    open(bytes) {
      const { text, changes, ...rest } = readText(bytes);
      looks = rest;
      if (view) view.setState(begin(text));
      else view = new EditorView({ state: begin(text), parent: inner, root });
      return changes;
    },
    setEditable(now) {
      editable = now;
      view.dispatch({ effects: mode.reconfigure(modeOf()) });
    },
    /** Hears of changes at once that it would hear of in a moment. */
    check: () => {},
    content: async () => blob(),
    contentNow: blob,
    extension: () => "",
    focus: () => view.focus(),
    /** Shows two texts side by side. @param {HTMLElement} place @param {string} a @param {string} b */
    compare(place, a, b) {
      const shown = shelter(place);
      const extensions = [
        EditorState.phrases.of(PHRASES),
        code.lineNumbers(),
        EditorState.readOnly.of(true),
        EditorView.lineWrapping,
        languageOf(code, format),
        look(code),
      ];
      const named = (label) =>
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" });
      return new code.MergeView({
        a: { doc: a, extensions: [...extensions, named(say("The one on the left"))] },
        b: { doc: b, extensions: [...extensions, named(say("The one on the right"))] },
        parent: shown.inner,
        root: shown.root,
        collapseUnchanged: { margin: 3, minSize: 6 },
      });
    },
    text: () => view.state.doc.toString(),
    /** @param {ArrayBuffer} bytes */
    textOf: (bytes) => readText(bytes).text.replace(/\r\n?/g, "\n"),
  };
}
