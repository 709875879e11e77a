// Shows a person what changed between two Word documents, and lists the changes.
//
//   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... \
//     node examples/compare.mjs ORIGINAL REVISED
import { readFile } from "node:fs/promises";
import { checked, json, portal, signedIn } from "./portal.mjs";

const [original, revised] = process.argv.slice(2);
const call = await signedIn();
const opened = await call("/PCCIS/V1/ViewingSession", json({ externalId: "Comparison" }));
const { viewingSessionId: session } = await opened.json();

// The comparison begins by itself when both are there.
for (const [side, file] of Object.entries({ original, revised })) {
  await call(`/v2/viewingSessions/${session}/sourceFile/${side}`, {
    method: "PUT",
    body: await readFile(file),
  });
}
console.log(`Link: ${portal}/view/u${session}`);

// 504 until it is done. Only `proof` tells whether the list is all there is.
let answer;
do answer = await fetch(`${portal}/v2/viewingSessions/${session}/revisionData`);
while (answer.status === 504);
const { revisions, proof } = await (await checked(answer)).json();
for (const { kind, text } of revisions) console.log(`${kind}: ${text}`);
console.log("Proof:", JSON.stringify(proof));
