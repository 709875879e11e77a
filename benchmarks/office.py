"""Office documents to PDF: the warm engine against cold soffice and warm unoserver."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import baselines, documents
from benchmarks.measure import (
    Cost,
    Costs,
    Failed,
    Row,
    failures,
    ms,
    ratio,
    take_turns,
    timed,
    wall,
)

_AIM = 0.7
_RECTO, _LIKE_FOR_LIKE = "first page early", "whole only"


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for a small .docx and for every office file of the corpus."""
    with baselines.unoserver(directory / "unoserver") as server:
        contenders: dict[str, Callable[[Path], Cost]] = {
            _RECTO: _engine(first_page=True),
            _LIKE_FOR_LIKE: _engine(first_page=False),
            baselines.UNOSERVER: server,
            baselines.SOFFICE_COLD: baselines.ColdSoffice(directory / "soffice"),
        }
        small = directory / "small.docx"
        small.write_bytes(documents.docx(1, "small"))
        taken = take_turns([small] * (3 if quick else 10), contenders)
        yield from _rows("small .docx to PDF", taken, server.restarts)
        files = documents.office_files(directory / "generated")
        taken = take_turns(files[::8] if quick else files, contenders)
        yield from _rows(f"{len(taken[_RECTO])} office files to PDF", taken, server.restarts)


def _rows(what: str, taken: dict[str, Costs], restarts: int) -> Iterator[Row]:
    for ours, baseline in (
        (_RECTO, baselines.UNOSERVER),
        (_LIKE_FOR_LIKE, baselines.UNOSERVER),
        (_RECTO, baselines.SOFFICE_COLD),
    ):
        value = ratio(taken[ours], taken[baseline])
        aimed = ours == _RECTO and baseline == baselines.UNOSERVER
        note = f"failed: {failures(taken[ours])} here, {failures(taken[baseline])} there"
        if baseline == baselines.UNOSERVER and restarts:
            note += f"; unoserver had to be started again {restarts} times"
        yield Row(
            what=f"{what}, {ours}",
            n=value.n,
            recto=ms(wall(taken[ours])),
            baseline=baseline,
            theirs=ms(wall(taken[baseline])),
            ratio=value.wall,
            cpu_ratio=value.cpu,
            aim=f"<= {_AIM}" if aimed else "",
            met=value.at_most(_AIM) if aimed else None,
            note=note,
        )


def _engine(*, first_page: bool) -> Callable[[Path], Cost]:
    """The engine as a worker calls it: job directory, copy of the source, request, events."""
    from django.conf import settings

    from apps.conversion.engines import protocol

    def convert(source: Path) -> float:
        job = settings.JOBS_DIR / secrets.token_hex(8)
        for room in ("in", "out", "tmp"):
            (job / room).mkdir(parents=True)
        try:
            name = f"in/source{source.suffix}"
            shutil.copyfile(source, job / name)
            request: protocol.Request = {
                "op": "pdf",
                "dir": str(job),
                "source": name,
                "params": {"format": source.suffix[1:], "first_page": first_page},
                "deadline": 60.0,
            }
            events = list(protocol.submit(settings.RUN_DIR / "office.sock", request, 60))
        finally:
            shutil.rmtree(job)
        if any(event["event"] == "failed" for event in events):
            raise Failed
        return sum(e["cpu_seconds"] for e in events if e["event"] == "exit")

    return lambda source: timed(lambda: convert(source))
