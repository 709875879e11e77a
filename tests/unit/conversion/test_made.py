"""Files an engine made: a plain file of the job's out/, and what it held when it was opened."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.conversion import made
from apps.core.errors import ErrorCode, PortalError

SECRET = b"the server's own file"


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A job directory beside a file of the server's."""
    (tmp_path / "secret").write_bytes(SECRET)
    for room in ("in", "out"):
        (tmp_path / "job" / room).mkdir(parents=True)
    return tmp_path / "job"


def through_a_linked_folder(job: Path) -> None:
    (job.parent / "elsewhere").mkdir()
    (job.parent / "elsewhere" / "page").write_bytes(SECRET)
    (job / "out").rmdir()
    (job / "out").symlink_to(job.parent / "elsewhere")


TRICKS: dict[str, Callable[[Path], object]] = {
    "link": lambda job: (job / "out" / "page").symlink_to(job.parent / "secret"),
    "second name": lambda job: (job / "out" / "page").hardlink_to(job.parent / "secret"),
    "linked folder": through_a_linked_folder,
    "pipe": lambda job: os.mkfifo(job / "out" / "page"),
    "folder": lambda job: (job / "out" / "page").mkdir(),
    "nothing": lambda job: None,
}


@pytest.mark.parametrize("trick", TRICKS)
def test_only_a_plain_file_is_opened(job: Path, trick: str) -> None:
    TRICKS[trick](job)
    refuses(job, "out/page")


@pytest.mark.parametrize(
    "name", ["in/page", "out/../../secret", "out/..", "out/", "out", "", "/etc/passwd", "out/\0"]
)
def test_only_a_name_below_out_is_opened(job: Path, name: str) -> None:
    (job / "in" / "page").write_bytes(SECRET)
    refuses(job, name)


def test_a_link_that_takes_the_place_of_an_open_file_is_not_followed(job: Path) -> None:
    page = job / "out" / "page"
    page.write_bytes(b"%PDF")
    with made.opened(job, "out/page") as stream:
        page.unlink()
        page.symlink_to(job.parent / "secret")
        assert stream.read() == b"%PDF"


def test_a_copy_replaces_nothing(job: Path) -> None:
    (job / "out" / "page").write_bytes(b"%PDF")
    (job / "in" / "page").symlink_to(job.parent / "secret")
    with pytest.raises(FileExistsError):
        made.copy(job, "out/page", job / "in" / "page")
    assert (job.parent / "secret").read_bytes() == SECRET


def test_what_is_compressed_is_unpacked_and_anything_else_left_as_it_is() -> None:
    assert made.unpacked(gzip.compress(b"words")) == made.unpacked(b"words") == b"words"


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(bytes(2**27 + 1), 1),
        gzip.compress(b"words" * 99)[:-20],
        b"\x1f\x8b\x08nonsense",
    ],
    ids=["a bomb", "cut off", "nonsense"],
)
def test_what_bursts_or_is_damaged_is_refused(content: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(PortalError) as caught:
        made.unpacked(content)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.code == ErrorCode.ENGINE_CRASHED
    assert held < 2**28


def refuses(job: Path, name: str) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(PortalError) as caught, made.opened(job, name):
        pass
    assert caught.value.code == ErrorCode.ENGINE_CRASHED
    assert len(list(Path("/proc/self/fd").iterdir())) == before
