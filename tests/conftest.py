"""Fixtures for every test."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from tests import prepared
from tests.stack import Stack, running_stack

_RANDOM = re.compile(r"u?[\w-]{43}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Tests on made ids have the same names in all processes of a parallel run."""
    return "made" if isinstance(val, str) and _RANDOM.fullmatch(val) else None


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """The processes of a run share what is made once for its portals."""
    if hasattr(config, "workerinput"):
        return (yield)
    with prepared.shared():
        return (yield)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The tests' database: tables that were made once for the whole run, copied."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            prepared.read_into(connection.connection)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole product as `make run` starts it, on a free port, once for the test run."""
    with running_stack(EDITOR_AUTOSAVE_SECONDS="5") as stack:
        yield stack
