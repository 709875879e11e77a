import { say } from "../words.js";

/* Which editor a document gets. */

const TEXTUAL = new Set(["text", "html"]);
const DRAWN = new Set(["dxf", "svg"]);

/**
 * @param {Record<string, any>} session the server's word on the session
 * @param {DOMStringMap} libraries
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{onChange: () => void}} page
 */
export async function createSurface({ document: about, access, user }, libraries, api, { onChange }) {
  const { family, format, name } = about;
  if (TEXTUAL.has(family) || format === "csv") {
    const { createTextEditor } = await import("./text.js");
    const editor = await createTextEditor({ library: libraries.code, name, format, onChange });
    return { ...editor, fetch: () => api.content() };
  }
  if (DRAWN.has(family)) {
    const { createDrawing } = await import("./drawing.js");
    return createDrawing({ api, author: user, onChange });
  }
  const { createPdfEditor } = await import("./pdf.js");
  const editable = access === "edit";
  const editor = await createPdfEditor({
    library: libraries.pdfjs,
    editable,
    remark: remarkOf(format, editable),
    onChange,
  });
  return { ...editor, fetch: () => api.pdf() };
}

function remarkOf(format, editable) {
  const known = format.toUpperCase();
  if (format === "pdf") return [];
  return editable
    ? [
        say("Shown as PDF. What you add is saved as an annotated PDF, the next version; the {format} stays in the list of versions.", { format: known }),
      ]
    : [say("Shown as PDF.")];
}
