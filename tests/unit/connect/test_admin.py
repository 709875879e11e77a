"""The administration of prepared sessions."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from apps.connect.models import SessionTemplate
from tests import libraries

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("admin", password="x"))
    return browser


def add(browser: Client, **values: Any) -> Any:
    sent = {"name": "New customer", "forms": "{}", "data": "{}"} | values
    return browser.post(reverse("admin:connect_sessiontemplate_add"), sent)


def test_prepared_session(browser: Client) -> None:
    template = libraries.template(libraries.datasource())
    answer = add(
        browser,
        datasource=template.datasource_id,
        template=template.pk,
        forms='{"Subject": "Hello"}',
    )
    assert answer.status_code == 302
    assert SessionTemplate.objects.get().forms == {"Subject": "Hello"}
    listed = browser.get(reverse("admin:connect_sessiontemplate_changelist"))
    assert "New customer" in listed.content.decode()


def test_parts_must_fit_together(browser: Client) -> None:
    template = libraries.template(libraries.datasource())
    other = libraries.datasource(name="Other")
    for values in (
        {"datasource": other.pk, "template": template.pk},
        {"datasource": template.datasource_id, "template": template.pk, "tags": "a"},
        {"datasource": other.pk, "forms": "[]x"},
        {"datasource": other.pk, "forms": "[1]"},
        {"datasource": other.pk, "forms": '{"a": NaN}'},
        {"datasource": other.pk, "data": '{"a": 1e999}'},
    ):
        assert add(browser, **values).status_code == 200
    assert not SessionTemplate.objects.exists()
