"""A document of 10,000 pages in a browser: jumps to pages nobody has seen, and memory after them.

A v3 session, whose page groups the browser draws, against a V1 session on the same file, whose
page images the server makes.
"""

from __future__ import annotations

import io
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pikepdf
from playwright.sync_api import Browser, Page

from benchmarks.measure import Row, ms
from tests.browser import chromium, documents
from tests.stack import running_stack

_PAGES = 10_000
_AIM_SECONDS = 0.5
_AIM_MEGABYTES = 300
_REST = 1.0
_WORDS = (  # noqa: SIM905 - a sentence
    "the report shows that each party shall keep its records for ten years after the end of the "
    "contract and answer every written question within thirty days unless both agree otherwise"
).split()
_V1 = "V1 session on the same file, page images"
# A person types a number and presses Enter; the page counts when it is drawn, crisp or not.
_JUMP = """(number) => new Promise((resolve) => {
  const input = document.getElementById("page-input");
  const began = performance.now();
  input.value = String(number + 1);
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  const look = () => {
    const ready = document.querySelector(`.page[data-page="${number}"][data-state="ready"]`);
    if (ready) resolve((performance.now() - began) / 1000);
    else requestAnimationFrame(look);
  };
  look();
})"""


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for jumps and for memory."""
    count = 12 if quick else 40
    content = _document()
    with running_stack() as stack, chromium.browser() as browser:
        user = stack.integrator()
        documents.pack(user, "long", content)
        grouped = f"{stack.url}/view/{documents.show_package(user, 'long')}"
        images = f"{stack.url}/view/u{documents.show(user, 'long.pdf', content)}"
        ours, held = _read(browser, grouped, count)
        theirs, held_there = _read(browser, images, count)
    yield Row(
        what=f"jump to an unseen page of {_PAGES:,}, v3 page groups",
        n=count,
        recto=f"p50 {ms(median(ours))}",
        baseline=_V1,
        theirs=f"p50 {ms(median(theirs))}",
        ratio=median(ours) / median(theirs),
        aim=f"<= {ms(_AIM_SECONDS)}",
        met=median(ours) <= _AIM_SECONDS,
        note=f"slowest {ms(max(ours))} against {ms(max(theirs))}; {len(content) / 1e6:.1f} MB, "
        "each group made when it is first asked for",
    )
    yield Row(
        what=f"memory of the page's process after {count} jumps",
        n=1,
        recto=f"{held[-1]} MB",
        baseline=_V1,
        theirs=f"{held_there[-1]} MB",
        ratio=held[-1] / held_there[-1],
        aim=f"<= {_AIM_MEGABYTES} MB",
        met=held[-1] <= _AIM_MEGABYTES,
        note=f"private memory of the renderer, without a GPU: {held[0]} MB when opened, "
        f"{held[1]} MB half way, most {max(held)} MB",
    )


def _read(browser: Browser, address: str, count: int) -> tuple[list[float], list[int]]:
    """Seconds of each jump; megabytes when opened, half way and at the end."""
    chance = random.Random(1)  # noqa: S311 - which pages a sample reader asks for
    context = browser.new_context(**chromium.DESK)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector('.page[data-page="0"][data-state="ready"]', timeout=120_000)
    page.wait_for_timeout(3000)
    seconds: list[float] = []
    held = [_megabytes(page)]
    for number in chance.sample(range(1, _PAGES), count):
        seconds.append(float(page.evaluate(_JUMP, number)))
        time.sleep(_REST)
        if len(seconds) in (count // 2, count):
            held.append(_megabytes(page))
    context.close()
    return seconds, held


def _megabytes(page: Page) -> int:
    """Private memory of the renderer that holds the page: the largest under this browser."""
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    renderers = [int(one["id"]) for one in processes if one["type"] == "renderer"]
    return max(_private(pid) for pid in renderers) // 1024


def _private(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"^Private_\w+:\s+(\d+)", rollup, re.M))


def _document() -> bytes:
    """Plain text pages, each with its number and words of its own."""
    chance = random.Random(1)  # noqa: S311 - words of a sample text
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        resources = document.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)))
        for number in range(1, _PAGES + 1):
            lines = (f"({' '.join(chance.choices(_WORDS, k=13))}) '" for _ in range(45))
            text = f"BT /F1 11 Tf 15 TL 60 780 Td (Sheet {number}) ' {' '.join(lines)} ET"
            page = document.add_blank_page(page_size=(595, 842))
            page.Resources = resources
            page.Contents = document.make_stream(text.encode())
        stream = io.BytesIO()
        document.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return stream.getvalue()
