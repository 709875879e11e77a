"""Real pairs of Word documents compared by the portal, against the engine library alone."""

from __future__ import annotations

import subprocess
import sys
import time
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
_AT_ONCE = "the same, right after another pair"
_READY_SECONDS = 30
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
    ours.at_once(pairs[0])
    contenders: dict[str, Callable[[_Pair], Cost]] = {
        _RECTO: ours,
        _AT_ONCE: ours.at_once,
        _WARM: compare,
        _OWN: lambda pair: _in_own_process(pair, directory),
    }
    taken = take_turns([pair for pair in pairs for _ in range(1 if quick else 3)], contenders)
    for what, baseline in ((_RECTO, _OWN), (_RECTO, _WARM), (_AT_ONCE, _OWN)):
        value = ratio(taken[what], taken[baseline])
        lost = f"{failures(taken[what])} failed here and {failures(taken[baseline])} there"
        yield Row(
            what=what,
            n=value.n,
            recto=ms(wall(taken[what])),
            baseline=baseline,
            theirs=ms(wall(taken[baseline])),
            ratio=value.wall,
            cpu_ratio=value.cpu,
            aim=f"<= {_AIM}",
            met=value.at_most(_AIM),
            note=f"{len(pairs)} pairs; {lost}; processor time {ms(cpu(taken[what]))} against "
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
    """The portal's worker and engine; at each turn the pair is compared anew.

    After each turn the engine makes its next host ready: that time is in nobody's turn, but the
    processor time it takes is counted here.
    """

    def __init__(self) -> None:
        self.proofs: dict[str, dict[str, Any]] = {}

    def __call__(self, pair: _Pair) -> Cost:
        """On an engine that had nothing to do before."""
        cost = self._compare(pair)
        _settle()
        return cost

    def at_once(self, pair: _Pair) -> Cost:
        """On an engine that has just compared the same pair."""
        self._compare(pair)
        return self(pair)

    def _compare(self, pair: _Pair) -> Cost:
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


def _settle() -> None:
    """Until a host waits for the next pair."""
    from apps.conversion import services

    until = time.monotonic() + _READY_SECONDS
    while not services.engine("pages")["spare_ready"]:
        if time.monotonic() > until:
            raise Failed("no host becomes ready")
        time.sleep(0.05)


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
