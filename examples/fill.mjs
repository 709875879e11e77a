// Opens a form that a person completes, and fetches the finished document.
//
//   URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... \
//     node examples/fill.mjs DATASOURCE TEMPLATE
import { writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { signedIn } from "./portal.mjs";

const [datasource, template] = process.argv.slice(2);
const connect = `/webapi/api/v3/${datasource}/connect`;
const call = await signedIn();

// Forms is shown in the form, Data only fills the document.
const opened = await call(`${connect}/session`, {
  method: "POST",
  headers: { "Content-Type": "application/xml; charset=utf-8" },
  body: `<primedocsConnect>
  <Template Id="${template}" />
  <Forms>
    <Value Key="Subject">From Sample Script</Value>
    <Value Key="Notes">Sample Note</Value>
  </Forms>
  <Data>
    <Value Key="InvoiceNumber">1234</Value>
  </Data>
</primedocsConnect>`,
});
const { sessionId, url } = await opened.json();
console.log(`Connect session id: ${sessionId}`);
console.log(`Link: ${url}`);

// The document, once the person has finished: 409 until then. A webhook saves you from asking.
if (process.env.WAIT) {
  const result = `${connect}/session/${sessionId}/Result?conversion=Pdf`;
  for (;;) {
    const answer = await call(result).catch((error) => {
      if (!error.message.startsWith("409")) throw error;
    });
    if (answer) {
      await writeFile("connect.pdf", Buffer.from(await answer.arrayBuffer()));
      break;
    }
    await pause(1000);
  }
  console.log("Saved connect.pdf");
}
