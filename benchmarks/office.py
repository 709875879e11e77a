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
_EARLY, _WHOLE = "first page early", "whole only"


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for a small .docx and for every office file of the corpus."""
    small = directory / "small.docx"
    small.write_bytes(documents.docx(1, "small"))
    files = documents.office_files(directory / "generated")
    early, cold = _engine(first_page=True), baselines.ColdSoffice(directory / "soffice")
    with baselines.unoserver(directory / "unoserver") as server:
        warm: dict[str, Callable[[Path], Cost]] = {
            _EARLY: early,
            _WHOLE: _engine(first_page=False),
            baselines.UNOSERVER: server,
        }
        for what, chosen in (
            ("small .docx to PDF", [small] * (3 if quick else 10)),
            ("office files to PDF", files[::8] if quick else files),
        ):
            taken = take_turns(chosen, warm)
            again = f"; it had to be started again {server.restarts} times"
            for ours in (_EARLY, _WHOLE):
                yield _row(what, taken, ours, baselines.UNOSERVER, again if server.restarts else "")
    # Each takes it seconds.
    few = [small, small, *files[:: 21 if quick else 6]]
    yield _row(
        "small .docx and office files to PDF",
        take_turns(few, {_EARLY: early, baselines.SOFFICE_COLD: cold}),
        _EARLY,
        baselines.SOFFICE_COLD,
    )


def _row(what: str, taken: dict[str, Costs], ours: str, baseline: str, note: str = "") -> Row:
    value = ratio(taken[ours], taken[baseline])
    aimed = ours == _EARLY and baseline == baselines.UNOSERVER
    return Row(
        what=f"{what}, {ours}",
        n=value.n,
        recto=ms(wall(taken[ours])),
        baseline=baseline,
        theirs=ms(wall(taken[baseline])),
        ratio=value.wall,
        cpu_ratio=value.cpu,
        aim=f"<= {_AIM}" if aimed else "",
        met=value.at_most(_AIM) if aimed else None,
        note=f"of {len(taken[ours])} files {failures(taken[ours])} failed here and "
        f"{failures(taken[baseline])} with {baseline.partition(',')[0]}{note}",
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
