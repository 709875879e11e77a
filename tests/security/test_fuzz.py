"""Requests made up from the OpenAPI document: nothing breaks, and every answer is one it declares.

The caller has every scope and one of everything, so that made-up bodies and queries get past the
first "there is no such thing". Ids in paths are real ones or made up, by turns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.test import Client
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation

from tests.security import holdings
from tests.security.holdings import REFERENCE, Holdings

AREA = "Requests made up from the API reference"

# Answers of 500 and above that a seed demands, or that say that an engine is to be waited for.
# None runs here: what must be converted stays in the queue.
DEMANDED = {
    "/PCCIS/V1/": {500, 504, 580, 503},
    "/ViewingSession": {500},
    "/v2/": {500, 503, 504, 580},
    "/v3/": {500, 503, 504, 580},
    "/api/v1/": {503},
    "/documents": {503},
    "/webapi/": {503},
}
UNEXPECTED = (b"InternalError", b'"internal"')
SCHEMA = schemathesis.openapi.from_dict(REFERENCE)
_WHOLE = Resource.from_contents(REFERENCE, default_specification=DRAFT202012)
VALIDATOR = Draft202012Validator(REFERENCE, registry=Registry().with_resource("", _WHOLE))
OPERATIONS: list[APIOperation[Any, Any, Any]] = [one.ok() for one in SCHEMA.get_all_operations()]


@pytest.fixture
def owner(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Holdings]:
    holdings.nobody_waits(monkeypatch, settings)
    return holdings.of("Owner")


def send(caller: Client, case: Any) -> HttpResponse:
    """A made-up request, in this process."""
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    headers = {name: value for name, value in asked.headers.items() if name != "Content-Length"}
    body = asked.body or b""
    return caller.generic(
        str(asked.method),
        asked.path_url,
        body if isinstance(body, bytes) else body.encode(),
        content_type=headers.pop("Content-Type", "application/octet-stream"),
        headers=headers,
    )


def fault(case: Any, answer: HttpResponse) -> str:
    """What is wrong with an answer; blank for nothing."""
    status, content = answer.status_code, answer.getvalue()
    allowed = set().union(*(ok for path, ok in DEMANDED.items() if case.path.startswith(path)))
    if status >= 500 and (status not in allowed or any(one in content for one in UNEXPECTED)):
        return f"{status}: {content[:300]!r}"
    declared = REFERENCE["paths"][case.path][case.method.lower()]["responses"]
    told = declared.get(str(status))
    if told is None:
        return f"{status} is not declared: {content[:300]!r}"
    types = told.get("content", {})
    sent = answer.headers.get("Content-Type", "").partition(";")[0]
    if content and types and sent not in types and "application/octet-stream" not in types:
        return f"{status} as {sent}, declared {list(types)}"
    schema = types.get(sent, {}).get("schema")
    if content and schema and sent.endswith("json"):
        for error in VALIDATOR.evolve(schema=schema).iter_errors(json.loads(content)):
            return f"{status}: {error.json_path} {error.message[:300]}"
    return ""


def knock(owner: Holdings, operation: APIOperation[Any, Any, Any], examples: int) -> list[str]:
    """The faults found by so many requests of each mode."""
    path, found = operation.path, []
    person = holdings.browser(owner)
    told = REFERENCE["paths"][path][operation.method.lower()]
    caller = owner.http if told.get("x-required-scopes") else person
    places = owner.places(path)
    kept = {name: places[name] for name in re.findall(r"\{(\w+)\}", path) if name in places}
    headers = {"Session-Id": owner.session, "If-Match": '"1"'}

    free = "requestBody" in told or {one["in"] for one in told.get("parameters", [])} - {"path"}
    modes = list(GenerationMode) if examples > 1 else [GenerationMode.NEGATIVE]
    for mode in modes if free else [GenerationMode.POSITIVE]:
        strategy = operation.as_strategy(mode, path_parameters=kept, headers=headers)

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @seed(1)
        @given(strategy)
        def one(case: Any) -> None:
            with transaction.atomic():
                answer = send(caller, case)
                if wrong := fault(case, answer):
                    found.append(f"{operation.label}: {wrong} for {case.query} {case.body!r:.300}")
                transaction.set_rollback(True)

        with suppress(Unsatisfiable):  # there is nothing to get wrong
            one()
    return found


@pytest.mark.parametrize(
    "examples", [1, pytest.param(30, marks=pytest.mark.security_slow)], ids=["few", "many"]
)
def test_no_request_breaks_anything(owner: Holdings, examples: int) -> None:
    tried = OPERATIONS if examples > 1 else [one for one in OPERATIONS if one.body]
    assert len(tried) > 40
    found = [wrong for one in tried for wrong in knock(owner, one, examples)]
    assert found == []


@pytest.mark.parametrize(
    ("status", "media_type", "content"),
    [
        (500, "text/html", b"A trace"),
        (500, "application/problem+json", b'{"code": "internal"}'),
        (418, "application/json", b"{}"),
        (200, "text/html", b"<p>"),
        (200, "application/json", b'{"items": 7}'),
    ],
)
def test_what_is_wrong_is_seen(status: int, media_type: str, content: bytes) -> None:
    (jobs,) = [one for one in OPERATIONS if one.label == "GET /api/v1/jobs"]
    answer = HttpResponse(content, status=status, content_type=media_type)
    assert fault(jobs.Case(), answer)
    assert not fault(jobs.Case(), JsonResponse({"items": [], "next": None}))
