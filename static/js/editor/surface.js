/* Which editor a document gets. */

const TEXTUAL = new Set(["text", "html", "svg"]);
/* What is converted for looking at and cannot take annotations. */
const SHOWN_ONLY = new Set(["dxf"]);

/**
 * @param {Record<string, any>} session the server's word on the session
 * @param {DOMStringMap} libraries
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{onChange: () => void}} page
 */
export async function createSurface({ document: about, access }, libraries, api, { onChange }) {
  const { family, format, name } = about;
  if (TEXTUAL.has(family) || format === "csv") {
    const { createTextEditor } = await import("./text.js");
    const editor = await createTextEditor({ library: libraries.code, name, format, onChange });
    return { ...editor, fetch: () => api.content() };
  }
  const { createPdfEditor } = await import("./pdf.js");
  const editable = access === "edit" && !SHOWN_ONLY.has(family);
  const editor = await createPdfEditor({
    library: libraries.pdfjs,
    editable,
    remark: remarkOf(format, editable, SHOWN_ONLY.has(family)),
    onChange,
  });
  return { ...editor, fetch: () => api.pdf() };
}

function remarkOf(format, editable, shownOnly) {
  const known = format.toUpperCase();
  if (shownOnly) return [`${known} drawings are only shown here. Download it to change it.`];
  if (format === "pdf") return [];
  return editable
    ? [`Shown as PDF. What you add is saved as an annotated PDF, the next version; the ${known} stays in the list of versions.`]
    : ["Shown as PDF."];
}
