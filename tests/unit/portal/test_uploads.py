"""A form's files are taken from people who have signed in, and from nobody else."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.document_templates.models import Datasource

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that were written to disk."""
    names: list[str] = []
    write = TemporaryUploadedFile.__init__

    def note(self: TemporaryUploadedFile, name: str, *details: object) -> None:
        names.append(name)
        write(self, name, *details)

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", note)
    return names


@pytest.mark.parametrize("path", ["/admin/login/", "/o/token/"])
def test_a_strangers_file_is_not_stored(client: Client, stored: list[str], path: str) -> None:
    client.post(path, {"file": SimpleUploadedFile("large.docx", bytes(4 * 1024**2)), "a": "b"})
    assert stored == []


def test_an_administrators_file_is(client: Client, stored: list[str]) -> None:
    Datasource.objects.create(name="Library")
    client.force_login(User.objects.create_superuser("root"))
    client.post(
        reverse("admin:document_templates_documenttemplate_upload"),
        {"file": SimpleUploadedFile("large.docx", bytes(4 * 1024**2))},
    )
    assert stored == ["large.docx"]
