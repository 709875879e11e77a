"""One set of real engines for the whole folder, with a secret to keep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.conversion.engines import jail_test
from tests.engine_process import EngineProcess, running_engine
from tests.security.vectors import SECRET


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """The supervisor's environment holds SECRET, as it might hold a password."""
    environment = dict.fromkeys(jail_test.canary_environment(), SECRET)
    with running_engine(tmp_path_factory.mktemp("engine"), environment=environment) as engine:
        yield engine


_OTHER_WAYS = {
    "a LibreOffice for each document": {"RECTO_OFFICE_ENGINE": "fallback"},
    "bubblewrap for Landlock": {"RECTO_JAIL": "bubblewrap"},
}


@pytest.fixture(scope="session", params=_OTHER_WAYS)
def other_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, engine: EngineProcess
) -> Iterator[EngineProcess]:
    """The ways in which documents are converted where the host or LibreOffice asks for it."""
    environment = dict.fromkeys(jail_test.canary_environment(), SECRET) | _OTHER_WAYS[request.param]
    state = engine.directory / "state"
    with running_engine(
        tmp_path_factory.mktemp("other"), environment=environment, state=state
    ) as other:
        yield other
