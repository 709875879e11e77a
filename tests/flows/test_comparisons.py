"""Two documents of any format, compared by the running product."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests import corpus
from tests.stack import Integrator


@corpus.requires_corpus
def test_two_pdf_files_are_compared_and_marked_on_both(integrator: Integrator) -> None:
    folder = corpus.file("compare/pdf-bug51170")
    opened = integrator.call("POST", "/api/v1/comparisons", json={"name": "Statutes"}).json()
    path = f"/api/v1/comparisons/{opened['id']}"
    for side in ("original", "revised"):
        content = (folder / f"{side}.pdf").read_bytes()
        assert integrator.call("PUT", f"{path}/{side}", data=content).status_code == 200
    body = settled(integrator.url + path)
    assert (body["state"], body["method"], body["revisions"]) == ("ready", "text", 5)
    assert body["proof"]["holds"]
    views = f"{integrator.url}/api/v1/views/{opened['id']}"
    listing = requests.get(f"{views}/revisions", timeout=30).json()
    assert listing["located"]
    for revision in listing["revisions"]:
        assert revision["boxes"] or revision["original"]["boxes"]
    for document in ("original", "revised"):
        state = requests.get(f"{views}?document={document}", timeout=30).json()
        assert (state["state"], state["document"]["pages"]) == ("ready", 7)


def settled(url: str) -> dict[str, Any]:
    """The comparison once it is done, one way or the other."""
    deadline = time.monotonic() + 120
    while True:
        body: dict[str, Any] = requests.get(url, timeout=30).json()
        if body["state"] != "comparing" or time.monotonic() > deadline:
            return body
        time.sleep(0.1)
