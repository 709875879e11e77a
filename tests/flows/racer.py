"""A process of its own that waits at a start line: `python -m tests.flows.racer`.

Reads one JSON object a line, {"act", "at", "values"}, runs the act at that moment of the
monotonic clock, which all processes of a host share, and prints its result as JSON.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import django
import time_machine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.clients import rates  # noqa: E402
from apps.clients.actors import Actor  # noqa: E402
from apps.clients.models import ApiClient  # noqa: E402
from apps.conversion import services as conversion  # noqa: E402
from apps.conversion.recipe import PDF  # noqa: E402
from apps.core.errors import PortalError  # noqa: E402
from apps.core.ids import digest  # noqa: E402
from apps.document_sessions import services as sessions  # noqa: E402
from apps.document_sessions.models import DocumentSession  # noqa: E402
from apps.viewing import converting, packages  # noqa: E402
from apps.viewing import services as viewing  # noqa: E402
from apps.viewing.models import Process, ViewingPackage  # noqa: E402
from apps.workfiles import services as workfiles  # noqa: E402
from apps.workfiles.models import Blob, WorkFile  # noqa: E402
from tests import factories  # noqa: E402
from tests.flows import edit_acts, envelope_acts  # noqa: E402

KINDS = (DocumentSession.Kind.VIEW,)
NAMES_TO_TELL_OF = (
    Process,
    ViewingPackage,
    Blob,
    WorkFile,
    DocumentSession,
    digest,
    timezone,
    timedelta,
)


def _actor() -> Actor:
    return Actor.of_client(ApiClient.objects.get(name="full"), factories.SCOPES)


def upload(content: str) -> str:
    """The location of what was uploaded."""
    stream = io.BytesIO(content.encode())
    return workfiles.upload(_actor(), stream, keep=timedelta(days=1)).blob.location


def open_limited(limit: int) -> str:
    """POST ViewingSession, by a client that may have so many."""
    limited = factories.actor("limited", maximum_live_sessions=limit)
    viewing.open_session(limited, viewing.Options(), dialect="test")
    return "opened"


def assign(identity: str, content: str) -> str:
    """PUT SourceFile."""
    viewing.attach_upload(_actor(), identity, io.BytesIO(content.encode()))
    return "assigned"


def create_package(package_id: str, file_id: str) -> str:
    """POST /v3/viewingPackageCreators."""
    packages.create(_actor(), packages.Wanted(package_id, timedelta(days=1), file_id=file_id))
    return "created"


def attach_to_package(process_id: str, content: str) -> str:
    """PUT /v2/viewingPackageCreators/{processId}/SourceFile."""
    packages.attach_upload(_actor(), process_id, io.BytesIO(content.encode()))
    return "assigned"


def conversion_output(process_id: str) -> object:
    """GET /v2/contentConverters/{processId}."""
    return converting.get(_actor(), process_id)[0].output


def stop(identity: str, message: str) -> str:
    session = sessions.find(Actor.viewer(), identity, kinds=KINDS)
    sessions.stop(session, status=418, message=message)
    return "stopped"


def touch(identity: str) -> str:
    session = sessions.find(Actor.viewer(), identity, kinds=KINDS)
    sessions.touch(session)
    sessions.activate(session)
    return "touched"


def ask(file_id: str) -> list[list[int]]:
    """Two threads ask: the keys of their renditions, and how many wake-up calls were sent."""

    def asker(_: int) -> int:
        source = WorkFile.objects.select_related("blob").get(file_id=file_id)
        rendition = conversion.request(source, PDF, client=None)
        connection.close()
        return int(rendition.pk)

    sent: list[str] = []
    conversion.enqueue = sent.append  # type: ignore[assignment]
    with ThreadPoolExecutor(2) as pool:
        return [list(pool.map(asker, range(2))), [len(sent)]]


def count_requests(name: str, times: int) -> int:
    """How many of this client's requests of one minute are counted, these included."""
    client = ApiClient.objects.get(name=name)
    with time_machine.travel(datetime(2026, 5, 1, 12, tzinfo=UTC), tick=False):
        for _ in range(times):
            rates.count_request(client)
        return rates.used_now(client)[0]


def sweep() -> int:
    return workfiles.sweep()


def prepare() -> None:
    """A client."""
    factories.actor()


def tell(expression: str) -> object:
    """The value of an expression, to set the scene or to look at what came of a race."""
    return eval(expression)  # noqa: S307


ACTS: dict[str, Callable[..., object]] = (
    {
        act.__name__: act
        for act in (
            upload,
            open_limited,
            assign,
            create_package,
            attach_to_package,
            conversion_output,
            stop,
            touch,
            ask,
            count_requests,
            sweep,
            prepare,
            tell,
        )
    }
    | envelope_acts.ACTS
    | edit_acts.ACTS
)


def main() -> None:
    connection.ensure_connection()
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        order = json.loads(line)
        while time.monotonic() < order["at"]:
            pass
        try:
            result = ACTS[order["act"]](**order["values"])
        except PortalError as error:
            result = error.code
        except Exception as error:
            result = f"unexpected: {error!r}"
        print(json.dumps(result), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
