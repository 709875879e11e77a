import { byId } from "../viewer/dom.js";
import { say } from "../words.js";

const INK = "#10233f";
const PEN = 5;
const AIR = 12;
const LETTERS = 'italic 120px "Segoe Script", "Bradley Hand", "URW Chancery L", "Comic Sans MS", cursive';

/**
 * Asks for a signature: drawn, typed or a picture.
 * @param {(signature: File, name: string) => void} take
 * @returns {() => void} opens the dialog
 */
export function createSigning(take) {
  const dialog = byId("signing");
  const form = byId("signing-form");
  const paper = byId("signing-paper");
  const name = byId("signing-name");
  const fault = byId("signing-fault");
  const pen = paper.getContext("2d", { willReadFrequently: true });
  /** @type {number | null} the pointer that draws */
  let pointer = null;

  const way = () => form.elements.way.value;

  function clear() {
    pen.clearRect(0, 0, paper.width, paper.height);
    fault.textContent = "";
  }

  function choose() {
    for (const part of form.querySelectorAll("[data-way]"))
      part.hidden = part.dataset.way !== way();
    fault.textContent = "";
  }

  const place = ({ clientX, clientY }) => {
    const box = paper.getBoundingClientRect();
    const scale = paper.width / box.width;
    return [(clientX - box.left) * scale, (clientY - box.top) * scale];
  };

  paper.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button) return;
    pointer = event.pointerId;
    paper.setPointerCapture(pointer);
    Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: INK });
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  paper.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) pen.lineTo(...place(one));
    pen.stroke();
  });
  for (const end of ["pointerup", "pointercancel"])
    paper.addEventListener(end, () => (pointer = null));

  /* A line of letters as wide as it needs to be. */
  function written(text) {
    const sheet = document.createElement("canvas");
    sheet.width = 1600;
    sheet.height = 260;
    const writer = sheet.getContext("2d", { willReadFrequently: true });
    Object.assign(writer, { font: LETTERS, fillStyle: INK, textBaseline: "middle" });
    writer.fillText(text, AIR, sheet.height / 2, sheet.width - 2 * AIR);
    return sheet;
  }

  async function signature() {
    if (way() === "upload") return byId("signing-file").files[0];
    const drawn = way() === "draw" ? paper : written(name.value.trim());
    const cut = trimmed(drawn);
    if (!cut) return undefined;
    const blob = await new Promise((resolve) => cut.toBlob(resolve));
    return new File([blob], `signature-${Date.now()}.png`, { type: "image/png" });
  }

  form.addEventListener("change", choose);
  byId("signing-clear").addEventListener("click", clear);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = await signature();
    if (!file) {
      fault.textContent = say("There is no signature yet.");
      return;
    }
    dialog.close();
    take(file, name.value.trim());
  });

  return () => {
    clear();
    choose();
    dialog.showModal();
  };
}

/* What is drawn on, without the empty paper around it; nothing where all of it is empty. */
function trimmed(sheet) {
  const { width, height } = sheet;
  const { data } = sheet.getContext("2d").getImageData(0, 0, width, height);
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      if (!data[4 * (y * width + x) + 3]) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), y];
    }
  if (right < 0) return null;
  const cut = document.createElement("canvas");
  cut.width = right - left + 1 + 2 * AIR;
  cut.height = bottom - top + 1 + 2 * AIR;
  cut.getContext("2d").drawImage(sheet, AIR - left, AIR - top);
  return cut;
}
