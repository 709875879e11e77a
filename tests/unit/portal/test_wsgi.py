"""Bodies without a length: read by the view that wants them, as far as it wants them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import settings

from apps.clients import services as clients
from apps.clients.actors import Actor
from portal.wsgi import application
from tests import factories
from tests.unit.workfiles.conftest import Files
from tests.unit.workfiles.conftest import scratch as scratch

pytestmark = pytest.mark.django_db
SOURCE_FILE = "/PCCIS/V1/ViewingSession/u{}/SourceFile"


class Body:
    """A chunked body without end, as the server hands it over, and how much was asked of it."""

    def __init__(self, head: bytes = b"%PDF-1.4\n") -> None:
        self._head, self.taken = head, 0

    def read(self, size: int) -> bytes:
        head, self._head = self._head, b""
        self.taken += size
        return (head + bytes(size))[:size]

    readline = read


def send(method: str, path: str, body: Any, **headers: str) -> tuple[int, bytes]:
    """Status and content of the answer to a chunked request."""
    status = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": "http",
    }
    answer = application(environ | headers, lambda line, _: status.append(line))
    return int(status[0].split()[0]), b"".join(answer)


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), (SOURCE_FILE.format("x" * 43), 401)]
)
def test_a_body_nobody_may_send_is_not_read(path: str, status: int, scratch: Files) -> None:
    body = Body()
    assert send("PUT", path, body)[0] == status
    assert (body.taken, scratch()) == (0, [])


def test_an_upload_is_read_up_to_the_clients_own_limit(scratch: Files) -> None:
    owner = factories.actor(maximum_upload_bytes=1000)
    identity, body = factories.view(owner), Body()
    key = clients.issue_access_key(Actor.system(), owner.require_client())
    status, _ = send("PUT", SOURCE_FILE.format(identity), body, HTTP_ACS_API_KEY=key)
    assert status == 413
    assert body.taken <= 256 * 1024
    assert scratch() == []


def test_a_chunked_form_is_understood() -> None:
    form = io.BytesIO(b"grant_type=client_credentials&client_id=unknown&client_secret=x")
    kind = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    status, content = send("POST", "/o/token/", form, **kind)
    assert (status, b"invalid_client" in content) == (401, True)


def test_a_chunked_form_fits_into_memory_or_is_refused() -> None:
    body = Body(b"grant_type=")
    kind = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    assert send("POST", "/o/token/", body, **kind)[0] in (400, 413)
    assert body.taken <= 2 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
