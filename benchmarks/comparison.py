"""Real pairs of Word documents compared by the portal, against the engine library alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import documents, portal_data
from benchmarks.measure import Cost, Failed, Row, cpu, failures, ms, ratio, take_turns, timed, wall
from tests import corpus

_AIM = 1.5
_WARM = "docx-scalpel's compare, one warm process for all pairs"
_OWN = "docx-scalpel's compare, a process for each pair"
_RECTO = "pair of .docx compared, proven, stored"
# The settings that the portal compares with.
_SCRIPT = """
import sys
from pathlib import Path
import docx_scalpel
original, revised = (Path(name).read_bytes() for name in sys.argv[1:])
docx_scalpel.docx_diff_compare(original, revised)
"""


@dataclass(frozen=True)
class _Pair:
    name: str
    original: bytes
    revised: bytes


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """A row against the library kept warm, one against a process for each pair, and each proof."""
    pairs = _pairs()[: 4 if quick else None]
    compare = _library()
    compare(pairs[0])
    ours = _Portal()
    contenders: dict[str, Callable[[_Pair], Cost]] = {
        _RECTO: ours,
        _WARM: compare,
        _OWN: lambda pair: _in_own_process(pair, directory),
    }
    taken = take_turns([pair for pair in pairs for _ in range(1 if quick else 3)], contenders)
    for baseline in (_OWN, _WARM):
        value = ratio(taken[_RECTO], taken[baseline])
        lost = f"{failures(taken[_RECTO])} failed here and {failures(taken[baseline])} there"
        yield Row(
            what=_RECTO,
            n=value.n,
            recto=ms(wall(taken[_RECTO])),
            baseline=baseline,
            theirs=ms(wall(taken[baseline])),
            ratio=value.wall,
            cpu_ratio=value.cpu,
            aim=f"<= {_AIM}",
            met=value.at_most(_AIM),
            note=f"{len(pairs)} pairs; {lost}; processor time {ms(cpu(taken[_RECTO]))} against "
            f"{ms(cpu(taken[baseline]))}",
        )
    for pair in pairs:
        yield _proof(pair.name, ours.proofs.get(pair.name))


def _proof(name: str, meta: dict[str, Any] | None) -> Row:
    """What was checked of one pair, by code that shares nothing with the engine."""
    if meta is None:
        return Row(what=f"proof of {name}", n=0, recto="failed")
    proof = meta["proof"]
    holds = proof["accept_all"] and proof["reject_all"]
    left_out = ", ".join(proof["not_compared"])
    why = "" if holds else " ".join(proof["details"])
    return Row(
        what=f"proof of {name}",
        n=meta["revisions"],
        recto="holds" if holds else "DOES NOT HOLD",
        aim="holds",
        met=holds,
        note="; ".join(filter(None, [left_out and f"not compared: {left_out}", why])),
    )


def _pairs() -> list[_Pair]:
    """Every pair of the corpus; without it, generated ones."""
    found = [
        _Pair(
            folder.name,
            (folder / "original.docx").read_bytes(),
            (folder / "revised.docx").read_bytes(),
        )
        for folder in sorted(corpus.ROOT.glob("compare/*"))
        if (folder / "original.docx").exists()
    ]
    return found or [
        _Pair(f"{pages} pages", documents.docx(pages, "a"), documents.docx(pages, "b"))
        for pages in (1, 2, 4)
    ]


class _Portal:
    """The portal's worker and engine; at each turn the pair is compared anew."""

    def __init__(self) -> None:
        self.proofs: dict[str, dict[str, Any]] = {}

    def __call__(self, pair: _Pair) -> Cost:
        from apps.comparison import services
        from apps.conversion.models import Rendition

        Rendition.objects.filter(kind="compare").delete()
        sources = [portal_data.work_file(one, "docx") for one in (pair.original, pair.revised)]
        rendition = services.request(*sources, client=sources[0].client)
        taken = timed(portal_data.work)
        rendition.refresh_from_db()
        if rendition.state != Rendition.State.READY:
            raise Failed(rendition.error_detail)
        self.proofs[pair.name] = rendition.meta
        return taken + Cost(0.0, rendition.stats["cpu_seconds"])


def _library() -> Callable[[_Pair], Cost]:
    import docx_scalpel
    from docx_scalpel._transport import _Transport

    def compare(pair: _Pair) -> Cost:
        def once() -> None:
            docx_scalpel.docx_diff_compare(pair.original, pair.revised)

        host: Any = _Transport.get()
        return timed(once, [host._proc.pid])

    return compare


def _in_own_process(pair: _Pair, directory: Path) -> Cost:
    names = [directory / f"{side}.docx" for side in ("original", "revised")]
    for name, content in zip(names, (pair.original, pair.revised), strict=True):
        name.write_bytes(content)
    command = [sys.executable, "-c", _SCRIPT, *map(str, names)]
    return timed(lambda: _run(command))


def _run(command: list[str]) -> None:
    if subprocess.run(command, capture_output=True).returncode:
        raise Failed(command[-1])
