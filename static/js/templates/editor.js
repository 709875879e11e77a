/* The page on which an administrator edits a template's form and sees what comes of it. */
import { byId } from "../viewer/dom.js";
import { createFields } from "./fields.js";
import { showFindings } from "./findings.js";
import { createPreview } from "./preview.js";

const page = byId("template-editor");
const { save: saveUrl, preview: previewUrl } = page.dataset;
const definition = JSON.parse(byId("definition").textContent);
const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
const frame = byId("form-frame");
const state = byId("save-state");
let sample = JSON.parse(byId("sample").textContent);
let waiting = 0;
let unsaved = false;
let saving = null;

const preview = createPreview(previewUrl, token, () => ({ definition, sample }));

/** Sends JSON; throws an Error with the server's sentence. */
async function send(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message ?? "The server did not answer as expected.");
  return answer;
}

function tell(text, kind = "") {
  state.textContent = text;
  state.dataset.kind = kind;
}

function showForm() {
  frame.contentWindow?.postMessage({ definition, sample }, location.origin);
}

function touched({ form = true } = {}) {
  unsaved = true;
  tell("Unsaved changes");
  if (form) showForm();
  preview.soon();
  clearTimeout(waiting);
  waiting = setTimeout(save, 1500);
}

async function save() {
  clearTimeout(waiting);
  if (!unsaved) return saving;
  unsaved = false;
  tell("Saving…");
  saving = send(saveUrl, { definition, sample }).then(
    ({ findings }) => {
      showFindings(findings);
      if (!unsaved) tell("Saved", "saved");
    },
    (error) => {
      unsaved = true;
      tell(error.message, "error");
    },
  );
  return saving;
}

window.addEventListener("message", ({ origin, source, data }) => {
  if (origin !== location.origin || source !== frame.contentWindow) return;
  if (data.ready) showForm();
  if (data.values) {
    sample = data.values;
    touched({ form: false });
  }
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

for (const form of document.querySelectorAll("form[data-after-saving]"))
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await save();
    if (!unsaved) form.submit();
  });

for (const tab of document.querySelectorAll("[role=tab]"))
  tab.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[role=tab]")) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      byId(other.getAttribute("aria-controls")).hidden = !chosen;
    }
  });
byId("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
});

createFields(byId("fields"), definition, { readOnly: page.dataset.editable !== "true", touched });
showFindings(JSON.parse(byId("findings").textContent));
preview.now();
