"""Searching 1,000 pages whose text has been read, against a loop over the same text in memory."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks import documents, portal_data
from benchmarks.measure import Row, cpu, ms, ratio, take_turns, timed, wall

_PAGES = 1000
_AIM_SECONDS = 0.2
_BASELINE = "str.find over the text of all pages, in memory"


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Reading the text once, the page's search, and a search task of ten terms."""
    from apps.conversion import services
    from apps.conversion.recipe import all_text

    pages = 200 if quick else _PAGES
    source = portal_data.work_file(documents.text_pdf(pages), "pdf")
    portal_data.converted(source)
    texts = [services.request(source, recipe, client=source.client) for recipe in all_text(pages)]
    from django.conf import settings

    began = time.perf_counter()
    portal_data.work(settings.WORKERS + 1)
    took = time.perf_counter() - began
    yield Row(
        what=f"text of {pages} pages read and stored",
        n=1,
        recto=f"{pages / took:.0f} pages/s",
        aim=">= 150 pages/s",
        met=pages / took >= 150,
        note=f"{took:.1f} s with {settings.WORKERS + 1} worker threads, {settings.CORES} cores",
    )
    for text in texts:
        text.refresh_from_db()
        services.raise_failure(text)
    yield _queries(source, pages, 10 if quick else 60)
    yield _tasks(source, pages, 2 if quick else 6)


def _queries(source: Any, pages: int, count: int) -> Row:
    from apps.clients.actors import Actor
    from apps.viewing import content
    from apps.viewing import services as viewing

    identity = _session(source)
    plain = _plain_text(source)
    chance = random.Random(7)  # noqa: S311 - words to search for
    wanted = [
        *(f"unique{chance.randrange(pages)}" for _ in range(count // 2)),
        *(" ".join(chance.choices(documents.WORDS, k=2)) for _ in range(count - count // 2)),
    ]

    def ours(query: str) -> Any:
        def once() -> None:
            view = viewing.look(Actor.viewer(), identity)
            result = content.find_text(view, query, case=False, whole=False)
            assert result.complete
            assert result.hits or not query.startswith("unique")

        return timed(once)

    def theirs(query: str) -> Any:
        return timed(lambda: sum(page.count(query) for page in plain) and None)

    taken = take_turns(wanted, {"recto": ours, _BASELINE: theirs})
    seconds = [cost.wall for cost in taken["recto"] if cost]
    p95 = quantiles(seconds, n=20)[-1]
    return Row(
        what=f"a query over {pages} pages",
        n=len(seconds),
        recto=f"p50 {ms(wall(taken['recto']))}",
        baseline=_BASELINE,
        theirs=ms(wall(taken[_BASELINE])),
        ratio=ratio(taken["recto"], taken[_BASELINE]).wall,
        aim=f"p95 <= {_AIM_SECONDS} s",
        met=p95 <= _AIM_SECONDS,
        cpu_ratio=ratio(taken["recto"], taken[_BASELINE]).cpu,
        note=f"p95 {ms(p95)}; processor time {ms(cpu(taken['recto']))}; with session, hits, boxes "
        "and their surroundings; the text is there",
    )


def _tasks(source: Any, pages: int, count: int) -> Row:
    from apps.viewing import searching

    identity = _session(source)
    seconds = []
    for number in range(count):
        patterns = [f"unique{number}{digit}" for digit in range(10)]
        terms = [searching.Term("simple", pattern, False, False) for pattern in patterns]
        began = time.perf_counter()
        started, _ = searching.start(identity, terms, echo={})
        portal_data.work()
        assert searching.get(started).progress.state == "complete"
        seconds.append(time.perf_counter() - began)
    return Row(
        what=f"a search task of ten terms over {pages} pages",
        n=count,
        recto=ms(sorted(seconds)[len(seconds) // 2]),
        note="from the start of the task to its end, one worker, jailed; the text is there",
    )


def _session(source: Any) -> str:
    from apps.viewing import services as viewing

    actor = portal_data.client()
    _, identity = viewing.open_session(actor, viewing.Options(), dialect="bench")
    viewing.attach_work_file(actor, identity, source.file_id)
    return identity


def _plain_text(source: Any) -> list[str]:
    import pypdfium2

    from apps.workfiles import services as workfiles

    with pypdfium2.PdfDocument(workfiles.read_all(source.blob)) as document:
        return [page.get_textpage().get_text_range() for page in document]
