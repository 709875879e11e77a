"""What the editor sends is checked before it is kept."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from apps.document_templates.models import DocumentTemplate
from tests import libraries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "[" * 5000 + "]" * 5000])
def test_sample_values_that_are_no_json(number: str) -> None:
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("admin", password="x"))
    template: DocumentTemplate = libraries.template(libraries.datasource())
    version = template.versions.get()
    address = reverse(
        "admin:document_templates_documenttemplate_save", args=[template.pk, version.number]
    )
    body = f'{{"definition": {{}}, "sample": {{"a": {number}}}}}'
    answer = browser.post(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (422, {"message": "The editor sent no form."})
