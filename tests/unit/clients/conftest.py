"""A confidential client with its secret, and a few ways to use it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from apps.clients import services
from apps.clients.actors import Actor
from apps.clients.models import ApiClient

SYSTEM = Actor.system()


def basic(client_id: str, secret: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


@dataclass
class Program:
    """A registered client and one of its secrets."""

    client: ApiClient
    secret: str

    @property
    def basic(self) -> str:
        return basic(self.client.client_id, self.secret)

    def ask(self, path: str = "/o/token/", **form: str) -> HttpResponse:
        """Posts a form to an OAuth endpoint, authenticated with HTTP Basic."""
        if "token" in path.split("/"):
            form = {"grant_type": "client_credentials", **form}
        return post_form(path, form, Authorization=self.basic)

    def token(self, **form: str) -> str:
        """An access token."""
        response = self.ask(**form)
        assert response.status_code == 200, response.content
        return str(response.json()["access_token"])


def post_form(path: str, form: dict[str, str], **headers: str) -> HttpResponse:
    """Posts `application/x-www-form-urlencoded`, as curl and most libraries do."""
    return Client().post(
        path,
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )


@pytest.fixture(autouse=True)
def _clean_surroundings(settings: LazySettings) -> None:
    """No counts of an earlier test, and pages without collected static files."""
    cache.clear()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def register(db: None) -> Callable[..., Program]:
    """Registers a confidential client: `register("name", scopes=[...], default_scopes=[...])`."""

    def _register(name: str = "web shop", **options: list[str]) -> Program:
        client = services.register_client(SYSTEM, name, **options)
        return Program(client, services.issue_secret(SYSTEM, client))

    return _register


@pytest.fixture
def program(register: Callable[..., Program]) -> Program:
    """A client that may open viewing sessions and upload work files, with no default scope."""
    return register(scopes=["viewing:write", "workfiles:write"])
