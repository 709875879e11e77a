"""Reading pages for extraction: text against PDFium's bare text, scans against the bare library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import documents, portal_data
from benchmarks.measure import Cost, Row, cpu, ms, ratio, take_turns, timed, wall

_TEXT_AIM, _SCAN_AIM, _MEMORY_AIM = 0.1, 1.2, 1024
_PDFIUM, _RAPIDOCR = "PDFium, words of the bare page", "rapidocr, the same picture, one thread"
_GROUP = 20


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """A page of text, a scanned page, and the memory that 500 pages take."""
    yield _text(5 if quick else 20)
    pictures = documents.receipts()
    if pictures:
        yield _scans(pictures[:4] if quick else pictures[:12])
    yield _memory(100 if quick else 500)


def _text(documents_wanted: int) -> Row:
    from apps.conversion import recipe
    from apps.extraction.reading import read

    files = [documents.text_pdf(_GROUP + 1, f"v{n}") for n in range(documents_wanted)]

    def ours(content: bytes) -> Cost:
        source = portal_data.work_file(content, "pdf")
        portal_data.converted(source)
        words = recipe.words(1, _GROUP + 1, ocr=False)

        def once() -> float:
            made, cost = _made(source, words)
            read({**json.loads(made), "form": [], "attachments": []})
            return cost

        return timed(once).per(_GROUP)

    taken = take_turns(files, {"recto": ours, _PDFIUM: _bare_text})
    seconds = wall(taken["recto"])
    compared = ratio(taken["recto"], taken[_PDFIUM])
    return Row(
        what="a page of text, to fields",
        n=compared.n,
        recto=ms(seconds),
        baseline=_PDFIUM,
        theirs=ms(wall(taken[_PDFIUM])),
        ratio=compared.wall,
        cpu_ratio=compared.cpu,
        aim=f"<= {_TEXT_AIM} s",
        met=seconds <= _TEXT_AIM,
        note=f"a job of {_GROUP} pages, jailed and stored, with what is hidden looked for (drawn "
        f"twice), then understood; processor time {ms(cpu(taken['recto']))}",
    )


def _bare_text(content: bytes) -> Cost:
    import pypdfium2

    def once() -> None:
        with pypdfium2.PdfDocument(content) as pdf:
            for index in range(1, _GROUP + 1):
                text = pdf[index].get_textpage()
                for rectangle in range(text.count_rects()):
                    text.get_text_bounded(*text.get_rect(rectangle))

    return timed(once).per(_GROUP)


def _scans(pictures: list[Path]) -> Row:
    from rapidocr import RapidOCR

    from apps.conversion import recipe

    one_thread = {
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Global.log_level": "error",
    }
    library = RapidOCR(params=one_thread)

    def ours(path: Path) -> Cost:
        source = portal_data.work_file(path.read_bytes(), path.suffix.lstrip("."))
        portal_data.converted(source)
        words = recipe.words(0, 1, ocr=True)
        return timed(lambda: _made(source, words)[1])

    taken = take_turns(
        pictures, {"recto": ours, _RAPIDOCR: lambda path: timed(lambda: library(path) and None)}
    )
    compared = ratio(taken["recto"], taken[_RAPIDOCR])
    return Row(
        what="a scanned page, to words",
        n=compared.n,
        recto=ms(wall(taken["recto"])),
        baseline=_RAPIDOCR,
        theirs=ms(wall(taken[_RAPIDOCR])),
        ratio=compared.wall,
        cpu_ratio=compared.cpu,
        aim=f"<= {_SCAN_AIM}x",
        met=compared.at_most(_SCAN_AIM),
        note="receipts; through the queue, jailed, codes looked for, stored",
    )


def _memory(pages: int) -> Row:
    from apps.conversion import recipe, services

    source = portal_data.work_file(documents.text_pdf(pages, "long"), "pdf")
    portal_data.converted(source)
    groups, first = [], 0
    while first < pages:
        words = recipe.words(first, pages, ocr=False)
        groups.append(services.request(source, words, client=source.client))
        first = words.last + 1
    cost = timed(portal_data.work)
    peaks = []
    for group in groups:
        group.refresh_from_db()
        services.raise_failure(group)
        peaks.append(int(group.stats["maxrss_bytes"]) / 1024**2)
    return Row(
        what=f"{pages} pages of text, to words",
        n=len(groups),
        recto=f"{max(peaks):.0f} MiB",
        aim=f"<= {_MEMORY_AIM} MiB",
        met=max(peaks) <= _MEMORY_AIM,
        note=f"the most that one of the jobs held; all of them took {cost.wall:.1f} s one by one",
    )


def _made(source: Any, recipe: Any) -> tuple[bytes, float]:
    """What one worker makes of it, and the processor seconds of the engine."""
    import gzip

    from apps.conversion import services
    from apps.workfiles import services as workfiles

    rendition = services.request(source, recipe, client=source.client)
    portal_data.work()
    services.wait_until_done(rendition, seconds=1)
    part = services.part(rendition, "words")
    assert part is not None
    content = workfiles.read_all(part.blob)
    plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    return plain, float(rendition.stats["cpu_seconds"])
