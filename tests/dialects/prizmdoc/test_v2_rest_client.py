"""A public client of PrizmDoc (npm, MIT), run with Node against the running product."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pypdfium2
import pytest

from tests import factories
from tests.npm import BIN, npm
from tests.stack import Stack

SCRIPT = """
const Client = require('@accusoft/prizmdoc-rest-client');
const fs = require('fs');
(async () => {
  const [url, key, input, output] = process.argv.slice(2);
  const session = new Client({ baseUrl: url, headers: { 'Acs-Api-Key': key } })
    .createAffinitySession();
  let answer = await session.post('/PCCIS/V1/WorkFile?FileExtension=docx', {
    body: fs.readFileSync(input),
  });
  const { fileId } = await answer.json();
  answer = await session.post('/v2/contentConverters', {
    body: JSON.stringify({ input: { sources: [{ fileId }], dest: { format: 'pdf' } } }),
  });
  const started = await answer.json();
  const ended = await session.getFinalProcessStatus(`/v2/contentConverters/${started.processId}`);
  if (ended.state !== 'complete') throw new Error(JSON.stringify(ended));
  answer = await session.get(`/PCCIS/V1/WorkFile/${ended.output.results[0].fileId}`);
  fs.writeFileSync(output, await answer.buffer());
})().catch((error) => { console.error(error); process.exit(1); });
"""


@pytest.fixture(scope="module")
def rest_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with PrizmDoc's public REST client for Node (MIT)."""
    folder = tmp_path_factory.mktemp("rest-client")
    npm("install", "@accusoft/prizmdoc-rest-client@1.0.0-beta.11", folder=folder)
    return folder


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST contentConverters: npm's @accusoft/prizmdoc-rest-client converts a document",
    outcome="supported",
)
def test_the_vendors_rest_client_converts(stack: Stack, rest_client: Path) -> None:
    scopes = [w for s in ("workfiles:read", "workfiles:write") for w in ("--scope", s)]
    key = stack.register("Node", *scopes, "--access-key")["access_key"]
    (rest_client / "convert.js").write_text(SCRIPT)
    (rest_client / "input.docx").write_bytes(factories.docx("One", "\f", "Two"))
    files = [str(rest_client / name) for name in ("input.docx", "output.pdf")]
    outcome = subprocess.run(
        [BIN / "node", "convert.js", stack.url, key, *files],
        cwd=rest_client,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert len(pypdfium2.PdfDocument(rest_client / "output.pdf")) == 2
