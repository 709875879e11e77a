"""What integrators call most, on one core, against a bare view that inserts a row."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from benchmarks import portal_data
from benchmarks.measure import Cost, Costs, Row, cpu, ms, ratio, take_turns, timed, wall

_BATCH = 50
_AIM_PER_SECOND = 120
_BARE = "bare Django view, one insert"
_GRANT, _OPEN = "token grant", "new viewing session (POST ViewingSession)"
_LAUNCH, _VERIFY = "launch token for the editor (POST /generate)", "GET /verify"
_AIMED = (_GRANT, _LAUNCH, _VERIFY)

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


class _Endpoint:
    """One request sent again and again to a WSGI application in this process."""

    def __init__(
        self, application: Application, path: str, body: bytes | None, **headers: str
    ) -> None:
        self._application = application
        self._body = body or b""
        self._environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET" if body is None else "POST",
            "PATH_INFO": path,
            "CONTENT_LENGTH": str(len(self._body)),
            **headers,
        }
        setup_testing_defaults(self._environ)

    def __call__(self, _: object) -> Cost:
        """One request's cost, from a batch of them; one thread, so at most one core."""
        return timed(self._batch).per(_BATCH)

    def _batch(self) -> None:
        for _ in range(_BATCH):
            self.once()

    def once(self) -> Any:
        """Sends the request and returns the JSON of the answer."""
        environ = self._environ | {"wsgi.input": io.BytesIO(self._body)}
        statuses: list[str] = []
        answer = self._application(environ, lambda status, headers: statuses.append(status))
        content = b"".join(answer)
        answer.close()
        assert statuses == ["200 OK"], (statuses, content)
        return json.loads(content)


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for tokens, new sessions and the editor's launch tokens."""
    from apps.clients import services
    from apps.clients.actors import Actor
    from benchmarks import bare_view
    from portal.wsgi import application

    client = portal_data.client().client
    client.download_hosts = "files.example"
    client.save()
    secret = services.issue_secret(Actor.system(), client)
    basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
    grant = _Endpoint(
        application,
        "/o/token/",
        b"grant_type=client_credentials",
        CONTENT_TYPE="application/x-www-form-urlencoded",
        HTTP_AUTHORIZATION=f"Basic {basic}",
    )
    opened = _Endpoint(
        application,
        "/PCCIS/V1/ViewingSession",
        b'{"externalId": "contract.docx"}',
        CONTENT_TYPE="application/json",
        HTTP_AUTHORIZATION=f"Bearer {grant.once()['access_token']}",
    )
    key = services.issue_access_key(Actor.system(), client)
    launch = _Endpoint(
        application,
        "/generate",
        b'{"userId": "anna", "fileUrl": "https://files.example/plan.dxf"}',
        CONTENT_TYPE="application/json",
        HTTP_X_API_KEY=key,
    )
    verify = _Endpoint(application, "/verify", None, HTTP_X_API_TOKEN=launch.once()["token"])
    bare = _Endpoint(bare_view.application(), bare_view.PATH, b"")
    contenders = {_BARE: bare, _GRANT: grant, _OPEN: opened, _LAUNCH: launch, _VERIFY: verify}
    for endpoint in contenders.values():
        endpoint.once()
    taken = take_turns(range(3 if quick else 12), contenders)
    for name in (_GRANT, _OPEN, _LAUNCH, _VERIFY):
        yield _row(name, taken)


def _row(name: str, taken: dict[str, Costs]) -> Row:
    value = ratio(taken[name], taken[_BARE])
    per_second = 1 / wall(taken[name])
    aimed = name in _AIMED
    return Row(
        what=name,
        n=_BATCH * len(taken[name]),
        recto=f"{per_second:.0f}/s",
        baseline=_BARE,
        theirs=f"{1 / wall(taken[_BARE]):.0f}/s",
        ratio=value.wall,
        cpu_ratio=value.cpu,
        aim=f">= {_AIM_PER_SECOND}/s" if aimed else "",
        met=per_second >= _AIM_PER_SECOND if aimed else None,
        note=f"processor time {ms(cpu(taken[name]))} against {ms(cpu(taken[_BARE]))} a request: "
        f"{1 / cpu(taken[name]):.0f}/s of a core that does nothing else",
    )
