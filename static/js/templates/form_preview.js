/* The form as people will see it, in a frame of the administration's editor. */
import { createForm } from "../connect/form.js";
import { byId } from "../viewer/dom.js";

const place = byId("fields");
const { language } = document.body.dataset;
const none = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 40'%3E%3Crect width='64' height='40' fill='%23a5b1b5'/%3E%3C/svg%3E";
const api = {
  addPicture: () => Promise.reject(new Error("A sample picture is used here.")),
  pictureAddress: () => none,
};
let typing = 0;

window.addEventListener("message", ({ origin, data }) => {
  if (origin !== location.origin || !data.definition) return;
  const values = structuredClone(data.sample);
  const form = createForm(data.definition, values, {
    language,
    api,
    onChange() {
      clearTimeout(typing);
      typing = setTimeout(() => parent.postMessage({ values }, location.origin), 150);
    },
    onCheck() {},
  });
  place.replaceChildren(form.element);
});
parent.postMessage({ ready: true }, location.origin);
