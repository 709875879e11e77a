"""The figures of the administration's home."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from apps.conversion import services
from apps.conversion.recipe import PDF
from portal import dashboard
from tests import factories

pytestmark = pytest.mark.django_db


def figures() -> dict[str, Any]:
    return dashboard.context(RequestFactory().get("/admin/"), {})


def test_a_document_that_asks_for_a_password_has_not_failed() -> None:
    for number, code in enumerate(["password_required", "password_wrong", "timeout", "timeout"]):
        file = factories.work_file(content=b"%%PDF-%d" % number)
        factories.fail(services.request(file, PDF, client=None), code)
    context = figures()
    failed = next(row for row in context["figures"] if row["title"].startswith("Failed jobs"))
    assert failed["value"] == 2
    assert [(row["count"], row["extension"]) for row in context["failures"]] == [(2, "pdf")]
