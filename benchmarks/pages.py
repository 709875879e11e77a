"""Page images, rendered, encoded and stored, against loops that do less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import baselines, documents, portal_data
from benchmarks.measure import Cost, Costs, Row, cpu, ms, ratio, take_turns, timed, wall

_WIDTH = 1280
# Pages of one item; the portal makes them in groups of eight.
_TEXT_SLICE, _PICTURE_SLICE = 24, 8
_AIM_RENDER, _AIM_PILLOW = 2.2, 1 / 3


@dataclass(frozen=True)
class _Slice:
    pdf: bytes
    pages: range


class _Worker:
    """The portal's worker with so many threads."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._sources: dict[bytes, tuple[Any, int]] = {}

    def __call__(self, item: _Slice) -> Cost:
        from apps.conversion import recipe, services
        from apps.conversion.models import Rendition

        source, pages = self._source(item.pdf)
        recipes = {recipe.raster(page, pages, format="png", width=_WIDTH) for page in item.pages}
        wanted = [services.request(source, what, client=source.client) for what in recipes]
        worker = timed(lambda: portal_data.work(self.threads))
        made = Rendition.objects.filter(pk__in=[rendition.pk for rendition in wanted])
        for rendition in made:
            services.raise_failure(rendition)
        assert sum(rendition.parts.count() for rendition in made) == len(item.pages)
        engine = Cost(0.0, sum(rendition.stats["cpu_seconds"] for rendition in made))
        return (worker + engine).per(len(item.pages))

    def _source(self, pdf: bytes) -> tuple[Any, int]:
        """The work file of a PDF that only this worker has: a cached page would cost nothing."""
        if pdf not in self._sources:
            own = portal_data.work_file(pdf + b"\n%% threads: %d\n" % self.threads, "pdf")
            self._sources[pdf] = own, int(portal_data.converted(own).meta["pages"])
        return self._sources[pdf]


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for a long text document and for pages full of pictures."""
    from django.conf import settings

    from apps.workfiles import services as workfiles

    long = portal_data.converted(portal_data.work_file(documents.docx(200, "pages"), "docx"))
    text = workfiles.read_all(long.parts.get(name="whole").blob)
    kinds = {
        "text": _slices(text, _TEXT_SLICE)[: 2 if quick else 6],
        "pictures": [
            one for pdf in documents.picture_pdfs() for one in _slices(pdf, _PICTURE_SLICE)
        ],
    }
    for kind, slices in kinds.items():
        for threads in (1, settings.WORKERS + 1):
            yield from _rows(kind, slices, threads, directory)


def _slices(pdf: bytes, size: int) -> list[_Slice]:
    """The document in items; the first page is a group of its own and stays out."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        count = len(document)
    return [_Slice(pdf, range(first, min(first + size, count))) for first in range(1, count, size)]


def _rows(kind: str, slices: list[_Slice], threads: int, directory: Path) -> Iterator[Row]:
    worker = _Worker(threads)
    worker(_Slice(slices[0].pdf, range(1)))  # warm: the PDF itself, connections, imports
    recto = f"{kind}: pages as PNG, stored, {threads} worker thread{'s' if threads > 1 else ''}"
    contenders: dict[str, Callable[[_Slice], Cost]] = {
        recto: worker,
        baselines.RENDER_ONLY: lambda item: _per_page(
            item, lambda: baselines.render(item.pdf, item.pages, _WIDTH)
        ),
    }
    if threads == 1:
        contenders[baselines.PILLOW] = lambda item: _per_page(
            item, lambda: baselines.render_to_png(item.pdf, item.pages, _WIDTH, directory)
        )
    taken: dict[str, Costs] = take_turns(slices, contenders)
    pages = sum(len(item.pages) for item in slices)
    for baseline in list(contenders)[1:]:
        value = ratio(taken[recto], taken[baseline])
        limit = _AIM_RENDER if baseline == baselines.RENDER_ONLY else _AIM_PILLOW
        yield Row(
            what=recto,
            n=value.n,
            recto=f"{ms(wall(taken[recto]))}/page",
            baseline=baseline,
            theirs=f"{ms(wall(taken[baseline]))}/page",
            ratio=value.wall,
            cpu_ratio=value.cpu,
            aim=f"<= {limit:.2g}",
            met=value.at_most(limit),
            note=f"{pages} pages {_WIDTH} px wide; processor time of worker and engine "
            f"{ms(cpu(taken[recto]))}/page, of the baseline {ms(cpu(taken[baseline]))}",
        )


def _per_page(item: _Slice, action: Callable[[], None]) -> Cost:
    return timed(action).per(len(item.pages))
