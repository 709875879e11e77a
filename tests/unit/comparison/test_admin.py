"""Administrators see what a comparison's proof came to."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.comparison import services
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("proof", "shown"),
    [
        ({"accept_all": True, "reject_all": True, "not_compared": []}, "holds"),
        (
            {"accept_all": True, "reject_all": False, "not_compared": ["headers"]},
            "FAILS; not compared: headers",
        ),
    ],
)
def test_proof_in_the_list_and_on_the_page(proof: dict[str, Any], shown: str) -> None:
    source = factories.work_file(content=factories.docx("One."))
    job = factories.finish(services.request(source, source, client=None), {"proof": proof})
    person = User.objects.create_superuser("ann", password="x")
    browser = Client()
    browser.force_login(person)
    for address in (
        reverse("admin:conversion_rendition_changelist"),
        reverse("admin:conversion_rendition_change", args=[job.pk]),
    ):
        page = browser.get(address, follow=True)
        assert page.status_code == 200
        assert shown in page.content.decode()
        assert "docx compared with docx" in page.content.decode()
