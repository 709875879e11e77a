"""Every list of the administration: as many questions for many rows as for few, none unbounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit import lists, trail
from apps.audit.administration import RecordAdmin
from apps.audit.models import AnsweredRequest, AuditEvent
from apps.conversion.models import Rendition
from apps.document_sessions.models import DocumentSession
from tests import factories

pytestmark = pytest.mark.django_db
ROWS, A_PAGE = 26, 10
MOST_QUERIES = 16
# Of people and what they set up: as many rows as somebody has typed.
SMALL = {"user", "group", "scope", "apiclient", "datasource", "documenttemplate"}
SMALL |= {"webhookendpoint", "sessiontemplate"}
LISTS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def filters(model: Any, page: str) -> Iterator[str]:
    """A link of each filter that the page offers."""
    found = dict.fromkeys(re.findall(r'href="(\?[a-z_]+=[^"&]+)"', page))
    yield from {link.partition("=")[0]: link for link in found}.values()


def unbounded(statements: list[dict[str, str]]) -> list[str]:
    """Questions that read a whole table: counts without a limit, and distinct values of all."""
    asked = [statement["sql"] for statement in statements]
    whole = re.compile(r"COUNT\(\*\)(?!.*LIMIT)|SELECT DISTINCT(?!.*\"id\" > )|MIN\(", re.DOTALL)
    return [sql for sql in asked if whole.search(sql) and "django_session" not in sql]


@pytest.fixture
def many(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages of what there is most of."""
    monkeypatch.setattr(RecordAdmin, "list_per_page", A_PAGE)
    owner = factories.actor("Archive")
    factories.view(owner, content=factories.PDF_BYTES)
    (job,), (session,) = Rendition.objects.all(), DocumentSession.objects.all()
    for row, key in ((job, "key"), (session, "digest")):
        copies = []
        for number in range(ROWS):
            values = {field.attname: getattr(row, field.attname) for field in row._meta.fields}
            copies.append(type(row)(**values | {"id": None, key: f"{number}"}))
        type(row)._default_manager.bulk_create(copies)
    for number in range(ROWS):
        trail.record(trail.By.SYSTEM, "portal", "looked", detail=str(number))
    AnsweredRequest.objects.bulk_create(
        AnsweredRequest(
            correlation_id=f"id-{number}",
            client="Archive",
            surface="native",
            method="GET",
            route="api/v1/jobs/<str:job>",
            status=404 if number % 2 else 503,
            error_code="job_not_found",
            milliseconds=3,
        )
        for number in range(ROWS)
    )


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_a_list_costs_the_same_however_long_it_is(
    model: Any, many: None, admin_client: Client
) -> None:
    page = admin_client.get(address(model)).content.decode()
    long = model in (DocumentSession, Rendition, AuditEvent, AnsweredRequest)
    for query in ("", "?q=nothing+like+it", *(["?p=2"] if long else []), *filters(model, page)):
        with CaptureQueriesContext(connection) as asked:
            answer = admin_client.get(address(model) + query.replace("&amp;", "&"))
        assert answer.status_code == 200, query
        assert len(asked) <= MOST_QUERIES, (query, len(asked))
        if model._meta.model_name not in SMALL:
            assert not unbounded(asked.captured_queries), query


def test_an_empty_list_says_what_it_lists(admin_client: Client) -> None:
    for model, shown in admin.site._registry.items():
        if not model._default_manager.exists() and model._meta.model_name not in SMALL:
            page = admin_client.get(address(model)).content.decode()
            assert shown.first_row and "yet</h2>" in page, model
            assert shown.first_row.split(".")[0] in page.replace("&#x27;", "'"), model
    page = admin_client.get(address(AnsweredRequest) + "?q=nothing").content.decode()
    assert "Nothing matches" in page and "Show all" in page


def test_no_more_is_counted_than_can_be_gone_to(
    monkeypatch: pytest.MonkeyPatch, many: None
) -> None:
    rows = AnsweredRequest.objects.all()
    assert lists.BoundedPaginator(rows, 1, page=1).count == 21
    monkeypatch.setattr(lists, "_PAGES_AHEAD", 1)
    near, far = (lists.BoundedPaginator(rows, A_PAGE, page=page) for page in (1, 2))
    assert (near.count, near.is_bounded) == (20, True)
    assert (far.count, far.is_bounded, far.num_pages) == (ROWS, False, 3)


def test_a_list_that_was_not_counted_to_its_end_says_so(
    monkeypatch: pytest.MonkeyPatch, many: None, admin_client: Client
) -> None:
    monkeypatch.setattr(lists, "_PAGES_AHEAD", 1)
    page = " ".join(admin_client.get(address(Rendition)).content.decode().split())
    assert "more than 20 conversion jobs" in page
    assert "Select all conversion jobs that match" in page


def test_a_call_is_found_by_the_id_its_caller_was_told(many: None, admin_client: Client) -> None:
    page = admin_client.get(address(AnsweredRequest) + "?q=id-17").content.decode()
    assert page.count("id-17") >= 1 and "id-18" not in page
    assert "GET" in page and "/api/v1/jobs/{job}" in page and "404" in page
    row = AnsweredRequest.objects.get(correlation_id="id-17")
    detail = admin_client.get(f"{address(AnsweredRequest)}{row.pk}/change/").content.decode()
    assert "?q=id-17" in detail and "(job_not_found)" in detail
