"""Every document of the corpus reaches its first page, or fails by name."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests import corpus
from tests.stack import Integrator

pytestmark = corpus.requires_corpus
ENTRIES = corpus.entries("office", "pdf", "images", "text", "cad")
_NO_DWG = "No engine reads DWG; DXF is read."
_PRT = "No engine reads CADKEY parts."
_XPS = "No engine reads XPS."
# What cannot be shown, with the answer and the reason.
FAILURES = {
    "cad/libredwg__dwg2007_Donut.dwg": ("UnsupportedFileFormat", _NO_DWG),
    "cad/libredwg__dwgr10_tmp_line.dwg": ("UnsupportedFileFormat", _NO_DWG),
    "cad/libredwg__dwgtest-data_example_2013.dwg": ("UnsupportedFileFormat", _NO_DWG),
    "cad/libredwg__dwgtest-data_sample_2018.dwg": ("UnsupportedFileFormat", _NO_DWG),
    "cad/tika__architectural_-_annotation_scaling_and_multileaders.dwg": (
        "UnsupportedFileFormat",
        _NO_DWG,
    ),
    "cad/tika__testDWG2010_custom_props.dwg": ("UnsupportedFileFormat", _NO_DWG),
    "cad/tika__testCADKEY.prt": ("UnsupportedFileFormat", _PRT),
    "office/tika__test_text.xps": ("UnsupportedFileFormat", _XPS),
}
_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def first_page(integrator: Integrator, entry: corpus.Entry) -> str:
    """ "image", or why there is none."""
    identity = integrator.open(externalId=entry.path.name)
    answer = integrator.upload(identity, entry.path.read_bytes(), entry.extension)
    if answer.status_code != 200:
        return answer.reason
    deadline = time.monotonic() + 100
    address = f"{integrator.url}/api/v1/views/{identity}/pages/0/image?width=640"
    while (page := requests.get(address, timeout=60)).status_code == 202:
        if time.monotonic() > deadline:
            return f"still {integrator.view(identity)}"
        time.sleep(page.json()["retry_after_ms"] / 1000)
    if page.status_code != 200:
        return f"{page.json()['code']}: {page.json()['detail']}"
    signature = _SIGNATURES[page.headers["Content-Type"]]
    return "image" if page.content.startswith(signature) else "no image"


@pytest.fixture(scope="module")
def outcomes(integrator: Integrator) -> dict[str, str]:
    """What became of each document; a few at a time, as a busy server gets them."""
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda entry: first_page(integrator, entry), ENTRIES)
        return dict(zip((entry.id for entry in ENTRIES), results, strict=True))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_document_reaches_its_first_page(outcomes: dict[str, str], entry: corpus.Entry) -> None:
    expected, reason = FAILURES.get(entry.id, ("image", ""))
    assert outcomes[entry.id] == expected, reason


def test_the_table_of_failures_names_documents_that_exist() -> None:
    assert set(FAILURES) <= {entry.id for entry in ENTRIES}
