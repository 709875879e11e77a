"""V2 search tasks (CONTRACT section 1): many terms, partial results, an id for whoever holds it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from apps.clients.actors import Actor
from apps.conversion.models import Rendition
from apps.viewing import services as viewing
from tests import factories

from .conftest import assert_error

FOX = {"type": "simple", "pattern": "fox"}


@pytest.fixture
def viewer(db: None) -> Client:
    return Client()


@pytest.fixture
def identity(db: None) -> str:
    """A session whose document has three pages."""
    identity = factories.view(content=factories.PDF_BYTES)
    factories.ready_pdf(factories.source_of(identity), pages=3)
    return identity


def start(viewer: Client, identity: str, *terms: Any) -> Any:
    body = {"input": {"searchTerms": list(terms)}}
    path = f"/v2/viewingSessions/{identity}/searchTasks"
    return viewer.post(path, body, content_type="application/json")


def hit(page: int, term: int = 0) -> dict[str, Any]:
    box = [1.0, 2.0, 3.0, 4.0]
    return {
        "page": page,
        "term": term,
        "before": "a ",
        "match": "fox",
        "after": ".",
        "boxes": [box],
    }


def add_hits(*hits: dict[str, Any], pages: int) -> Rendition:
    """The engine's part: hits of the search, up to so many pages."""
    rendition = Rendition.objects.get(kind="search")
    number = rendition.parts.count()
    content = gzip.compress(json.dumps({"hits": hits}).encode())
    factories.add_part(
        rendition, f"hits/{number}", content, "application/gzip", hits=len(hits), pages=pages
    )
    return rendition


def state(viewer: Client, task: str) -> Any:
    return viewer.get(f"/v2/searchTasks/{task}").json()


def results(viewer: Client, task: str, query: str = "") -> Any:
    return viewer.get(f"/v2/searchTasks/{task}/results{query}").json()


@pytest.mark.conformance(
    "prizmdoc-v2", line="POST searchTasks: 200 with the process", outcome="supported"
)
@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET searchTasks/{processId}: processing with percentComplete, then complete",
    outcome="supported",
)
def test_a_search_is_a_process(viewer: Client, identity: str) -> None:
    answer = start(viewer, identity, FOX)
    assert answer.status_code == 200
    body = answer.json()
    task = body["processId"]
    assert (body["state"], body["percentComplete"]) == ("processing", 0)
    assert body["input"] == {
        "searchTerms": [FOX | {"caseSensitive": False, "matchWholeWord": False}]
    }
    add_hits(hit(0), pages=1)
    assert (state(viewer, task)["state"], state(viewer, task)["percentComplete"]) == (
        "processing",
        33,
    )
    factories.finish(add_hits(hit(2), pages=3), {"timed_out": [], "truncated": False})
    body = state(viewer, task)
    assert (body["state"], body["percentComplete"]) == ("complete", 100)
    assert body["output"] == {"timedOutTerms": [], "truncated": False}


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET searchTasks/{processId}/results: partial results before complete",
    outcome="supported",
)
@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET searchTasks/{processId}/results: limit, continueToken until all have been read",
    outcome="supported",
)
def test_results_come_before_the_search_is_complete(viewer: Client, identity: str) -> None:
    task = start(viewer, identity, FOX).json()["processId"]
    assert results(viewer, task) == {"results": [], "continueToken": "0"}
    add_hits(hit(0), hit(0), pages=1)
    found = results(viewer, task)
    assert [one["id"] for one in found["results"]] == [0, 1]
    assert found["continueToken"] == "2"
    rest = results(viewer, task, "?continueToken=2")
    assert rest == {"results": [], "continueToken": "2"}
    factories.finish(add_hits(hit(1), hit(2), pages=3), {})
    found = results(viewer, task, "?continueToken=1&limit=2")
    assert [one["pageIndex"] for one in found["results"]] == [0, 1]
    assert found["continueToken"] == "3"
    found = results(viewer, task, "?continueToken=3")
    assert [one["pageIndex"] for one in found["results"]] == [2]
    assert "continueToken" not in found


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET searchTasks/{processId}/results: a hit's page, term, text, context and boxes",
    outcome="ours",
)
def test_a_hit_tells_where_it_is(viewer: Client, identity: str) -> None:
    task = start(viewer, identity, FOX, {"type": "regex", "pattern": "f.x"}).json()["processId"]
    add_hits(hit(1, term=1), pages=2)
    assert results(viewer, task)["results"] == [
        {
            "id": 0,
            "pageIndex": 1,
            "termIndex": 1,
            "text": "fox",
            "context": {"before": "a ", "after": "."},
            "boxes": [[1.0, 2.0, 3.0, 4.0]],
        }
    ]


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET searchTasks/{processId}: terms that took too long are told, the rest is complete",
    outcome="ours",
)
def test_terms_that_took_too_long_are_told(viewer: Client, identity: str) -> None:
    task = start(viewer, identity, {"type": "regex", "pattern": "(a+)+$"}).json()["processId"]
    factories.finish(add_hits(pages=3), {"timed_out": [0], "truncated": True})
    assert state(viewer, task)["output"] == {"timedOutTerms": [0], "truncated": True}


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="GET searchTasks/{processId}: a failed search is 200 with state error and errorCode",
    outcome="supported",
)
def test_a_failed_search_says_why(viewer: Client, identity: str) -> None:
    task = start(viewer, identity, FOX).json()["processId"]
    factories.fail(Rendition.objects.get(kind="search"), "timeout")
    body = state(viewer, task)
    assert (body["state"], body["errorCode"]) == ("error", "ConversionTimeout")
    answer = viewer.get(f"/v2/searchTasks/{task}/results")
    assert_error(answer, 580, "ConversionTimeout")


