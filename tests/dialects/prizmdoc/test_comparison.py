"""Two documents to compare: what seed 001 says of sourceFile/original, /revised and SourceRef.

How the comparison itself is done and shown is proven elsewhere; here are the calls.
"""

from __future__ import annotations

from datetime import timedelta
from email.message import Message
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests import factories

from .conftest import Integrator, assert_error, assert_status_message

WORD = factories.docx("The first version.")
REVISED = factories.docx("The second version.")
SIDES = ["original", "revised"]


@pytest.fixture
def v2(api: Integrator) -> Integrator:
    """The same program, calling the V2 paths."""
    return Integrator(api.http, prefix="/v2")


def put(v2: Integrator, identity: str, side: str, content: bytes = WORD, query: str = "") -> Any:
    return v2.call("PUT", f"/viewingSessions/{identity}/sourceFile/{side}{query}", content)


def get(v2: Integrator, identity: str, side: str, query: str = "") -> Any:
    return v2.call("GET", f"/viewingSessions/{identity}/sourceFile/{side}{query}")


def refer(api: Integrator, identity: str, original: Any, revised: Any) -> Any:
    body = {"refType": "comparison", "original": original, "revised": revised}
    return api.session(identity, "/SourceRef", "PUT", body)


def work_file(file_id: str) -> dict[str, str]:
    return {"refType": "workFile", "fileId": file_id}


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT sourceFile/original and /revised: 200, received", outcome="supported"
)
@pytest.mark.parametrize("order", [SIDES, SIDES[::-1]])
def test_both_documents_are_received_in_any_order(
    api: Integrator, v2: Integrator, order: list[str]
) -> None:
    identity = api.open()
    for side in order:
        answer = put(v2, identity, side, WORD if side == "original" else REVISED)
        assert (answer.status_code, answer.content) == (200, b"")
    assert get(v2, identity, "original").getvalue() == WORD
    assert get(v2, identity, "revised").getvalue() == REVISED


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT sourceFile/original and /revised: 404", outcome="supported"
)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("identity", ["XYZ", "x" * 43])
def test_an_unknown_session_is_404(v2: Integrator, side: str, identity: str) -> None:
    assert put(v2, identity, side).status_code == 404
    assert get(v2, identity, side).status_code == 404


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 404 after the session has expired",
    outcome="ours",
)
@pytest.mark.parametrize("side", SIDES)
def test_an_expired_session_is_404(api: Integrator, v2: Integrator, side: str) -> None:
    """V2 knows no other answer, and from outside it looks like one that never was."""
    identity = api.open()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        for answer in (put(v2, identity, side), get(v2, identity, side)):
            assert_error(answer, 404, "ResourceNotFound")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 580 DocumentCorrupt for a file that is cut off",
    outcome="ours",
)
@pytest.mark.parametrize("side", SIDES)
def test_a_document_that_is_cut_off_says_so(api: Integrator, v2: Integrator, side: str) -> None:
    assert_error(put(v2, api.open(), side, WORD[:500]), 580, "DocumentCorrupt")


def test_two_work_files_need_the_scope_that_one_needs(db: None) -> None:
    api = Integrator(factories.caller(scopes=("viewing:write", "workfiles:write")))
    original, revised = (work_file(api.work_file(content)) for content in (WORD, REVISED))
    assert refer(api, api.open(), original, revised).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 480 CannotChangeDocument",
    outcome="supported",
)
@pytest.mark.parametrize("side", SIDES)
def test_a_document_is_assigned_once(api: Integrator, v2: Integrator, side: str) -> None:
    identity = api.open()
    put(v2, identity, side)
    assert_error(put(v2, identity, side, REVISED), 480, "CannotChangeDocument", side)
    assert get(v2, identity, side).getvalue() == WORD


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 480 UnsupportedFormatForComparison",
    outcome="supported",
)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("content", [factories.PDF_BYTES, factories.png(), b"just text"])
def test_only_word_documents_are_compared(
    api: Integrator, v2: Integrator, side: str, content: bytes
) -> None:
    answer = put(v2, api.open(), side, content)
    assert_error(answer, 480, "UnsupportedFormatForComparison", side)
    named = put(v2, api.open(), side, b"\0\1\2" * 99, "?FileExtension=txt")
    assert_error(named, 480, "UnsupportedFormatForComparison", side)


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 480 InvalidInput for no bytes",
    outcome="supported",
)
@pytest.mark.parametrize("side", SIDES)
def test_no_bytes_are_no_document(api: Integrator, v2: Integrator, side: str) -> None:
    assert_error(put(v2, api.open(), side, b""), 480, "InvalidInput", "body")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 480 IncorrectUsage after a single document",
    outcome="supported",
)
@pytest.mark.parametrize("side", SIDES)
def test_after_a_single_document_nothing_is_compared(
    api: Integrator, v2: Integrator, side: str
) -> None:
    identity = api.show()
    assert_error(put(v2, identity, side), 480, "IncorrectUsage")
    assert_error(get(v2, identity, side), 480, "IncorrectUsage")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceFile: 480 IncorrectUsage after one or both documents to compare",
    outcome="supported",
)
@pytest.mark.parametrize("sides", [["original"], ["revised"], SIDES])
def test_after_a_document_to_compare_there_is_no_single_one(
    api: Integrator, v2: Integrator, sides: list[str]
) -> None:
    identity = api.open()
    for side in sides:
        put(v2, identity, side)
    assert_error(api.put(identity, factories.PDF_BYTES), 480, "IncorrectUsage")
    answer = api.session(identity, "/SourceRef", "PUT", work_file(api.work_file()))
    assert_error(answer, 480, "IncorrectUsage")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 480 MissingInput",
    outcome="ours",
)
@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT sourceFile/original and /revised: 480 FeatureNotLicensed, FeatureDisabled",
    outcome="ours",
)
def test_errors_that_never_occur(api: Integrator, v2: Integrator) -> None:
    """No input is required but the bytes, and comparing needs neither licence nor Office."""
    answer = v2.call("PUT", f"/viewingSessions/{api.open()}/sourceFile/original", WORD)
    assert answer.status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET sourceFile/original and /revised: an identical copy under its default name",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("side", "query", "name"),
    [
        ("original", "", "OriginalSourceFile.docx"),
        ("revised", "", "RevisedSourceFile.docx"),
        ("original", "?contentDispositionFilename=OldReport", "OldReport.docx"),
        ("revised", "?contentDispositionFilename=NewReport", "NewReport.docx"),
    ],
)
def test_a_document_comes_back(
    api: Integrator, v2: Integrator, side: str, query: str, name: str
) -> None:
    identity = api.open()
    put(v2, identity, side)
    answer = get(v2, identity, side, query)
    assert answer.getvalue() == WORD
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    header = Message()
    header["Content-Disposition"] = answer["Content-Disposition"]
    assert header.get_filename() == name


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="GET sourceFile/original and /revised: 480 DocumentNotProvidedYet",
    outcome="supported",
)
@pytest.mark.parametrize("side", SIDES)
def test_there_is_nothing_to_get_before_the_upload(
    api: Integrator, v2: Integrator, side: str
) -> None:
    identity = api.open()
    put(v2, identity, "revised" if side == "original" else "original")
    assert_error(get(v2, identity, side), 480, "DocumentNotProvidedYet", side)


