"""Watermarks that name their reader: `{{name}}` in texts (ours; CONTRACT section 1, watermarks)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from apps.viewing.models import ViewingDetail

from .conftest import Integrator, assert_error


def drawn(api: Integrator, text: str, **body: Any) -> str:
    """The text of a watermark as it is drawn."""
    api.open(watermarks=[{"type": "text", "text": text}], **body)
    return str(ViewingDetail.objects.latest("pk").watermarks[0]["text"])


@pytest.mark.conformance(
    "prizmdoc-v1",
    line="Watermarks: {{name}} is a value of watermarkData, externalId, tenantId, date or time",
    outcome="ours",
)
def test_names_stand_for_values(api: Integrator) -> None:
    with time_machine.travel(datetime(2026, 6, 1, 7, 5, tzinfo=UTC), tick=False):
        text = drawn(
            api,
            "{{user}} {{ ip }}\n{{externalId}} for {{tenantId}}\n{{date}} {{time}} {{copy}} {{x}}",
            externalId="report.docx",
            tenantId="my app",
            watermarkData={"user": "jdoe", "ip": "192.0.2.7", "copy": 3, "x": True},
        )
    assert text == "jdoe 192.0.2.7\nreport.docx for my app\n2026-06-01 07:05 UTC 3 true"


def test_values_are_not_filled_in_turn(api: Integrator) -> None:
    text = drawn(api, "{{user}}", watermarkData={"user": "{{ip}}", "ip": "192.0.2.7"})
    assert text == "{{ip}}"


def test_a_legacy_text_has_values_too(api: Integrator) -> None:
    api.open(watermarkText="For {{user}}", watermarkData={"user": "Ann"})
    assert ViewingDetail.objects.get().watermarks[0]["text"] == "For Ann"


def test_data_is_echoed_when_sent(api: Integrator) -> None:
    identity = api.open(watermarkData={"user": "Ann"})
    assert api.session(identity).json()["watermarkData"] == {"user": "Ann"}
    assert "watermarkData" not in api.session(api.open()).json()


@pytest.mark.parametrize(
    ("text", "data", "at"),
    [
        ("{{user}}", {}, "watermarks[0].text"),
        ("{{User}}", {"user": "x"}, "watermarks[0].text"),
        ("x", {"user": None}, "watermarkData.user"),
        ("x", {"user": ["x"]}, "watermarkData.user"),
        ("x", {"user": "x" * 201}, "watermarkData.user"),
        ("x", {"a b": "x"}, "watermarkData.a b"),
        ("x", "user", "watermarkData"),
    ],
)
@pytest.mark.conformance(
    "prizmdoc-v1",
    line="Watermarks: 480 InvalidInput for a name without a value",
    outcome="ours",
)
def test_a_name_without_value_is_refused(api: Integrator, text: str, data: Any, at: str) -> None:
    body = {"watermarks": [{"type": "text", "text": text}], "watermarkData": data}
    assert_error(api.call("POST", "/ViewingSession", body), 480, "InvalidInput", at)


@pytest.mark.parametrize("text", ["{user}", "{{ }}", "{{1}}", "{{a-b}}", "{{user", "}}{{"])
def test_other_braces_stay_as_they_are(api: Integrator, text: str) -> None:
    assert drawn(api, text) == text
