// Opens a document in the editor. Each save is a version, which your webhook is told of.
//
//   URL=http://127.0.0.1:8000 ACCESS_KEY=... node examples/edit.mjs FILE
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { checked, json, portal } from "./portal.mjs";

const file = process.argv[2];
const key = { "x-api-key": process.env.ACCESS_KEY };

// Once for each document: the portal keeps it, with all its versions.
const kept = await checked(
  fetch(`${portal}/PCCIS/V1/WorkFile?FileExtension=${extname(file).slice(1)}`, {
    method: "POST",
    headers: key,
    body: await readFile(file),
  }),
);
const { fileId } = await kept.json();
console.log(`File: ${fileId}`);

// For each visit: a token, which opens the editor once, within 15 minutes.
const wanted = json({ userId: "user-1", file: fileId, access: "edit" });
const granted = await checked(
  fetch(`${portal}/generate`, { ...wanted, headers: { ...wanted.headers, ...key } }),
);
console.log(`Link: ${portal}/editor?apitoken=${(await granted.json()).token}`);
