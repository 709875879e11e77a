import { icon, make } from "../../viewer/dom.js";
import { ConnectionLost } from "../../connection.js";
import { say } from "../../words.js";
import { createShell } from "./shell.js";

const LARGEST = 10 * 1024 ** 2;
const KINDS = "image/png,image/jpeg,image/gif,image/bmp,image/tiff";

/** A picture: chosen, dropped or pasted, and shown small. @type {import("./kinds.js").Builder} */
export function createPicture(field, scope, context) {
  const shell = createShell(field, scope, context);
  let uploading = null;
  let trouble = "";
  let shownAddress = "";

  const input = make("input", {
    class: "visually-hidden",
    id: shell.id,
    type: "file",
    accept: KINDS,
    change() {
      if (input.files[0]) take(input.files[0]);
      // The same file may be chosen again after it was removed.
      input.value = "";
    },
  });
  const thumb = make("div", { class: "thumb" });
  const choose = make("label", { class: "button", for: shell.id });
  const hint = make("span", { class: "help drop-hint" }, say("or drop it here"));
  const remove = make(
    "button",
    { class: "button plain", type: "button", click: clear },
    say("Remove"),
  );
  const status = make("span", { class: "help", role: "status" });
  const area = make(
    "div",
    { class: "picture" },
    thumb,
    make("div", { class: "picture-actions" }, input, choose, remove, hint, status),
  );

  function draw(address) {
    if (shownAddress.startsWith("blob:") && shownAddress !== address)
      URL.revokeObjectURL(shownAddress);
    shownAddress = address;
    const value = shell.get();
    // Browsers do not draw every kind that a document can hold.
    const fallback = () => thumb.replaceChildren(icon("document"));
    if (address)
      thumb.replaceChildren(
        make("img", { src: address, alt: say("Chosen picture"), error: fallback }),
      );
    else thumb.replaceChildren(icon("plus"));
    choose.textContent = value || uploading ? say("Replace") : say("Choose a picture");
    remove.hidden = !value && !uploading;
    hint.hidden = Boolean(value || uploading);
    status.textContent = uploading ? say("Uploading…") : "";
    area.toggleAttribute("data-busy", Boolean(uploading));
  }

  function refuse(message) {
    trouble = message;
    shell.node.touched = true;
    context.changed(shell.node);
  }

  function clear() {
    uploading?.abort();
    uploading = null;
    trouble = "";
    shell.set("");
    draw("");
    input.focus();
  }

  function take(file) {
    uploading?.abort();
    trouble = "";
    if (file.size > LARGEST)
      return refuse(
        say("The picture is larger than {limit}.", { limit: `${LARGEST / 1024 ** 2} MB` }),
      );
    const own = (uploading = new AbortController());
    draw(URL.createObjectURL(file));
    const upload = context.api
      .addPicture(file, own.signal)
      .then(({ picture }) => {
        if (own !== uploading) return;
        uploading = null;
        shell.node.touched = true;
        shell.set(picture);
        draw(shownAddress);
      })
      .catch((error) => {
        if (own !== uploading || error.name === "AbortError") return;
        uploading = null;
        draw(shell.get() ? context.api.pictureAddress(shell.get()) : "");
        refuse(reason(error));
      })
      .finally(() => context.uploads.delete(upload));
    context.uploads.add(upload);
  }

  for (const name of ["dragover", "dragleave", "drop"])
    area.addEventListener(name, (event) => {
      if (name !== "dragleave") event.preventDefault();
      area.toggleAttribute("data-over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });

  draw(shell.get() ? context.api.pictureAddress(shell.get()) : "");
  shell.hold(input);
  shell.body.append(area);
  shell.node.localFault = () => trouble;
  return shell.node;
}

function reason(error) {
  if (error instanceof ConnectionLost)
    return say("No connection to the server. What you type stays here.");
  if (error.status === 415)
    return say("This file is not a picture. PNG, JPEG, GIF, BMP and TIFF are possible.");
  if (error.status === 413)
    return say("The picture is larger than {limit}.", { limit: `${LARGEST / 1024 ** 2} MB` });
  return error.detail || say("The picture could not be taken");
}
