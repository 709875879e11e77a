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
