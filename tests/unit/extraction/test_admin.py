"""The administration of extraction: figures and reasons, and nothing of what documents say."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from apps.extraction import figures
from apps.extraction.models import ExtractionRequest, FieldCorrection
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "admin:extraction_extractionrequest_changelist"


@pytest.fixture
def browser() -> Client:
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("admin", password="x"))
    return browser


def request(**values: object) -> ExtractionRequest:
    return ExtractionRequest.objects.create(
        client=factories.actor().require_client(),
        type="documents/append",
        **({"state": "succeeded", "class_identifier": "invoice", "confidence": 0.9} | values),
    )


def corrected(one: ExtractionRequest, field: str, *kinds: str) -> None:
    for kind in kinds:
        FieldCorrection.objects.create(request=one, version=2, kind=kind, field=field)


def test_the_list(browser: Client) -> None:
    assert "No figures yet" in browser.get(reverse(LIST)).content.decode()
    one = request(
        confidences={"total": 0.99, "date": 0.41}, timings={"total": 1234}, pages=2, format="pdf"
    )
    corrected(one, "date", "corrected")
    page = browser.get(reverse(LIST)).content.decode()
    assert "Histogram of confidences" in page and "0.95 to 1.00: 1" in page
    assert "date: 1 corrected, 0 added, 0 confirmed" in page and "100 %" in page
    assert "1.23 s" in page and "invoice" in page


def test_a_request(browser: Client) -> None:
    one = request(
        state="failed",
        error_code="expectation_failed",
        error_detail="This one is a receipt.",
        options={"expectation": {"classes": ["invoice"], "contexts": [], "strict": True}, "ocr": 1},
    )
    url = reverse("admin:extraction_extractionrequest_change", args=[one.pk])
    page = browser.get(url).content.decode()
    for words in ("not of the expected class", "This one is a receipt.", "invoice, strict"):
        assert words in page
    assert browser.get(reverse("admin:extraction_extractionrequest_add")).status_code == 403


def test_figures() -> None:
    one, two = request(confidences={"a": 1.0, "b": 0.0}), request(confidences={"a": 0.97})
    request(state="failed", confidences={"a": 0.5})
    corrected(one, "a", "confirmed")
    corrected(two, "a", "corrected", "corrected")
    corrected(two, "c", "added")
    found = figures.recent()
    assert found.values == 3
    assert [(bin.low, bin.count) for bin in found.bins if bin.count] == [(0.0, 1), (0.95, 2)]
    assert [(rate.field, rate.percent) for rate in found.rates] == [("c", 100), ("a", 50)]
