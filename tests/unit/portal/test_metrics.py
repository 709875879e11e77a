"""/metrics: to whom, what, and how cheaply; and whatever names a metric names one that exists."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from apps.conversion import services as conversion
from apps.conversion.recipe import PDF
from apps.tallies import figures, store
from portal import measuring
from portal.metrics import CATALOGUE
from tests import factories

DEPLOY = Path(settings.BASE_DIR) / "deploy"
NAMES = {one.name for one in CATALOGUE}
NAMED = re.compile(r"\brecto_\w+")
HEALTH = "portal.metrics.health.CHECKS"


@pytest.fixture(autouse=True)
def no_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which would be waited for."""
    monkeypatch.setattr(HEALTH, {"database": lambda: "sqlite"})
    figures.take()


def samples(client: Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.content
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.django_db
def test_requests_are_counted_by_api_and_timed(client: Client) -> None:
    client.get("/api/v1/jobs")
    client.get("/api/v1/jobs")
    found = samples(client)
    labels = (("status", "401"), ("surface", "native"), ("view", "Jobs"))
    assert found["recto_requests_total", labels] == 2
    assert found["recto_errors_total", (("code", "not_authenticated"),)] == 2
    surface = (("surface", "native"),)
    assert found["recto_request_duration_seconds_count", surface] == 2
    last = (("le", "+Inf"), *surface)
    assert found["recto_request_duration_seconds_bucket", last] == 2
    assert found["recto_request_duration_seconds_sum", surface] > 0


@pytest.mark.django_db
def test_no_address_and_no_id_is_a_label(client: Client) -> None:
    identity = factories.view()
    client.get(f"/api/v1/views/{identity}")
    client.get(f"/view/u{identity}")
    client.get("/nowhere/at/all")
    text = client.get("/metrics").content.decode()
    assert identity not in text and "nowhere" not in text


@pytest.mark.django_db
def test_gauges_are_as_the_schedule_measured_them(client: Client) -> None:
    factories.view(content=factories.PDF_BYTES)
    measuring.measure(measuring.MEASURES)
    found = samples(client)
    assert found["recto_sessions_live", (("kind", "view"),)] == 1
    assert found["recto_stored_bytes", ()] == len(factories.PDF_BYTES)
    assert found["recto_client_stored_bytes", (("client", "full"),)] == len(factories.PDF_BYTES)
    assert found["recto_orphan_bytes", ()] == 0


@pytest.mark.django_db
def test_a_scrape_asks_no_more_when_there_is_more(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(5):
        file = factories.work_file(content=b"%%PDF-%d" % number)
        factories.ready_pdf(file)
    conversion.request(factories.work_file(content=b"%PDF-q"), PDF, client=None)
    with django_assert_max_num_queries(8) as asked:
        client.get("/metrics")
    tables = " ".join(query["sql"] for query in asked.captured_queries)
    assert "workfiles_blob" not in tables and "document_session" not in tables


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "peer", "token", "status"),
    [
        ({}, "127.0.0.1", "", 200),
        ({}, "192.0.2.7", "", 403),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", "", 403),
        ({}, "127.0.0.1", "t0ken", 403),
        ({"Authorization": "Bearer wrong"}, "127.0.0.1", "t0ken", 403),
        ({"Authorization": "Bearer t0ken"}, "192.0.2.7", "t0ken", 200),
    ],
)
def test_who_may_read(
    client: Client, settings: Any, said: dict[str, str], peer: str, token: str, status: int
) -> None:
    settings.METRICS_TOKEN = token
    answer = client.get("/metrics", headers=said, REMOTE_ADDR=peer)
    assert answer.status_code == status
    assert ("METRICS_TOKEN" in answer.content.decode()) == (status == 403)


def test_names_follow_the_conventions() -> None:
    for one in CATALOGUE:
        assert re.fullmatch(r"recto_[a-z_]+", one.name), one
        assert (one.kind == "counter") == one.name.endswith("_total"), one
        assert one.kind != "histogram" or one.name.endswith("_seconds"), one
        assert one.help.endswith("."), one
    assert len(NAMES) == len(CATALOGUE)


# --- What is shipped for Prometheus and Grafana -----------------------------------------------


def exists(name: str) -> bool:
    return name in NAMES or re.sub(r"_(bucket|sum|count)$", "", name) in {
        one.name for one in CATALOGUE if one.kind == "histogram"
    }


def expressions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (node[key] for key in ("expr", "query") if isinstance(node.get(key), str))
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from expressions(item)


def test_the_dashboard_is_whole() -> None:
    board = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    found = list(expressions(board["panels"]))
    assert len(found) > 10
    for expression in found:
        assert NAMED.findall(expression), expression
        assert all(map(exists, NAMED.findall(expression))), expression
        assert_balanced(expression)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)


def test_every_alert_says_what_to_do() -> None:
    rules = (DEPLOY / "prometheus" / "alerts.yaml").read_text()
    assert len(yaml.safe_load(rules)["groups"][0]["rules"]) == rules.count("alert: ")
    guide = (Path(settings.BASE_DIR) / "docs/how-to/monitor.md").read_text()
    anchors = {
        re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
        for line in guide.splitlines()
        if line.startswith("#")
    }
    alerts = re.split(r"^ +- alert: ", rules, flags=re.M)[1:]
    assert len(alerts) > 8
    for alert in alerts:
        for line in (r"for: \d+[smh]", "severity: (page|ticket)", "summary: .+"):
            assert re.search(rf"^ +{line}$", alert, re.M), alert
        (remedy,) = re.findall(r"^ +runbook_url: .*docs/how-to/monitor\.md#(\S+)$", alert, re.M)
        assert remedy in anchors, remedy
        (expression,) = re.findall(r"^ +expr: (.+?)\n +for:", alert, re.M | re.S)
        assert NAMED.findall(expression) and all(map(exists, NAMED.findall(expression))), alert
        assert_balanced(expression)


def assert_balanced(expression: str) -> None:
    bare = re.sub(r'"[^"]*"', "", expression)
    for begin, end in ("()", "{}", "[]"):
        assert bare.count(begin) == bare.count(end), expression


@pytest.mark.django_db
def test_totals_of_names_that_nobody_counted_are_empty() -> None:
    assert store.totals("recto_nothing_total") == {"recto_nothing_total": []}
