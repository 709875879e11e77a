"""Searching a PDF for many terms, some of them regular expressions from outside.

A regular expression may take longer than the universe lasts. Python's matcher looks for signals
as it goes, so a timer ends it; and what it would still do is done in a process that can be killed.
"""

from __future__ import annotations

import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache, partial
from typing import Any

from isal import igzip

from apps.conversion import search as finding
from apps.conversion.texts.groups import parse

from . import pdf
from .job import Job
from .protocol import Meta
from .text import page_text

_TERM_SECONDS = 3.0  # for one regular expression, on all pages together
_MOST_HITS = 100_000
_HITS_A_PART, _PAGES_A_PART = 1000, 25


class _TooLong(Exception):
    """A term's time is over."""


def search(job: Job) -> Meta:
    """Operation `search`, params {terms, texts, pages}: hits into parts `hits/0`, `hits/1`, ...

    `terms` names a file: {"terms": [{kind, pattern, case, whole}, ...]}. Where the text of all
    `pages` was read before, `texts` names the files it is in, in their order, and the source is
    not opened. A part is {"hits": [{page, term, before, match, after, boxes}, ...]}, by page, then
    term, then place, with {hits, pages} as its meta: how many it holds, how many pages are done.
    The meta of `done` tells the terms that took too long, by number, and whether there are more
    hits than are kept.
    """
    listed = json.loads((job.directory / str(job.params["terms"])).read_bytes())["terms"]
    terms = [finding.Term(**term) for term in listed]
    signal.signal(signal.SIGALRM, _give_up)
    seconds_left = dict.fromkeys(range(len(terms)), _TERM_SECONDS)
    patterns = {number: term.compile() for number, term in enumerate(terms) if term.literal}
    for number, term in enumerate(terms):
        if not term.literal:
            with contextlib.suppress(_TooLong, ValueError), _time_limit(seconds_left[number]):
                patterns[number] = term.compile()
    parts = _Parts(job)
    truncated = False
    with _pages(job) as (count, pages):
        for index, (text, page) in enumerate(pages):
            folded = finding.fold(text)
            for number, term in enumerate(terms):
                if number not in patterns or not term.may_be_on(text, folded):
                    continue
                begun = time.monotonic()
                try:
                    with _time_limit(None if term.literal else seconds_left[number]):
                        found = patterns[number].search(text)
                        hits = finding.find(page(), patterns[number]) if found else []
                except _TooLong:
                    del patterns[number]
                    continue
                seconds_left[number] -= time.monotonic() - begun
                parts.add(number, hits)
            truncated = parts.count >= _MOST_HITS
            parts.page_done(last=truncated or index == count - 1)
            if truncated:
                break
        return {
            "pages": count,
            "hits": parts.count,
            "truncated": truncated,
            "timed_out": sorted(set(seconds_left) - set(patterns)),
        }


@contextlib.contextmanager
def _pages(job: Job) -> Iterator[tuple[int, Iterator[tuple[str, Callable[[], finding.Page]]]]]:
    """How many pages there are; of each its text, and how to get at its words."""
    if names := job.params.get("texts"):
        yield int(job.params["pages"]), _read_before(job, names)
        return
    with pdf.open_pdf(job.source, job.params.get("password")) as document:
        read = (page_text(document, index) for index in range(len(document)))
        yield len(document), ((page["text"], partial(dict, page)) for page in read)


def _read_before(job: Job, names: list[str]) -> Iterator[tuple[str, Callable[[], finding.Page]]]:
    for name in names:
        group = parse(igzip.decompress((job.directory / name).read_bytes()))
        for index, text in enumerate(group.texts):
            yield text, cache(partial(group.page, index))


class _Parts:
    """Hits, written when enough have come together; the first page's at once."""

    def __init__(self, job: Job) -> None:
        self.count = 0
        self._job = job
        self._hits: list[dict[str, Any]] = []
        self._pages = self._pages_written = self._written = 0

    def add(self, term: int, hits: list[finding.Hit]) -> None:
        kept = hits[: _MOST_HITS - self.count]
        self._hits += [{"term": term, **asdict(hit)} for hit in kept]
        self.count += len(kept)

    def page_done(self, *, last: bool) -> None:
        self._pages += 1
        waiting = self._pages - self._pages_written
        enough = len(self._hits) >= _HITS_A_PART or waiting >= _PAGES_A_PART
        if last or enough or self._pages == 1:
            self._write()

    def _write(self) -> None:
        target = self._job.out / f"hits-{self._written}.json.gz"
        content = json.dumps({"hits": self._hits}, ensure_ascii=False, separators=(",", ":"))
        target.write_bytes(igzip.compress(content.encode("utf-8", "replace"), 1))
        meta = {"hits": len(self._hits), "pages": self._pages}
        self._job.part(f"hits/{self._written}", target, "application/gzip", meta)
        self._hits = []
        self._written += 1
        self._pages_written = self._pages


@contextlib.contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _give_up(number: int, frame: object) -> None:
    raise _TooLong
