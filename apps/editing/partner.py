"""The client's own server as the place where documents live: a small contract over https.

`GET {server}/files/{file}` gives the document with an `ETag`; `PUT` with `If-Match` stores it and
gives the new one, 412 where it was changed meanwhile; `PUT` and `DELETE .../lock` take and give
back a lock that is named by `X-Lock-Id`, 423 where somebody else has it. Each request carries the
launch's `sessionId` as `X-Session-Id` and the user as `X-User-Id`. docs/how-to/editor.md is what
partners read. Nobody waits for that server but the workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from apps.clients.models import ApiClient
from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from apps.editing.parameters import Parameters
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

_CHANGED, _LOCKED = 412, (409, 423)
_NO_LOCKS = (404, 405, 501)


def check(client: ApiClient, wanted: Parameters) -> None:
    """Raises REMOTE_REFUSED for a server that is not on the client's list."""
    remote.check(_url(wanted), hosts=client.download_host_list)


@contextmanager
def get(client: ApiClient, wanted: Parameters, *, etag: str) -> Iterator[remote.Answer | None]:
    """The document; None where it is still the one with `etag`. Raises REMOTE_FAILED."""
    known = {"If-None-Match": etag} if etag else {}
    with _send("GET", client, wanted, known) as answer:
        if answer.status == 304 and etag:
            yield None
            return
        if answer.status != 200:
            raise _unexpected(answer)
        if not answer.etag and wanted.may_edit:
            raise PortalError(
                ErrorCode.REMOTE_FAILED,
                "The server gave no ETag, without which a change elsewhere could be overwritten.",
            )
        yield answer


def put(
    client: ApiClient, wanted: Parameters, work_file: WorkFile, *, etag: str, lock: str = ""
) -> str:
    """Stores a version over the one with `etag`; returns the new entity tag. `lock` is our lock.

    Raises REVISION_CONFLICT where it was changed meanwhile, and REMOTE_FAILED.
    """
    headers = {
        "If-Match": etag,
        "Content-Type": workfiles.describe(work_file).media_type,
        "Content-Length": str(work_file.blob.size),
    }
    if lock:
        headers["X-Lock-Id"] = lock
    body = workfiles.read(work_file.blob)
    with _send("PUT", client, wanted, headers, body) as answer:
        if answer.status == _CHANGED:
            raise PortalError(
                ErrorCode.REVISION_CONFLICT, "The document was changed on its own server meanwhile."
            )
        if answer.status not in (200, 201, 204) or not answer.etag:
            raise _unexpected(answer)
        return answer.etag


def lock(client: ApiClient, wanted: Parameters, name: str) -> bool | None:
    """Takes the lock: whether it is ours, None where the server has no locks."""
    with _send("PUT", client, wanted, {"X-Lock-Id": name}, b"", rest="/lock") as answer:
        if answer.status in _LOCKED:
            return False
        if answer.status in _NO_LOCKS:
            return None
        if answer.status not in (200, 201, 204):
            raise _unexpected(answer)
        return True


def unlock(client: ApiClient, wanted: Parameters, name: str) -> None:
    """Gives the lock back. Raises REMOTE_FAILED where nothing answers."""
    with _send("DELETE", client, wanted, {"X-Lock-Id": name}, rest="/lock"):
        return


@contextmanager
def _send(
    method: str,
    client: ApiClient,
    wanted: Parameters,
    headers: dict[str, str],
    body: bytes | Iterator[bytes] | None = None,
    *,
    rest: str = "",
) -> Iterator[remote.Answer]:
    own = {"X-User-Id": quote(wanted.user, safe=" @.")}
    if wanted.session_id:
        own["X-Session-Id"] = wanted.session_id
    hosts = client.download_host_list
    with remote.send(
        method, _url(wanted) + rest, hosts=hosts, headers=headers | own, body=body
    ) as answer:
        yield answer


def _url(wanted: Parameters) -> str:
    return f"{wanted.server.rstrip('/')}/files/{quote(wanted.file, safe='')}"


def _unexpected(answer: remote.Answer) -> PortalError:
    return PortalError(ErrorCode.REMOTE_FAILED, f"The server answered {answer.status}.")
