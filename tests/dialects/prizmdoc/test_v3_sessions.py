""" "v3" viewing sessions (seed 002), line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.conversion.models import Rendition
from apps.document_sessions.models import DocumentSession
from apps.viewing.models import ViewingPackage
from tests import factories

from .conftest import Integrator, assert_error
from .packages import CONTENT, Packages

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
GROUP = CONTENT + b"\0"


@pytest.fixture
def packages(db: None) -> Packages:
    return Packages(Integrator(factories.caller(), prefix=""))


@pytest.fixture
def viewer() -> Client:
    """Somebody who holds the session's id and nothing else."""
    return Client()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def path(identity: str, rest: str) -> str:
    return f"/v3/viewingSessions/{identity}/{rest}"


def group(identity: str, index: int = 0) -> str:
    return path(identity, f"content/root/pageGroups/{index}")


# --- POST /v3/viewingSessions -------------------------------------------------------------------
@pytest.mark.conformance(
    "prizmdoc-v3", line="POST v3/viewingSessions: 200 with viewingSessionId", outcome="supported"
)
def test_a_session_opens_on_a_complete_package(packages: Packages) -> None:
    packages.complete()
    answer = packages.session()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert list(answer.json()) == ["viewingSessionId"]
    assert len(answer.json()["viewingSessionId"]) >= 43


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingSessions: 480 ResourceNotFound for an unknown package, with errorDetails",
    outcome="supported",
)
def test_an_unknown_package_is_refused(packages: Packages) -> None:
    assert_error(packages.session("nobody"), 480, "ResourceNotFound", "input.source.packageId")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingSessions: 480 ResourceNotFound for another client's package",
    outcome="ours",
)
def test_a_foreign_package_is_unknown(packages: Packages) -> None:
    packages.complete()
    stranger = Packages(Integrator(factories.caller("stranger"), prefix=""))
    assert_error(stranger.session(), 480, "ResourceNotFound", "input.source.packageId")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingSessions: 480 ViewingPackageIsNotComplete",
    outcome="supported",
)
@pytest.mark.parametrize("error", ["", "document_corrupt"])
def test_a_package_that_is_not_complete_is_refused(packages: Packages, error: str) -> None:
    packages.create()
    if error:
        factories.fail(Rendition.objects.get(), error)
    answer = packages.session()
    assert_error(answer, 480, "ViewingPackageIsNotComplete", "input.source.packageId")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingSessions: 480 MissingInput for a required property",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({}, "input.source.type"),
        ({"input": None}, "input.source.type"),
        ({"input": {"source": {}}}, "input.source.type"),
        ({"input": {"source": {"type": "viewingPackage"}}}, "input.source.packageId"),
    ],
)
def test_a_missing_property_is_named(packages: Packages, body: Any, at: str) -> None:
    assert_error(packages.api.call("POST", "/v3/viewingSessions", body), 480, "MissingInput", at)


@pytest.mark.conformance(
    "prizmdoc-v3",
    line='POST v3/viewingSessions: 480 InvalidInput; the only type is "viewingPackage"',
    outcome="supported",
)
@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"input": []}, "input"),
        ({"input": {"source": "x"}}, "input.source"),
        ({"input": {"source": {"type": "upload"}}}, "input.source.type"),
        (
            {"input": {"source": {"type": "viewingPackage", "packageId": 7}}},
            "input.source.packageId",
        ),
        (
            {"input": {"source": {"type": "viewingPackage", "packageId": " "}}},
            "input.source.packageId",
        ),
    ],
)
def test_a_property_at_fault_is_named(packages: Packages, body: Any, at: str) -> None:
    assert_error(packages.api.call("POST", "/v3/viewingSessions", body), 480, "InvalidInput", at)


@pytest.mark.conformance(
    "prizmdoc-v3", line="POST v3/viewingSessions: 480 InvalidInput for no JSON", outcome="ours"
)
def test_a_body_that_is_no_json_is_an_invalid_input(packages: Packages) -> None:
    answer = packages.api.call("POST", "/v3/viewingSessions", b"{", content_type="text/plain")
    assert_error(answer, 480, "InvalidInput", "body")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="every call: 480 LicenseCouldNotBeVerified",
    outcome="ours",
)
def test_nothing_needs_a_licence(packages: Packages) -> None:
    """There is no licence here, so that error is never sent."""
    packages.complete()
    assert packages.session().status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingSessions: the package's lifetime is extended",
    outcome="supported",
)
def test_opening_a_session_extends_the_package(
    packages: Packages, clock: time_machine.Traveller
) -> None:
    packages.complete(lifetimeAfterLastUse="1d")
    clock.shift(timedelta(hours=20))
    packages.session()
    assert ViewingPackage.objects.get().expires_at == NOON + timedelta(hours=44)


@pytest.mark.parametrize("scopes", [(), ("viewing:read",)])
def test_opening_needs_the_scope_to_write(db: None, scopes: tuple[str, ...]) -> None:
    api = Integrator(factories.caller(scopes=scopes), prefix="")
    assert Packages(api).session().status_code == 403
    assert Client().post("/v3/viewingSessions").status_code == 401


