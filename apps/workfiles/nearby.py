"""Files of a bucket that this host used a moment ago: many jobs start from the same PDF.

Nothing rests on them. Each is named after what it holds, and goes some minutes after its last use.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from apps.core.ids import new_token

UNUSED_SECONDS = 600.0
ROUND_SECONDS = 30.0
# One file may take a fourth of the room, and all of them a fourth of what is free on the disk.
_SHARE = 4


def take(sha256: str, target: Path) -> bool:
    """Copies what is kept under this digest to a new file; whether there was anything."""
    kept = _folder() / sha256
    try:
        os.utime(kept)
        shutil.copyfile(kept, target)
    except FileNotFoundError:
        return False
    return True


def keep(sha256: str, source: Path) -> None:
    """Keeps a copy of a file, if it is not too large. A full disk is no error."""
    if not settings.STORAGE_URL:
        return
    _folder().mkdir(mode=0o700, exist_ok=True)
    if source.stat().st_size * _SHARE > _room(0):
        return
    scratch = _folder() / new_token()
    with suppress(OSError):
        try:
            shutil.copyfile(source, scratch)
            scratch.rename(_folder() / sha256)
        finally:
            scratch.unlink(missing_ok=True)
    forget()


def forget() -> None:
    """Removes what was not used for a while, and of the rest the oldest beyond the room."""
    found = []
    for path in _folder().glob("*"):
        with suppress(FileNotFoundError):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    room, now = _room(sum(size for _, size, _ in found)), time.time()
    held = 0
    for used, size, path in sorted(found, reverse=True):
        held += size
        if held > room or abs(now - used) > UNUSED_SECONDS:
            path.unlink(missing_ok=True)


def _room(held: int) -> int:
    """Bytes that may be kept: jobs need the disk, too."""
    free = shutil.disk_usage(_folder()).free + held if _folder().exists() else 0
    return min(settings.STORAGE_NEARBY_BYTES, free // _SHARE)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "nearby"