@pytest.mark.conformance(
    "prizmdoc-v1", line="PUT SourceRef: two work files to compare", outcome="supported"
)
def test_two_work_files_are_compared(api: Integrator, v2: Integrator) -> None:
    identity = api.open()
    files = [work_file(api.work_file(content)) for content in (WORD, REVISED)]
    assert refer(api, identity, *files).status_code == 200
    assert get(v2, identity, "original").getvalue() == WORD
    assert get(v2, identity, "revised").getvalue() == REVISED


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceRef: errors of a comparison name the document at fault",
    outcome="supported",
)
@pytest.mark.parametrize("side", SIDES)
def test_an_error_of_a_comparison_names_the_document(api: Integrator, side: str) -> None:
    fine, pdf = work_file(api.work_file(WORD)), work_file(api.work_file())

    def answer(wrong: Any) -> Any:
        files = {"original": fine, "revised": fine} | {side: wrong}
        return refer(api, api.open(), **files)

    assert_error(answer(work_file("unknown")), 480, "NotFound", f"{side}.fileId")
    assert_error(answer(pdf), 480, "UnsupportedFormatForComparison", side)
    assert_error(answer({"refType": "workFile"}), 480, "MissingInput", f"{side}.fileId")
    assert_error(answer({"fileId": "x"}), 480, "MissingInput", f"{side}.refType")
    assert_error(answer({"refType": "x", "fileId": "x"}), 480, "InvalidInput", f"{side}.refType")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="PUT SourceRef: a comparison is assigned once, and not beside a single document",
    outcome="supported",
)
def test_a_comparison_is_assigned_once(api: Integrator) -> None:
    files = [work_file(api.work_file(content)) for content in (WORD, REVISED)]
    identity = api.open()
    refer(api, identity, *files)
    assert refer(api, identity, *files).json()["errorCode"] == "CannotChangeDocument"
    assert_error(refer(api, api.show(), *files), 480, "IncorrectUsage")


@pytest.mark.conformance(
    "prizmdoc-v1", line="GET SourceFile: of a session that compares two documents", outcome="ours"
)
def test_a_comparison_has_no_single_source(api: Integrator, v2: Integrator) -> None:
    """V1's calls on a single document do not apply; they say so, and nothing breaks."""
    identity = api.open()
    put(v2, identity, "original")
    for path in ("/SourceFile", "/FileId"):
        answer = api.session(identity, path)
        assert answer.status_code == 480
        assert answer.json()["errorCode"] in ("IncorrectUsage", "DocumentNotProvidedYet")


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="POST SessionStopped: V2 calls get the notice, too",
    outcome="supported",
)
def test_a_stopped_comparison_answers_in_the_callers_words(api: Integrator, v2: Integrator) -> None:
    identity = api.open()
    body = {"httpStatus": 418, "endUserMessage": "Tea time"}
    api.session(identity, "/Notification/SessionStopped", "POST", body)
    for answer in (put(v2, identity, "original"), get(v2, identity, "revised")):
        assert_status_message(answer, 418, "Tea time")
