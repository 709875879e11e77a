"""Web pages as PDF by WeasyPrint, which runs no script; here it fetches nothing either."""

from __future__ import annotations

import re
from typing import Any

import weasyprint
from weasyprint.urls import URLFetcher, URLFetchingError

from . import pdf
from .job import Job, Refusal
from .protocol import Meta

_MAX_BYTES = 16 * 1024**2
_BINARY = re.compile(rb"\A(?:PK\x03\x04|%PDF-|\x89PNG|\xd0\xcf\x11\xe0|\xff\xd8\xff|GIF8)")


def to_pdf(job: Job) -> Meta:
    """Operation `pdf` for HTML and XHTML; only what the file itself contains is shown."""
    size = job.source.stat().st_size
    if not size:
        raise Refusal("document_empty", "The file has no bytes.")
    if size > _MAX_BYTES:
        raise Refusal("too_large", f"A web page of more than {_MAX_BYTES} bytes.")
    content = job.source.read_bytes()
    if _BINARY.match(content):
        raise Refusal("format_mismatch", "The content is not a web page.")
    try:
        document: Any = weasyprint.HTML(string=content, url_fetcher=only_data()).render()
    except (ValueError, RecursionError, URLFetchingError) as error:
        raise Refusal("document_corrupt", f"The page cannot be laid out: {error}") from error
    if len(document.pages) > 1:
        first = job.out / "first.pdf"
        document.copy(document.pages[:1]).write_pdf(first)
        job.part("first", first, pdf.MEDIA_TYPE)
    whole = job.out / "whole.pdf"
    document.write_pdf(whole)
    return pdf.deliver(job, whole)


def only_data() -> URLFetcher:
    """Fetches nothing but `data:` URLs."""
    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)
