"""The editor over HTTP and in Chromium: how long a save takes, and until a person can begin."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pikepdf
from playwright.sync_api import expect

from benchmarks.measure import Row, ms
from tests.browser import chromium
from tests.browser.edits import Partner
from tests.flows.test_editing import Browser
from tests.stack import Stack, running_stack

_TEXT = 1_000_000
_SAVED_SECONDS = 0.3
_PDF = 10_000_000
_BEGUN_SECONDS = 2.0


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Saves of a megabyte, and a PDF of ten until it can be marked."""
    with running_stack() as stack:
        partner = Partner.registered(stack)
        yield _saves(stack, partner, 20 if quick else 60)
        yield _opening(partner, 3 if quick else 8)


def _saves(stack: Stack, partner: Partner, count: int) -> Row:
    link = partner.link(partner.upload(b"first\n", "txt"))
    person = Browser(stack.url, link.rpartition("=")[2])
    chance = random.Random(1)  # noqa: S311 - a sample text
    seconds = []
    for version in range(1, count + 1):
        content = chance.randbytes(_TEXT // 2).hex().encode()
        began = time.perf_counter()
        answer = person.save(content, version)
        seconds.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
    slow = quantiles(seconds, n=20)[-1]
    return Row(
        what="save of 1 MB in the editor, HTTP",
        n=count,
        recto=f"p50 {ms(median(seconds))}, p95 {ms(slow)}",
        aim=f"p95 <= {ms(_SAVED_SECONDS)}",
        met=slow <= _SAVED_SECONDS,
    )


def _opening(partner: Partner, count: int) -> Row:
    file = partner.upload(content := _pictures(), "pdf")
    seconds = []
    with chromium.browser() as browser:
        for _ in range(count):
            link = partner.link(file)
            page = browser.new_context(**chromium.DESK).new_page()
            began = time.perf_counter()
            page.goto(link)
            expect(page.get_by_role("button", name="Highlight", exact=True)).to_be_enabled()
            page.wait_for_selector('.page[data-page-number="1"] canvas')
            seconds.append(time.perf_counter() - began)
            page.context.close()
    return Row(
        what=f"editor, PDF of {len(content) / 1e6:.0f} MB: from the link to the first page drawn",
        n=count,
        recto=f"p50 {ms(median(seconds))}, slowest {ms(max(seconds))}",
        aim=f"p50 <= {ms(_BEGUN_SECONDS)}",
        met=median(seconds) <= _BEGUN_SECONDS,
    )


def _pictures() -> bytes:
    """Pages of noise, which no compression makes smaller."""
    chance = random.Random(1)  # noqa: S311 - a sample picture
    side, pages = 580, 10
    with pikepdf.new() as document:
        for _ in range(pages):
            page = document.add_blank_page(page_size=(595, 842))
            picture = document.make_stream(
                chance.randbytes(side * side * 3),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=side,
                Height=side,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
            )
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
            page.Contents = document.make_stream(b"500 0 0 500 50 200 cm /P Do")
        stream = io.BytesIO()
        document.save(stream)
    return stream.getvalue()
