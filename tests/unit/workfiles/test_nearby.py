"""What a worker keeps of a bucket for the next job: for a while, and within its room."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from apps.workfiles import nearby


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR, settings.STORAGE_URL = tmp_path, "s3://a:b@bucket"
    settings.STORAGE_NEARBY_BYTES = 400
    return tmp_path / "nearby"


def kept(tmp_path: Path, digest: str, content: bytes, age: float = 0.0) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)
    nearby.keep(digest, source)
    if (file := tmp_path / "nearby" / digest).exists():
        os.utime(file, (time.time() - age,) * 2)


def test_what_was_kept_is_taken(tmp_path: Path) -> None:
    assert not nearby.take("a", tmp_path / "target")
    assert not (tmp_path / "target").exists()
    kept(tmp_path, "a", b"content")
    (tmp_path / "source").write_bytes(b"changed")
    assert nearby.take("a", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"content"
    (tmp_path / "target").write_bytes(b"changed")
    assert nearby.take("a", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == b"content"


def test_what_nobody_used_for_a_while_goes(tmp_path: Path, folder: Path) -> None:
    kept(tmp_path, "old", b"1", age=nearby.UNUSED_SECONDS + 5)
    kept(tmp_path, "used", b"2", age=nearby.UNUSED_SECONDS - 5)
    kept(tmp_path, "future", b"3", age=-nearby.UNUSED_SECONDS - 5)  # the clock was set back
    nearby.take("used", tmp_path / "target")
    nearby.forget()
    assert [file.name for file in folder.iterdir()] == ["used"]


def test_beyond_its_room_the_longest_unused_goes_first(tmp_path: Path, folder: Path) -> None:
    for number in range(6):
        kept(tmp_path, str(number), bytes(90), age=60 - number)
    assert sorted(file.name for file in folder.iterdir()) == ["2", "3", "4", "5"]


def test_most_of_the_disk_is_left_to_others(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        kept(tmp_path, str(number), bytes(90), age=60 - number)
    usage = shutil.disk_usage(folder)._replace(free=4 * 200 - 360)
    monkeypatch.setattr(nearby.shutil, "disk_usage", lambda _: usage)
    nearby.forget()
    assert sorted(file.name for file in folder.iterdir()) == ["2", "3"]


def test_what_is_too_large_is_not_kept(tmp_path: Path, folder: Path) -> None:
    kept(tmp_path, "large", bytes(101))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("off", [{"STORAGE_NEARBY_BYTES": 0}, {"STORAGE_URL": ""}])
def test_it_can_be_switched_off(tmp_path: Path, settings: Any, off: dict[str, object]) -> None:
    for name, value in off.items():
        setattr(settings, name, value)
    kept(tmp_path, "a", b"content")
    assert not nearby.take("a", tmp_path / "target")


def test_a_full_disk_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nearby.shutil, "copyfile", full)
    kept(tmp_path, "a", b"content")
    assert list((tmp_path / "nearby").iterdir()) == []
