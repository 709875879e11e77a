"""Connect sessions: how fast one opens, and that thousands leave nothing behind."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any
from wsgiref.util import setup_testing_defaults

from benchmarks import portal_data
from benchmarks.measure import Cost, Row, ms

_AIM_SECONDS = 0.050
_TOGETHER = 500
_PICTURES = 500
_FIELDS = [
    {"key": "Subject", "kind": "text", "required": True},
    {"key": "Notes", "kind": "text", "multiline": True},
    {"key": "Sent", "kind": "date"},
    {
        "key": "Positions",
        "kind": "collection",
        "fields": [{"key": "Text", "kind": "text"}, {"key": "Price", "kind": "number"}],
    },
]
_DOCUMENT = """<primedocsConnect>
<Template><TagFilter><Tag>bench;letter</Tag></TagFilter></Template>
<DocumentLanguage Code="en" />
<Forms>
<Value Key="Subject">From Sample Script</Value>
<Value Key="Sent">2026-11-22</Value>
<ObjectCollection Key="Positions">{items}</ObjectCollection>
</Forms>
<Data><Value Key="InvoiceNumber">1234</Value></Data>
</primedocsConnect>"""
_ITEM = '<Item><Value Key="Text">Lamp</Value><Value Key="Price">12.5</Value></Item>'


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for opening sessions and for sweeping them."""
    request = _Request()
    yield _opening(request, 200 if quick else 1000)
    yield _sweeping(request, 1000 if quick else 10_000)


class _Request:
    """POST connect/session, sent to the WSGI application in this process."""

    def __init__(self) -> None:
        from apps.clients import services
        from apps.clients.actors import Actor
        from apps.document_templates import services as templates
        from apps.document_templates.models import DocumentTemplate, TemplateVersion
        from apps.workfiles import services as workfiles
        from portal.wsgi import application

        system, client = Actor.system(), portal_data.client().client
        client.scopes.add("pd_ConnectWebApi")
        self.datasource = templates.create_datasource(system, "Bench", default_language="en")
        templates.grant(system, self.datasource, client)
        blob = workfiles.keep_bytes(b"the Word file, which opening a session does not read")
        for number in range(100):
            template = DocumentTemplate.objects.create(
                datasource=self.datasource, name=f"Letter {number}"
            )
            tags = ["bench", "letter"] if number == 50 else ["bench", f"other {number}"]
            templates.set_tags(system, template, tags)
            TemplateVersion.objects.create(
                template=template,
                number=1,
                state=TemplateVersion.State.PUBLISHED,
                blob=blob,
                definition={"fields": _FIELDS},
                used=["Subject", "InvoiceNumber"],
            )
        self._application = application
        self._body = _DOCUMENT.format(items=_ITEM * 20).encode()
        self._environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/webapi/api/v3/{self.datasource.guid}/connect/session",
            "CONTENT_LENGTH": str(len(self._body)),
            "CONTENT_TYPE": "application/xml; charset=utf-8",
            "HTTP_X_API_KEY": services.issue_access_key(system, client),
        }
        setup_testing_defaults(self._environ)

    def open(self) -> None:
        """Opens a session without HTTP."""
        from apps.clients.actors import Actor
        from apps.connect import services
        from apps.connect.selection import Selection

        wanted = services.Wanted(
            Selection(tags=(("bench", "letter"),)),
            forms={"Subject": "From a benchmark"},
            data={"InvoiceNumber": "1234"},
        )
        actor = Actor.of_client(portal_data.client().client, ["pd_ConnectWebApi"])
        services.open_session(actor, str(self.datasource.guid), wanted, dialect="bench")

    def send(self) -> Cost:
        """Opens a session; returns what it took."""
        statuses: list[str] = []
        environ = self._environ | {"wsgi.input": io.BytesIO(self._body)}
        began, cpu = time.perf_counter(), time.process_time()
        answer = self._application(environ, lambda status, headers: statuses.append(status))
        content = b"".join(answer)
        answer.close()
        cost = Cost(time.perf_counter() - began, time.process_time() - cpu)
        assert statuses == ["200 OK"], (statuses, content)
        return cost


def _opening(request: _Request, count: int) -> Row:
    for _ in range(20):
        request.send()
    costs = [request.send() for _ in range(count)]
    steps = quantiles([cost.wall for cost in costs], n=100)
    cpu = quantiles([cost.cpu for cost in costs], n=100)
    return Row(
        what="new Connect session (20 positions, found by tags among 100 templates)",
        n=count,
        recto=f"p50 {ms(steps[49])}, p95 {ms(steps[94])}",
        aim=f"p95 <= {ms(_AIM_SECONDS)}",
        met=steps[94] <= _AIM_SECONDS,
        note=f"processor time p50 {ms(cpu[49])}, p95 {ms(cpu[94])}; the rest is waiting for a core "
        "and for the disk",
    )


def _sweeping(request: _Request, count: int) -> Row:
    """Opens many, gives some a picture, lets them expire, and sweeps."""
    from django.db import transaction
    from django.utils import timezone

    from apps.connect import services
    from apps.connect.models import ConnectDetail, ConnectPicture
    from apps.document_sessions.models import DocumentSession
    from apps.workfiles import services as workfiles
    from apps.workfiles.models import Blob, WorkFile

    client = portal_data.client().client
    sessions = DocumentSession.objects.filter(kind=DocumentSession.Kind.CONNECT)
    while services.sweep() or sessions.update(expires_at=timezone.now()):
        pass  # those of the row before
    before = WorkFile.objects.count(), Blob.objects.count(), _stored()
    for _ in range(0, count, _TOGETHER):
        with transaction.atomic():
            for _ in range(_TOGETHER):
                request.open()
    for number, detail in enumerate(ConnectDetail.objects.all()[:: count // _PICTURES]):
        # Half of them their own content, the others shared: both ways a sweep can go wrong.
        content = b"picture %d" % (number if number % 2 else 0)
        file = workfiles.hand_out(
            client, workfiles.keep_bytes(content), extension="png", keep=timedelta(hours=8)
        )
        ConnectPicture.objects.create(detail=detail, work_file=file)
    sessions.update(expires_at=timezone.now())
    began = time.perf_counter()
    swept = 0
    while some := services.sweep():
        swept += some
    took = time.perf_counter() - began
    Blob.objects.filter(pk__gt=0).update(claimed_at=timezone.now() - timedelta(hours=2))
    while workfiles.sweep():
        pass
    after = WorkFile.objects.count(), Blob.objects.count(), _stored()
    left = {"sessions": sessions.count(), "forms": ConnectDetail.objects.count()}
    for name, now, then in zip(("work files", "blobs", "stored files"), after, before, strict=True):
        left[name] = now - then
    return Row(
        what="Connect sessions created, expired and swept",
        n=swept,
        recto=f"{swept / took:.0f}/s swept",
        aim="nothing left",
        # Less than before is as good: what other topics left is swept along.
        met=max(left.values()) <= 0,
        note="left: " + ", ".join(f"{number} {name}" for name, number in left.items()),
    )


def _stored() -> int:
    from django.conf import settings

    return sum(path.is_file() for path in (settings.DATA_DIR / "blobs").rglob("*"))
