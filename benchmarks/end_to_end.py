"""From the start of an upload to the image of the first page, through the running product."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median

import requests

from benchmarks import baselines, documents
from benchmarks.measure import Cost, Failed, Row, ms, ratio, take_turns, timed, wall
from tests.stack import Integrator, running_stack

_SCRIPT = "script: cold soffice, then pypdfium2 + Pillow PNG of page 1"
_WIDTH = 1280
_numbers = count()


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for one user against a script, and for 1, 2 and 4 users at once."""
    each = 3 if quick else 8
    with running_stack() as stack:
        credentials = stack.register("Benchmarks")
        users = [Integrator(stack.url, credentials) for _ in range(4)]
        for _ in range(3):
            first_image(users[0], fresh())  # every web worker has seen a request
        yield _against_script(users[0], directory, each // 2)
        for together in (1, 2, 4):
            yield _row(users[:together], each)


def fresh() -> bytes:
    """A document nobody has sent yet: a known one is answered from the cache."""
    return documents.docx(1, f"user {next(_numbers)}")


def first_image(user: Integrator, docx: bytes) -> float:
    """Seconds from the first byte sent to the last byte of the image."""
    identity = user.open(externalId="letter.docx")
    began = time.perf_counter()
    answer = user.upload(identity, docx, "docx")
    assert answer.status_code == 200, answer.text
    url = f"/api/v1/views/{identity}/pages/0/image?width={_WIDTH}"
    while (image := user.call("GET", url)).status_code == requests.codes.accepted:
        time.sleep(0.02)
    if image.status_code != requests.codes.ok:
        raise Failed(image.text)
    return time.perf_counter() - began


def _against_script(user: Integrator, directory: Path, times: int) -> Row:
    soffice = baselines.ColdSoffice(directory / "script-soffice")
    source = directory / "letter.docx"

    def script(docx: bytes) -> Cost:
        source.write_bytes(docx)
        return soffice(source) + timed(lambda: _draw(soffice.pdf_of(source)))

    taken = take_turns(
        [fresh() for _ in range(times)],
        {"recto": lambda docx: Cost(first_image(user, docx), 0.0), _SCRIPT: script},
    )
    value = ratio(taken["recto"], taken[_SCRIPT])
    return Row(
        what="upload of a small .docx to first page image, HTTP",
        n=value.n,
        recto=ms(wall(taken["recto"])),
        baseline=_SCRIPT,
        theirs=ms(wall(taken[_SCRIPT])),
        ratio=value.wall,
    )


def _draw(pdf: Path) -> None:
    baselines.render_to_png(pdf.read_bytes(), range(1), _WIDTH, pdf.parent)


def _row(users: list[Integrator], each: int) -> Row:
    loads = [[fresh() for _ in range(each)] for _ in users]
    seconds: list[float] = []

    def run(user: Integrator, contents: list[bytes]) -> None:
        for docx in contents:
            seconds.append(first_image(user, docx))

    threads = [threading.Thread(target=run, args=pair) for pair in zip(users, loads, strict=True)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    assert len(seconds) == each * len(users), "a user got no image"
    seconds.sort()
    return Row(
        what=f"the same, {len(users)} at once",
        n=len(seconds),
        recto=f"p50 {ms(median(seconds))}",
        note=f"p95 {ms(seconds[round(0.95 * (len(seconds) - 1))])}; "
        f"{len(seconds) / took:.1f} documents/s",
    )
