"""A partner with an access key, a document of three lines, and people who edit it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pytest

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.clients.models import Credential
from apps.editing import saving, services, tokens
from apps.editing.models import EditedDocument, Revision
from apps.editing.services import Editing
from apps.workfiles import services as workfiles
from tests import factories

SCOPE = "editor:launch"
TEXT = b"first\nsecond\nthird\n"


@dataclass
class Partner:
    """A program that launches the editor."""

    actor: Actor = field(init=False)
    key: str = field(init=False)
    file: str = field(init=False)

    def __post_init__(self) -> None:
        program = factories.actor("partner")
        client = program.require_client()
        client.scopes.set([SCOPE])
        self.key = clients.issue_access_key(Actor.system(), client)
        self.actor = clients.authenticate_access_key(self.key)
        self.file = self.upload(TEXT)

    def upload(self, content: bytes, extension: str = "txt", name: str = "notes.txt") -> str:
        work_file = factories.work_file(self.actor, content, extension=extension, name=name)
        return work_file.file_id

    def token(self, **parameters: Any) -> str:
        sent = {"userId": "anna", "file": self.file, "access": "edit"} | parameters
        return tokens.generate(self.actor, sent).token

    def open(self, **parameters: Any) -> Editing:
        return services.open_session(self.token(**parameters), dialect="kudo").editing

    @property
    def credential(self) -> Credential:
        return Credential.objects.get(pk=self.actor.credential_id)


@pytest.fixture
def partner(db: None) -> Partner:
    return Partner()


def again(editing: Editing) -> Editing:
    """The same session as the next request finds it."""
    detail = services._details().get(pk=editing.detail.pk)
    return Editing(detail.session, detail, services.parameters_of(detail))


def save(editing: Editing, content: bytes, expected: int, reason: str = "explicit") -> Revision:
    return saving.save(again(editing), io.BytesIO(content), expected=expected, reason=reason)


def content(revision: Revision) -> bytes:
    return workfiles.read_all(revision.work_file.blob)


def labels(document: EditedDocument) -> list[str]:
    return [one.label for one in document.revisions.order_by("pk")]
