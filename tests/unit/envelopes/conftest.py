"""Programs that keep envelopes, and a storage that is empty before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from apps.clients.actors import Actor
from apps.envelopes import services
from apps.envelopes.services import Attached
from tests import factories

ALL = ("envelopes:create", "envelopes:read", "envelopes:write")
READ = ("envelopes:read",)
Files = Callable[[], list[Path]]


def program(name: str = "archive", scopes: tuple[str, ...] = ALL) -> Actor:
    """A program by its name, with these scopes."""
    return factories.actor(name, scopes=scopes)


def client_id(name: str) -> str:
    """What the program is called on the wire."""
    return str(program(name).require_client().client_id)


def guid(attached: Attached) -> str:
    """The id of the envelope."""
    return str(attached.envelope.guid)


def made(owner: Actor | None = None, **options: object) -> tuple[Attached, str]:
    """A new envelope and its key."""
    return services.create(owner or program(), **options)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def stored(db: None) -> Iterator[Files]:
    """The files in storage; empty at the start of a test and after it."""
    root = Path(settings.DATA_DIR) / "blobs"

    def files() -> list[Path]:
        return [path for path in root.rglob("*") if path.is_file()]

    for path in files():
        path.unlink()
    yield files
    for path in files():
        path.unlink()
