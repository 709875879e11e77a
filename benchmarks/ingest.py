"""Uploads: bytes hashed, looked at and stored, against copying and hashing them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from benchmarks import baselines, portal_data
from benchmarks.measure import Row, ratio, take_turns, timed, wall

_RECTO, _BASELINE = "recto", "shutil.copyfile + sha256"


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """One row: a large upload through the work file service."""
    from apps.workfiles import services

    megabytes = 24 if quick else 96
    actor = portal_data.client()
    rooms = [directory / f"upload-{number}.pdf" for number in range(3 if quick else 6)]
    for path in rooms:
        # Content that nobody has stored yet.
        path.write_bytes(b"%PDF-1.7\n" + secrets.token_bytes(megabytes * 1024**2))

    def upload(path: Path) -> None:
        with path.open("rb") as stream:
            services.upload(actor, stream, extension="pdf", keep=portal_data.KEEP)

    taken = take_turns(
        rooms,
        {
            _RECTO: lambda path: timed(lambda: upload(path)),
            _BASELINE: lambda path: timed(
                lambda: baselines.copy_and_hash(path, directory / "copy")
            ),
        },
    )
    value = ratio(taken[_RECTO], taken[_BASELINE])
    for path in rooms:
        path.unlink()
    yield Row(
        what=f"upload of {megabytes} MiB into storage",
        n=value.n,
        recto=f"{megabytes / wall(taken[_RECTO]):.0f} MiB/s",
        baseline=_BASELINE,
        theirs=f"{megabytes / wall(taken[_BASELINE]):.0f} MiB/s",
        ratio=value.wall,
        cpu_ratio=value.cpu,
    )
