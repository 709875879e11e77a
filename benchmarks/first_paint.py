"""The five pages in Chromium with a cold cache: when there is something to see, at what cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, expect

from benchmarks.measure import Row, ms
from tests import factories
from tests.browser import chromium, documents
from tests.browser.edits import pdf
from tests.browser.scenes import Stage
from tests.stack import running_stack

_PAINT_SECONDS = 1.0
_SCRIPT_BYTES = 150_000
_SHIFT = 0.1  # what https://web.dev/articles/cls calls good
_WATCH = """
window.seen = { largest: 0, shift: 0, blocked: 0 };
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note))
    .observe({ type, buffered: true });
watch("largest-contentful-paint", ({ startTime }) => (seen.largest = startTime));
watch("layout-shift", ({ value, hadRecentInput }) => hadRecentInput || (seen.shift += value));
watch("longtask", ({ duration }) => (seen.blocked += Math.max(0, duration - 50)));
"""
_SEEN = """() => {
  const files = performance.getEntriesByType("resource");
  const bytes = (part) =>
    files.filter(({ name }) => part.test(new URL(name).pathname) && /[.]m?js$/.test(name))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  return {
    ...seen,
    first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    own: bytes(/^[/]static[/]js[/]/),
    others: bytes(/^[/]static[/](pdfjs|bundles)[/]/),
    requests: files.length + 1,
  };
}"""
Sample = dict[str, float]


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Each page as the machine is, and with a processor a quarter as fast."""
    with running_stack() as stack, chromium.browser() as browser:
        stage = Stage(stack, directory)
        for name, link, ready in _pages(stage):
            _visit(browser, link(), ready, slower=1)  # so that no document is made while it counts
            for slower in (1, 4):
                samples = [
                    _visit(browser, link(), ready, slower=slower) for _ in range(2 if quick else 9)
                ]
                yield _row(name, samples, slower)


def _pages(stage: Stage) -> Iterator[tuple[str, Callable[[], str], str]]:
    """A page's name, a link to it, and what is there when it can be used."""
    url, shop = stage.stack.url, stage.shop
    guide = documents.show(shop, documents.GUIDE_NAME, documents.guide())
    yield "viewer", lambda: f"{url}/view/u{guide}", '.page[data-state="ready"]'
    pair = shop.open(externalId="Lease.docx")
    for side, text in (("original", "The rent is nine."), ("revised", "The rent is ten.")):
        path = f"/v2/viewingSessions/{pair}/sourceFile/{side}"
        assert shop.call("PUT", path, data=factories.docx(text)).ok
    yield "comparison", lambda: f"{url}/view/u{pair}", '.page[data-state="ready"]'
    form = stage.library.open()
    yield "form", lambda: f"{url}/app/web/connect?sessionId={form}", '#connect[data-shows="form"]'
    review = stage.office.link()
    yield "review", lambda: review, '[data-testid="field"]'
    open_editor = '#editor[data-shows="document"]'
    for name, content, kind in (
        ("editor, text", b"The harbour opens at nine.\n", "txt"),
        ("editor, PDF", pdf("The harbour opens at nine."), "pdf"),
    ):
        file = stage.partner.upload(content, kind)
        yield name, lambda file=file: stage.partner.link(file), open_editor


def _visit(browser: Browser, link: str, ready: str, *, slower: int) -> Sample:
    context = browser.new_context(**chromium.DESK)
    try:
        page = context.new_page()
        page.add_init_script(_WATCH)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(link)
        expect(page.locator(ready).first).to_be_attached(timeout=60_000)
        page.wait_for_load_state("networkidle")
        sample: Sample = page.evaluate(_SEEN)
        return sample
    finally:
        context.close()


def _row(name: str, samples: list[Sample], slower: int) -> Row:
    def typical(key: str) -> Any:
        return median(sample[key] for sample in samples)

    first, shift, own = typical("first") / 1000, typical("shift"), typical("own")
    met = first <= _PAINT_SECONDS and own <= _SCRIPT_BYTES and shift <= _SHIFT
    return Row(
        what=f"{name}: first paint" + (f", processor {slower} times slower" if slower > 1 else ""),
        n=len(samples),
        recto=ms(first),
        aim=f"<= 1 s, {_SCRIPT_BYTES // 1000} kB, shift {_SHIFT}",
        met=met,
        note=f"largest paint {ms(typical('largest') / 1000)}, layout shift {shift:.3f}, "
        f"blocked for {typical('blocked'):.0f} ms; {own / 1000:.0f} kB of own script, "
        f"{typical('others') / 1000:.0f} kB of libraries, {typical('requests'):.0f} requests",
    )
