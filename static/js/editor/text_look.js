/** How code looks, in the page's own colours. @param {Record<string, any>} code CodeMirror's bundle */
export function look({ EditorView, HighlightStyle, syntaxHighlighting, tags }) {
  const colours = HighlightStyle.define([
    { tag: [tags.keyword, tags.tagName, tags.heading], color: "var(--code-name)" },
    { tag: tags.heading, fontWeight: "650" },
    { tag: [tags.attributeName, tags.propertyName], color: "var(--code-attribute)" },
    { tag: [tags.string, tags.attributeValue, tags.url], color: "var(--code-string)" },
    { tag: [tags.number, tags.bool, tags.null, tags.character], color: "var(--code-number)" },
    {
      tag: [tags.comment, tags.meta, tags.processingInstruction, tags.angleBracket],
      color: "var(--ink-soft)",
    },
    { tag: tags.strong, fontWeight: "700" },
    { tag: tags.emphasis, fontStyle: "italic" },
    { tag: tags.link, textDecoration: "underline" },
    { tag: tags.invalid, color: "var(--danger)" },
  ]);
  const theme = EditorView.theme({
    "&": {
      blockSize: "100%",
      color: "var(--ink)",
      backgroundColor: "var(--surface)",
      fontSize: "14px",
    },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
    ".cm-content": { caretColor: "var(--ink)", paddingBlock: "12px 40vh" },
    ".cm-line": { paddingInline: "12px" },
    ".cm-cursor, .cm-dropCursor": { borderInlineStartColor: "var(--ink)" },
    ".cm-gutters": {
      backgroundColor: "var(--surface-sunken)",
      color: "var(--ink-soft)",
      borderInlineEnd: "1px solid var(--line)",
    },
    ".cm-activeLine": { backgroundColor: "var(--code-line)" },
    ".cm-activeLineGutter": { backgroundColor: "var(--hover)", color: "var(--ink)" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
      { backgroundColor: "var(--code-selection)" },
    ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
    ".cm-searchMatch": { backgroundColor: "var(--hit)" },
    ".cm-searchMatch.cm-searchMatch-selected": { backgroundColor: "var(--hit-current)" },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
      backgroundColor: "var(--accent-soft)",
    },
    ".cm-panels": {
      backgroundColor: "var(--surface-raised)",
      color: "var(--ink)",
      fontFamily: "var(--font)",
    },
    ".cm-panels-top": { borderBlockEnd: "1px solid var(--line)" },
    ".cm-panel.cm-search": { padding: "8px 40px 8px 12px", fontSize: "14px" },
    ".cm-panel.cm-search label": { fontSize: "13px", whiteSpace: "nowrap" },
    ".cm-panel.cm-search [name=close]": {
      insetBlockStart: "8px",
      insetInlineEnd: "8px",
      inlineSize: "28px",
      blockSize: "28px",
      fontSize: "20px",
      color: "var(--ink)",
    },
    ".cm-textfield": {
      minBlockSize: "32px",
      padding: "0 8px",
      border: "1px solid var(--line-strong)",
      borderRadius: "6px",
      backgroundColor: "var(--surface)",
      color: "var(--ink)",
      fontSize: "14px",
    },
    ".cm-button": {
      minBlockSize: "32px",
      padding: "0 10px",
      border: "1px solid var(--line-strong)",
      borderRadius: "6px",
      backgroundImage: "none",
      backgroundColor: "var(--surface)",
      color: "var(--ink)",
      fontSize: "13px",
    },
    ".cm-changedText, .cm-deletedText": { background: "none" },
    "&.cm-merge-a .cm-changedLine": { backgroundColor: "var(--danger-soft)" },
    "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--accent-soft)" },
    "&.cm-merge-a .cm-changedText": {
      background: "none",
      textDecoration: "underline 2px var(--danger)",
    },
    "&.cm-merge-b .cm-changedText": {
      background: "none",
      textDecoration: "underline 2px var(--accent)",
    },
    ".cm-collapsedLines": {
      background: "var(--surface-sunken)",
      color: "var(--ink-soft)",
      paddingBlock: "4px",
    },
  });
  return [theme, syntaxHighlighting(colours)];
}
