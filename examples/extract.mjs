// Reads the data out of a document, and gives a person a page to check it on.
//
//   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... node examples/extract.mjs FILE
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { json, signedIn } from "./portal.mjs";

const file = process.argv[2];
const call = await signedIn();

// The key of a partition is yours: one for each of your users keeps their documents apart.
const started = await call("/session/start", json({ partitionKey: "user-1" }));
const { sessionId } = await started.json();
const headers = { "Session-Id": sessionId };

// 200 with the data, or 202 when it takes longer: then ask until the request has ended.
const body = new FormData();
body.append("document", new Blob([await readFile(file)]), basename(file));
let data = await (await call("/documents/append", { method: "POST", headers, body })).json();
while (["queued", "running"].includes(data.status)) {
  await pause(1000);
  data = await (await call(`/requests/${data.requestId}`, { headers })).json();
}
if (data.status === "failed") throw new Error(JSON.stringify(data));
const { classIdentifier, fields } = data.result ?? data;
console.log(`Class: ${classIdentifier}`);
for (const [name, { value, page, confidence }] of Object.entries(fields)) {
  console.log(`${name}: ${value} (page ${page + 1}, ${confidence.toFixed(2)})`);
}

// Whoever has this address may see and correct the data while the session lives.
const asked = json({ reviewer: "J. Doe" });
const review = await call("/session/review", { ...asked, headers: { ...asked.headers, ...headers } });
console.log(`Review: ${(await review.json()).reviewUrl}`);

// Ending the session destroys the data and the working copies.
if (!process.env.KEEP) {
  await call("/session/end", json({ sessionId }));
  console.log("Ended.");
}
