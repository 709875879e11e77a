"""A database of a million rows, in a process of its own: `python -m tests.flows.many_rows ROWS`.

Migrates DATABASE_URL, fills its two large tables, carries out what the product asks of them, and
prints as JSON how PostgreSQL would answer each question: {act: [plan, ...]}. Renditions are a
quarter of ROWS.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from apps.clients.actors import Actor  # noqa: E402
from apps.clients.models import ApiClient  # noqa: E402
from apps.conversion import leases  # noqa: E402
from apps.conversion.models import Rendition  # noqa: E402
from apps.core.errors import PortalError  # noqa: E402
from apps.core.ids import new_token  # noqa: E402
from apps.document_sessions import services as sessions  # noqa: E402
from apps.document_sessions.models import DocumentSession  # noqa: E402
from portal.celery import app  # noqa: E402
from tests import factories  # noqa: E402

CLIENTS = 20
# One of a thousand has ended long ago, one of two hundred was stopped, one of fifty is live.
_SESSIONS = """
INSERT INTO document_sessions_documentsession (digest, kind, dialect, client_id, state, created_at,
    touched_at, expires_at, ends_at, idle_seconds, stopped_at, stop_message, external_id, echo)
SELECT md5(n::text) || md5('s' || n), 'view', 'prizmdoc', %(first)s + n %% %(clients)s,
    CASE WHEN n %% 200 = 3 THEN 'stopped' ELSE 'active' END, at, at,
    CASE WHEN n %% 50 = 7 THEN now() + interval '20 minutes' ELSE at END,
    at + interval '1 day', 600,
    CASE WHEN n %% 200 = 3 THEN at END, '', 'contract-' || n || '.docx', '{}'
FROM generate_series(1, %(rows)s) AS n,
    LATERAL (SELECT now() - CASE WHEN n %% 1000 = 3 THEN interval '30 hours' ELSE
        n * interval '20 hours' / %(rows)s END AS at) AS times
"""
# A hundred are queued, ten run.
_RENDITIONS = """
INSERT INTO conversion_rendition (key, source_id, extension, recipe, kind, client_id, lane, state,
    attempts, fence, password, error_code, error_detail, correlation_id, meta, stats, requested_at,
    used_at)
SELECT md5(n::text) || md5('r' || n), %(blob)s, 'docx', '{"kind": "pdf"}', 'pdf',
    %(first)s + n %% %(clients)s, n %% 2,
    CASE WHEN n %% (%(rows)s / 100) = 0 THEN 'queued'
         WHEN n %% (%(rows)s / 10) = 1 THEN 'running' ELSE 'ready' END,
    0, '', '', '', '', '', '{}', '{}', at, at
FROM generate_series(1, %(rows)s) AS n,
    LATERAL (SELECT now() - n * interval '20 hours' / %(rows)s AS at) AS times
"""


def fill(rows: int) -> None:
    """Clients, one content, and so many sessions and renditions."""
    call_command("migrate", verbosity=0)
    first = min(
        factories.actor(f"client {number}").require_client().pk for number in range(CLIENTS)
    )
    blob = factories.work_file(factories.actor("client 0")).blob_id
    values = {"first": first, "clients": CLIENTS, "blob": blob}
    with connection.cursor() as cursor:
        for table, statement, count in (
            (DocumentSession._meta.db_table, _SESSIONS, rows),
            (Rendition._meta.db_table, _RENDITIONS, rows // 4),
        ):
            _blank_by_default(cursor, table)
            with _indexes_later(cursor, table):
                cursor.execute(statement, values | {"rows": count})
            cursor.execute(f"VACUUM ANALYZE {table}")


def _blank_by_default(cursor: Any, table: str) -> None:
    """Columns of text that the statements above do not name are blank."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND is_nullable = 'NO' AND data_type IN ('character varying', 'text')",
        [table],
    )
    for (column,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT ''")


@contextmanager
def _indexes_later(cursor: Any, table: str) -> Iterator[None]:
    """Rows first; indexes and constraints second: a fraction of the time."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('u', 'f')",
        [table],
    )
    constraints = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s "
        "AND indexname NOT LIKE '%%pkey'",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for name, definition in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _list(**query: str) -> None:
    people = Client(SERVER_NAME="localhost")
    people.force_login(get_user_model().objects.get(username="operator"))
    address = "/admin/document_sessions/documentsession/"
    assert people.get(address, query).status_code == 200


def acts() -> dict[str, Callable[[], object]]:
    """What the product does, by name."""
    get_user_model().objects.create_superuser("operator")
    client = ApiClient.objects.get(name="client 3")
    client.maximum_live_sessions = 10**6
    client.save()
    actor = Actor.of_client(client, ())
    view = (DocumentSession.Kind.VIEW,)
    return {
        "a session by its id": lambda: sessions.find(actor, new_token(), kinds=view),
        "another session of a client": lambda: factories.session(actor),
        "the sweep": sessions.sweep,
        "the list": lambda: _list(),
        "the list of a client": lambda: _list(client__id__exact=str(client.pk)),
        "the next job": lambda: leases.claim({0, 1, 2}),
        "the jobs whose worker was lost": leases.nudge,
    }


def plans(act: Callable[[], object]) -> list[str]:
    """How each SELECT of an act is answered."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries, suppress(PortalError):
            act()
        asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        found = []
        for question in asked:
            cursor.execute(f"EXPLAIN {question}")
            found.append("\n".join(line for (line,) in cursor.fetchall()))
    return found


def schedule() -> None:
    """Everything that is scheduled, once; raises what any of it raises."""
    app.loader.import_default_modules()
    for scheduled in settings.CELERY_BEAT_SCHEDULE.values():
        app.tasks[str(scheduled["task"])].apply(throw=True)


def main() -> None:
    fill(int(sys.argv[1]))
    found = {name: plans(act) for name, act in acts().items()}
    schedule()
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