# --- Metadata -----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET content/root/metadata: 200 pageGroups with startPage, from 1",
    outcome="supported",
)
@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET content/root/metadata: several groups: page 1, then 50 pages each",
    outcome="ours",
)
@pytest.mark.parametrize(
    ("pages", "starts"),
    [(1, [1]), (2, [1, 2]), (51, [1, 2]), (52, [1, 2, 52]), (151, [1, 2, 52, 102])],
)
def test_metadata_tells_where_groups_start(
    packages: Packages, viewer: Client, pages: int, starts: list[int]
) -> None:
    answer = viewer.get(path(packages.open(pages=pages), "content/root/metadata"))
    assert answer.status_code == 200
    assert answer.json() == {"pageGroups": [{"startPage": start} for start in starts]}


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET content/root/metadata: Content-Type, Content-Length, Cache-Control",
    outcome="supported",
)
def test_metadata_has_the_headers_of_the_page(packages: Packages, viewer: Client) -> None:
    answer = viewer.get(path(packages.open(), "content/root/metadata"))
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Length"] == str(len(answer.content))
    assert "private" in answer["Cache-Control"]


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="every call on a session: 404 ResourceNotFound for an unknown session",
    outcome="supported",
)
@pytest.mark.parametrize("identity", ["x", "A" * 43, "u" + "A" * 43])
@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", "content/root/metadata"),
        ("GET", "content/root/pageGroups/0"),
        ("HEAD", "content/root/pageGroups/0"),
        ("POST", "heartbeat"),
    ],
)
def test_an_unknown_session_is_not_found(
    viewer: Client, db: None, identity: str, method: str, rest: str
) -> None:
    answer = viewer.generic(method, path(identity, rest))
    assert answer.status_code == 404
    assert answer["Accusoft-Status-Message"]
    if method != "HEAD":
        assert answer.json()["errorCode"] == "ResourceNotFound"


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="every call on a session: 404 for a session of V1, which has no package",
    outcome="ours",
)
def test_a_session_of_another_version_is_not_found(viewer: Client, db: None) -> None:
    identity = factories.view(content=factories.PDF_BYTES)
    assert viewer.get(path(identity, "content/root/metadata")).status_code == 404


# --- Page groups --------------------------------------------------------------------------------
@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET pageGroups/{index}: 200 application/pdf, Content-Length, Cache-Control",
    outcome="supported",
)
def test_a_page_group_is_a_pdf(packages: Packages, viewer: Client) -> None:
    identity = packages.open(pages=60)
    for index in range(3):
        answer = viewer.get(group(identity, index))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Length"] == str(len(GROUP))
        assert "private" in answer["Cache-Control"]
        assert answer["Accept-Ranges"] == "bytes"
        assert "Content-Range" not in answer
        assert answer.getvalue() == CONTENT + bytes([index])


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET pageGroups/{index}: 404 ResourceNotFound for a group that is not there",
    outcome="supported",
)
@pytest.mark.parametrize("index", ["1", "99", "-1", "x", "0.0"])
def test_a_group_that_is_not_there_is_not_found(
    packages: Packages, viewer: Client, index: str
) -> None:
    answer = viewer.get(path(packages.open(), f"content/root/pageGroups/{index}"))
    assert_error(answer, 404, "ResourceNotFound")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET pageGroups/{index}: 206 with Content-Range for a single Range",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-1023", 0, 1023),
        ("bytes=0-0", 0, 0),
        ("bytes=2000-", 2000, 2048),
        ("bytes=2000-99999", 2000, 2048),
        ("bytes=-1", 2048, 2048),
        ("bytes=-99999", 0, 2048),
        ("bytes=2048-2048", 2048, 2048),
        ("Bytes= 5-6", 5, 6),
    ],
)
def test_a_single_range_is_answered(
    packages: Packages, viewer: Client, header: str, first: int, last: int
) -> None:
    answer = viewer.get(group(packages.open()), headers={"Range": header})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(GROUP)}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.getvalue() == GROUP[first : last + 1]


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET pageGroups/{index}: 416 for a range that is not there or makes no sense",
    outcome="supported",
)
@pytest.mark.parametrize("header", ["bytes=2049-", "bytes=9999-10000", "bytes=7-5", "bytes=-0"])
def test_a_range_that_is_not_there_is_not_satisfiable(
    packages: Packages, viewer: Client, header: str
) -> None:
    answer = viewer.get(group(packages.open()), headers={"Range": header})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(GROUP)}"
    assert answer.content == b""


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET pageGroups/{index}: several ranges and malformed ones are ignored (RFC 9110 14.2)",
    outcome="ours",
)
@pytest.mark.parametrize(
    "header",
    ["bytes=0-1,3-4", "bytes=", "bytes=-", "bytes=a-b", "bytes 0-1", "pages=0-1", "0-1", "bytes=1"],
)
def test_what_is_no_single_range_is_ignored(
    packages: Packages, viewer: Client, header: str
) -> None:
    answer = viewer.get(group(packages.open()), headers={"Range": header})
    assert (answer.status_code, answer.getvalue()) == (200, GROUP)