@pytest.mark.conformance(
    "prizmdoc-v2", line="POST searchTasks: 404 for an unknown session", outcome="supported"
)
def test_an_unknown_session_is_not_found(viewer: Client) -> None:
    assert_error(start(viewer, "A" * 43, FOX), 404, "ResourceNotFound")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST searchTasks: 480 DocumentNotProvidedYet for a session without document",
    outcome="supported",
)
def test_a_session_without_document_cannot_be_searched(viewer: Client) -> None:
    assert_error(start(viewer, factories.view(), FOX), 480, "DocumentNotProvidedYet")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="POST searchTasks: 480 MissingInput, InvalidInput with errorDetails",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("input", "code", "at"),
    [
        ({}, "MissingInput", "input.searchTerms"),
        ({"searchTerms": []}, "InvalidInput", "input.searchTerms"),
        ({"searchTerms": "fox"}, "InvalidInput", "input.searchTerms"),
        ({"searchTerms": ["fox"]}, "InvalidInput", "input.searchTerms"),
        ({"searchTerms": [FOX] * 1001}, "InvalidInput", "input.searchTerms"),
        ({"searchTerms": [FOX, {}]}, "MissingInput", "input.searchTerms[1].type"),
        ({"searchTerms": [{"type": "x"}]}, "InvalidInput", "input.searchTerms[0].type"),
        ({"searchTerms": [{"type": "regex"}]}, "MissingInput", "input.searchTerms[0].pattern"),
        ({"searchTerms": [FOX | {"pattern": " "}]}, "InvalidInput", "input.searchTerms[0].pattern"),
        (
            {"searchTerms": [FOX | {"pattern": "x" * 1001}]},
            "InvalidInput",
            "input.searchTerms[0].pattern",
        ),
        (
            {"searchTerms": [FOX, {"type": "regex", "pattern": "("}]},
            "InvalidInput",
            "input.searchTerms[1].pattern",
        ),
        (
            {"searchTerms": [FOX | {"caseSensitive": 1}]},
            "InvalidInput",
            "input.searchTerms[0].caseSensitive",
        ),
    ],
)
def test_an_input_at_fault_is_named(
    viewer: Client, identity: str, input: Any, code: str, at: str
) -> None:
    path = f"/v2/viewingSessions/{identity}/searchTasks"
    answer = viewer.post(path, {"input": input}, content_type="application/json")
    assert_error(answer, 480, code, at)


@pytest.mark.conformance(
    "prizmdoc-v2", line="POST searchTasks: a thousand terms", outcome="supported"
)
def test_a_thousand_terms_are_taken(viewer: Client, identity: str) -> None:
    terms = [{"type": "simple", "pattern": f"word {number}"} for number in range(1000)]
    assert start(viewer, identity, *terms).status_code == 200


def test_the_same_search_is_made_once(viewer: Client, identity: str) -> None:
    tasks = {start(viewer, identity, FOX).json()["processId"] for _ in range(3)}
    assert len(tasks) == 3
    assert Rendition.objects.filter(kind="search").count() == 1


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="searchTasks/{processId}: 404 for an unknown or cancelled task",
    outcome="supported",
)
@pytest.mark.conformance("prizmdoc-v2", line="DELETE searchTasks/{processId}: 204", outcome="ours")
def test_a_task_can_be_cancelled(viewer: Client, identity: str) -> None:
    task = start(viewer, identity, FOX).json()["processId"]
    assert viewer.delete(f"/v2/searchTasks/{task}").status_code == 204
    for rest in ("", "/results"):
        assert_error(viewer.get(f"/v2/searchTasks/{task}{rest}"), 404, "ResourceNotFound")
        assert_error(viewer.get(f"/v2/searchTasks/x{rest}"), 404, "ResourceNotFound")


@pytest.mark.conformance(
    "prizmdoc-v2",
    line="searchTasks/{processId}: ends with its session, as the session was ended",
    outcome="ours",
)
def test_a_task_ends_with_its_session(viewer: Client, identity: str) -> None:
    task = start(viewer, identity, FOX).json()["processId"]
    viewing.stop(factories.actor(), identity, status=418, message="Enough")
    answer = viewer.get(f"/v2/searchTasks/{task}/results")
    assert (answer.status_code, answer.reason_phrase) == (418, "Enough")


def test_the_page_of_the_portal_may_search_too(viewer: Client, identity: str) -> None:
    """The task of a session that V1 spells with a `u`."""
    assert start(viewer, f"u{identity}", FOX).status_code == 200
    assert viewing.find(Actor.viewer(), identity).session.pk
