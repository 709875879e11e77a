"""How long before the whole of a long document its first page can be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import documents, portal_data
from benchmarks.measure import Cost, Costs, Row, ms, ratio, wall

_AIM = 0.55
_PAGES = 200


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """One row: the same conversion jobs, part "first" against part "whole"."""
    firsts: Costs = []
    wholes: Costs = []
    for number in range(1 if quick else 4):
        first, whole = _convert(documents.docx(_PAGES, f"first {number}"))
        firsts.append(Cost(first, 0.0))
        wholes.append(Cost(whole, 0.0))
    value = ratio(firsts, wholes)
    yield Row(
        what=f"first of {_PAGES} pages of a .docx readable",
        n=value.n,
        recto=ms(wall(firsts)),
        baseline="the whole document readable, same job",
        theirs=ms(wall(wholes)),
        ratio=value.wall,
        aim=f"<= {_AIM}",
        met=value.at_most(_AIM),
        note="from the start of the worker to the row of the part",
    )


def _convert(docx: bytes) -> tuple[float, float]:
    """Seconds until part "first" and until part "whole" are rows that a viewer can read."""
    from apps.conversion import services
    from apps.conversion.recipe import PDF

    source = portal_data.work_file(docx, "docx")
    rendition = services.request(source, PDF, client=source.client)
    worker = threading.Thread(target=portal_data.work)
    began = time.perf_counter()
    worker.start()
    seen: dict[str, float] = {}
    while worker.is_alive() and "whole" not in seen:
        for name in {"first", "whole"} - seen.keys():
            if services.part(rendition, name):
                seen[name] = time.perf_counter() - began
        time.sleep(0.005)
    worker.join()
    rendition.refresh_from_db()
    services.raise_failure(rendition)
    return seen["first"], seen["whole"]