def test_a_range_on_condition_gets_the_whole(packages: Packages, viewer: Client) -> None:
    """There are no validators to compare with (RFC 9110 13.1.5)."""
    headers = {"Range": "bytes=0-1", "If-Range": '"x"'}
    assert viewer.get(group(packages.open()), headers=headers).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="HEAD pageGroups/{index}: the headers of GET without a body; Range is ignored",
    outcome="supported",
)
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}, {"Range": "bytes=9999-"}])
def test_head_tells_the_whole_groups_headers(
    packages: Packages, viewer: Client, headers: dict[str, str]
) -> None:
    identity = packages.open()
    head, get = viewer.head(group(identity), headers=headers), viewer.get(group(identity))
    assert head.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "Content-Length", "Cache-Control"):
        assert head[name] == get[name]


def test_the_next_group_is_made_while_one_is_read(packages: Packages, viewer: Client) -> None:
    identity = packages.open(pages=120)
    Rendition.objects.filter(kind="group", recipe__first__gt=0).delete()
    viewer.get(group(identity, 0))
    assert [job.what.first for job in Rendition.objects.filter(kind="group", state="queued")] == [1]


def test_a_group_the_cache_forgot_is_made_again(packages: Packages, viewer: Client) -> None:
    identity = packages.open(pages=3)
    Rendition.objects.all().delete()
    answer = viewer.get(path(identity, "content/root/metadata"))
    assert len(answer.json()["pageGroups"]) == 2
    packages.finish("my-package", pages=3)
    assert viewer.get(group(identity, 1)).status_code == 200


# --- Lifetime -----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "prizmdoc-v3", line="POST heartbeat: 200 with an empty JSON object", outcome="supported"
)
def test_a_heartbeat_is_answered_with_an_empty_object(packages: Packages, viewer: Client) -> None:
    answer = viewer.post(path(packages.open(), "heartbeat"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.content == b"{}"


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST heartbeat: a session ends 5 minutes after the last heartbeat",
    outcome="supported",
)
def test_a_session_lives_five_minutes_after_a_heartbeat(
    packages: Packages, viewer: Client, clock: time_machine.Traveller
) -> None:
    identity = packages.open()
    for seconds in (299, 299, 1, 299, 14, 299):
        clock.shift(timedelta(seconds=seconds))
        assert viewer.post(path(identity, "heartbeat")).status_code == 200
    clock.shift(timedelta(seconds=300))
    assert_error(viewer.post(path(identity, "heartbeat")), 404, "ResourceNotFound")
    assert viewer.get(group(identity)).status_code == 404


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST heartbeat: a session lives 6 hours after its creation at most",
    outcome="supported",
)
def test_a_session_lives_six_hours_at_most(
    packages: Packages, viewer: Client, clock: time_machine.Traveller
) -> None:
    identity = packages.open()
    for minute in range(4, 360, 4):
        clock.move_to(NOON + timedelta(minutes=minute))
        assert viewer.post(path(identity, "heartbeat")).status_code == 200
    clock.move_to(NOON + timedelta(hours=6))
    assert viewer.post(path(identity, "heartbeat")).status_code == 404


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET pageGroups/{index}: extends the package's lifetime, not the session's",
    outcome="supported",
)
def test_content_extends_the_package_and_not_the_session(
    packages: Packages, viewer: Client, clock: time_machine.Traveller
) -> None:
    packages.complete(lifetimeAfterLastUse="30m")
    identity = packages.session().json()["viewingSessionId"]
    clock.shift(timedelta(minutes=4))
    assert viewer.get(group(identity)).status_code == 200
    assert viewer.get(path(identity, "content/root/metadata")).status_code == 200
    assert viewer.get(f"/api/v1/views/{identity}").status_code == 200
    assert ViewingPackage.objects.get().expires_at == NOON + timedelta(minutes=34)
    assert DocumentSession.objects.get().expires_at == NOON + timedelta(minutes=5)
    clock.shift(timedelta(minutes=1))
    assert viewer.get(group(identity)).status_code == 404


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="every call on a session: 404 once its package is deleted or has expired",
    outcome="ours",
)
def test_a_session_ends_with_its_package(
    packages: Packages, viewer: Client, clock: time_machine.Traveller
) -> None:
    packages.complete("short", lifetimeAfterLastUse="2m")
    short = packages.session("short").json()["viewingSessionId"]
    clock.shift(timedelta(minutes=3))
    assert viewer.get(group(short)).status_code == 404
    identity = packages.open("deleted", fileId=packages.work_file(b"%PDF-another"))
    assert packages.api.call("DELETE", "/v3/viewingPackages/deleted").status_code == 204
    assert viewer.post(path(identity, "heartbeat")).status_code == 404
