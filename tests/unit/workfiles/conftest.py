"""What lies in storage and in the scratch directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

Files = Callable[[], list[Path]]


@pytest.fixture
def stored(db: None) -> Iterator[Files]:
    """The files in storage; empty at the start of a test and after it."""
    root = Path(settings.DATA_DIR) / "blobs"

    def files() -> list[Path]:
        return [path for path in root.rglob("*") if path.is_file()]

    _remove(files())
    yield files
    _remove(files())


@pytest.fixture
def scratch() -> Iterator[Files]:
    """The files of uploads that are not done."""

    def files() -> list[Path]:
        return [path for path in Path(settings.SCRATCH_DIR).iterdir() if path.is_file()]

    _remove(files())
    yield files
    _remove(files())


def _remove(files: list[Path]) -> None:
    for path in files:
        path.unlink()
