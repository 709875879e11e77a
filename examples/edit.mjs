// Opens a document in the editor. Each save is a version, which your webhook is told of.
//
//   URL=http://127.0.0.1:8000 ACCESS_KEY=... node examples/edit.mjs FILE
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { checked, json, portal } from "./portal.mjs";

const file = process.argv[2];
const key = { "x-api-key": process.env.ACCESS_KEY };

// Once for each document: the portal keeps it, with all its versions.
const kept = await checked(
  fetch(`${portal}/api/v1/work-files?name=${encodeURIComponent(basename(file))}`, {
    method: "POST",
    headers: key,
    body: await readFile(file),
  }),
);
const { id } = await kept.json();
console.log(`File: ${id}`);

// For each visit: a token, which opens the editor once, within 15 minutes.
const wanted = json({ userId: "user-1", file: id, access: "edit" });
const granted = await checked(
  fetch(`${portal}/generate`, { ...wanted, headers: { ...wanted.headers, ...key } }),
);
console.log(`Link: ${portal}/editor?apitoken=${(await granted.json()).token}`);
