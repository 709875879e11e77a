"""An upgrade: every row of a database from before is still there, and says the same.

`tables_before.sql` holds the tables as 73 migrations had made them, with two rows in each: what a
later migration adds meets rows here. A release may replace it with its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from apps.core.ids import unseal

BEFORE = (Path(__file__).parent / "tables_before.sql").read_text()
# What migrations write anew, and how the former value is read.
ANEW = {("clients_webhookdelivery", "body"): unseal}

Rows = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module")
def former() -> Iterator[sqlite3.Connection]:
    """The database from before."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(BEFORE)
        yield database


@pytest.fixture(scope="module")
def upgraded(
    former: sqlite3.Connection, django_db_blocker: DjangoDbBlocker
) -> Iterator[sqlite3.Connection]:
    """The same after all migrations, which had it in the place of the tests' own."""
    usual = connections["default"]
    made = DatabaseWrapper(usual.settings_dict | {"NAME": ":memory:", "OPTIONS": {}}, "default")
    with closing(sqlite3.connect(":memory:")) as database, django_db_blocker.unblock():
        connections["default"] = made
        try:
            made.ensure_connection()
            former.backup(made.connection)
            executor = MigrationExecutor(made)
            executor.migrate(executor.loader.graph.leaf_nodes())
            made.connection.backup(database)
        finally:
            connections["default"] = usual
            made.close()
        yield database


def rows(database: sqlite3.Connection) -> Rows:
    """All of them, by table."""
    found: Rows = {}
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (table,) in tables.fetchall():
        asked = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the table's own name
        names = [column[0] for column in asked.description]
        found[table] = [dict(zip(names, row, strict=True)) for row in asked]
    return found


def test_rows_outlive_an_upgrade(former: sqlite3.Connection, upgraded: sqlite3.Connection) -> None:
    before, after = rows(former), rows(upgraded)
    assert len(before["django_migrations"]) < len(after["django_migrations"])
    for table, kept in before.items():
        for row in kept:
            now = [
                {name: ANEW.get((table, name), lambda it: it)(one[name]) for name in row}
                for one in after[table]
            ]
            assert row in now, table
    assert not upgraded.execute("PRAGMA foreign_key_check").fetchall()


def test_the_audit_log_still_refuses_changes(upgraded: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        upgraded.execute("UPDATE audit_auditevent SET who = ''")
