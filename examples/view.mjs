// Shows a document to a person, reads its text, and ends the session.
//
//   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... node examples/view.mjs FILE
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { checked, json, portal, signedIn } from "./portal.mjs";

const file = process.argv[2];
const call = await signedIn();

// externalId is your own name of the document.
const opened = await call("/PCCIS/V1/ViewingSession", json({ externalId: basename(file) }));
const { viewingSessionId: session } = await opened.json();

// The document, as it is. Text formats need FileExtension.
await call(
  `/PCCIS/V1/ViewingSession/u${session}/SourceFile?FileExtension=${extname(file).slice(1)}`,
  { method: "PUT", body: await readFile(file) },
);
console.log(`Link: ${portal}/view/u${session}`);

// The session's id is all that a page or its text needs.
const text = await checked(
  fetch(`${portal}/PCCIS/V1/Document/q/0-0/Text?DocumentID=u${session}`),
);
console.log(`Text:\n${(await text.json()).pages[0].text}`);

if (!process.env.KEEP) {
  const notice = { httpStatus: 403, endUserMessage: "You have finished reading." };
  await call(`/PCCIS/V1/ViewingSession/u${session}/Notification/SessionStopped`, json(notice));
  console.log("Stopped.");
}
