"""A program with a library of one template, and its calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from apps.clients import services as clients
from apps.clients.actors import Actor
from apps.document_templates.models import Datasource, DocumentTemplate
from tests import libraries


@dataclass
class Program:
    """A program that calls Connect."""

    actor: Actor
    http: Client
    library: Datasource
    template: DocumentTemplate

    def address(self, rest: str, datasource: str = "") -> str:
        return f"/webapi/api/v3/{datasource or self.library.guid}/connect/{rest}"

    def post(self, content: str | bytes = "", rest: str = "session", **options: Any) -> Any:
        datasource = str(options.pop("datasource", ""))
        options.setdefault("content_type", "application/xml; charset=utf-8")
        return self.http.post(self.address(rest, datasource), content, **options)

    def get(self, rest: str) -> Any:
        return self.http.get(self.address(rest))

    def open(self, content: str = "") -> str:
        """A session of the template with this content after the Template element."""
        answer = self.post(
            f'<primedocsConnect><Template Id="{self.template.guid}"/>{content}</primedocsConnect>'
        )
        assert answer.status_code == 200, answer.content
        identity: str = answer.json()["sessionId"]
        return identity


def caller(actor: Actor, *scopes: str) -> Client:
    """An HTTP client with an access key of this program and these scopes."""
    client = actor.require_client()
    client.scopes.set(scopes)
    return Client(headers={"X-Api-Key": clients.issue_access_key(libraries.SYSTEM, client)})


@pytest.fixture
def program(db: None) -> Program:
    actor = libraries.connector()
    library = libraries.datasource(actor)
    http = caller(actor, "pd_ConnectWebApi")
    return Program(actor, http, library, libraries.template(library, tags=["sales", "Letter"]))
