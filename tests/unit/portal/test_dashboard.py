"""The administration's home: what it says, and that it costs the same however much there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from apps.tallies import figures as counting
from apps.tallies import store
from apps.tallies.figures import CLIENT_SESSIONS, CONVERSION_SECONDS, CONVERSIONS, FAILURES
from portal import dashboard, plots

pytestmark = pytest.mark.django_db
HOURS = [datetime(2026, 5, 1, hour, tzinfo=UTC) for hour in range(24)]


@pytest.fixture(autouse=True)
def no_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which would be waited for."""
    monkeypatch.setattr("portal.dashboard.health.CHECKS", {"database": lambda: "sqlite"})
    counting.take()


def shown() -> dict[str, Any]:
    return dashboard.context(RequestFactory().get("/admin/"), {})


def test_a_document_that_asks_for_a_password_has_not_failed() -> None:
    for code in ("password_required", "password_wrong", "timeout", "timeout"):
        FAILURES.add(code=code, format="pdf")
    context = shown()
    failed = next(row for row in context["figures"] if row["title"].startswith("Failed jobs"))
    assert failed["value"] == "2"
    assert [(row["count"], row["extension"]) for row in context["failures"]] == [(2, "pdf")]
    (plot,) = [plot for plot in context["plots"] if plot.title == "Failures by reason"]
    assert len(plot.bars) == 1 and "2" in plot.bars[0].words


def test_who_uses_it_and_how_long_it_takes() -> None:
    CLIENT_SESSIONS.add(3, client="Archive")
    store.note("recto_client_stored_bytes", [({"client": "Mail"}, 2048)])
    CONVERSIONS.add(kind="pdf", format="docx", state="ready")
    CONVERSION_SECONDS.observe(0.2, kind="pdf", format="docx")
    context = shown()
    assert [name for name, *_ in context["clients"]] == ["Archive", "Mail"]
    assert context["clients"][0][1] == "3" and "2.0" in context["clients"][1][2]
    documents = next(row for row in context["times"] if row[0] == "Documents to PDF")
    assert documents[1:] == ("0.17 s", "0.24 s", "0.25 s")


def test_what_is_older_than_a_day_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    FAILURES.add(code="timeout", format="pdf")
    store.write()
    later = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr("portal.dashboard.timezone.now", lambda: later)
    assert shown()["failures"] == []


def test_the_page_without_and_with_figures(admin_client: Client) -> None:
    empty = admin_client.get("/admin/").content.decode()
    assert empty.count("Nothing in the last 24 hours.") >= 4 and "Nobody in the last" in empty
    CONVERSIONS.add(kind="pdf", format="docx", state="ready")
    FAILURES.add(code="timeout", format="<b>")
    page = admin_client.get("/admin/").content.decode()
    assert '<svg viewBox="0 0 480 122" role="img" aria-label="Documents converted' in page
    assert "<b>" not in page and "&lt;b&gt;" in page


def test_the_page_asks_no_more_when_there_is_more(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    for number in range(50):
        FAILURES.add(code="timeout", format=f"x{number}")
        CLIENT_SESSIONS.add(client=f"Client {number}")
    store.write()
    with django_assert_max_num_queries(8) as asked:
        shown()
    statements = " ".join(query["sql"] for query in asked.captured_queries)
    assert "document_sessions_documentsession" not in statements


def test_bars_stand_on_each_other_and_fill_the_plot() -> None:
    plot = plots.hourly("P", HOURS, {"a": {HOURS[0]: 3, HOURS[5]: 1}, "b": {HOURS[0]: 1}})
    first, second, third = plot.bars
    assert (first.height, first.y) == (90, 30) and (second.height, second.y) == (30, 0)
    assert third.x > second.x == first.x
    assert plot.top == "4" and len(plot.legend) == 2
    assert plot.words == "P, the last 24 hours. The most, 4, at 00:00 UTC."
    assert plots.hourly("P", HOURS, {}).is_empty


def test_quantiles_are_as_prometheus_finds_them() -> None:
    assert plots.quantile(0.95, {}) is None
    assert plots.quantile(0.5, {"0.1": 10}) == pytest.approx(0.075)
    assert plots.quantile(0.95, {"0.1": 90, "0.25": 10}) == pytest.approx(0.175)
    assert plots.quantile(0.99, {"+Inf": 1}) == 300
