"""One set of real engines for the whole folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine_process import EngineProcess, running_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine
