"""The office zygote: LibreOffice loaded, warmed up and tested once, forked per document.

Runs under the system's Python, which has the UNO bridge:
`/usr/bin/python3 -m apps.conversion.engines.office`. Exits 4 when LibreOffice starts but does not
convert its own test documents: then the fallback engine has to serve.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from . import (
    containers,
    fontconfig,
    intake,
    jail_test,
    lok,
    profile,
    tables,
    warmup,
    written_pdf,
    zygote,
)
from .job import Engine, Job, Operation, Refusal
from .protocol import Meta

UNFIT = 4
_PDF = "application/pdf"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_DEFAULT_LOCALE = "en-GB"
_FONT_SECONDS = 0.15


def main() -> NoReturn:
    """Run the zygote; see zygote.parse_arguments."""
    options = zygote.parse_arguments("Serve office documents.")
    version = lok.version()
    if not version:
        sys.stderr.write("LibreOffice is not installed.\n")
        os._exit(UNFIT)
    directory = options.scratch_dir / "profile"
    profile.write(directory, ".".join(version.split(".")[:2]))
    lok.run(directory, lambda: _ready(options, version, directory))


def _ready(options: Namespace, version: str, directory: Path) -> NoReturn:
    from . import uno_documents

    uno_documents.set_locale(_DEFAULT_LOCALE)
    fault = warmup.run(options.state_dir / f"warm-up-{version}")
    if fault:
        sys.stderr.write(f"LibreOffice {version} fails its self-test: {fault}\n")
        os._exit(UNFIT)
    # A thread that writes settings lives for about a second; a fork must not meet it.
    while len(list(Path("/proc/self/task").iterdir())) > 1:
        time.sleep(0.02)
    operations = {
        "docx": Operation(to_docx),
        "pdf": Operation(to_pdf),
        "jail-test": Operation(jail_test.probe),
    }
    readable = (str(directory), *lok.READABLE)
    engine = Engine("office", "zygote", f"LibreOffice {version}", operations, readable, _prepare)
    zygote.serve(engine, options)


def _prepare(directory: Path) -> None:
    lok.use_temp_dir(directory / "tmp")


def to_pdf(job: Job) -> Meta:
    """Operation `pdf`: an office or text document as PDF, its first page before the rest.

    Params: format (extension), password?, first_page (bool), max_pages, locale ("en-GB"),
    standard ("a-2b" for PDF/A), page (from 0: only that one, or the last, as part "page").
    """
    from . import uno_documents as documents

    params = job.params
    locale = params.get("locale") or _DEFAULT_LOCALE
    if locale != _DEFAULT_LOCALE:
        documents.set_locale(locale)
    document = _load(job)
    pages = documents.count_pages(document)
    if not pages:
        raise Refusal("document_empty", "The document has nothing to print.")
    if params.get("page") is not None:
        return _one_page(job, document, pages)
    limit = written_pdf.page_limit(params, documents.kind_of(document))
    standard = str(params.get("standard") or "")
    if params.get("first_page", True) and pages > 1:
        first = job.out / "first.pdf"
        documents.export_pdf(document, first, "1", standard)
        job.part("first", first, _PDF)
    whole = job.out / "whole.pdf"
    documents.export_pdf(document, whole, f"1-{limit}", standard)
    written = written_pdf.pages_of(whole) or min(pages, limit)
    job.part("whole", whole, _PDF, {"pages": written})
    fonts = documents.requested_fonts(document, _FONT_SECONDS)
    return {
        "pages": written,
        "title": documents.title(document),
        "fonts": {"substituted": fontconfig.substitutions(fonts)},
        **({"truncated": True} if pages > limit else {}),
    }


def _one_page(job: Job, document: Any, pages: int) -> Meta:
    """Before the first export LibreOffice may count a page too many: the layout is not settled."""
    from . import uno_documents as documents

    page = max(0, min(int(job.params["page"]), pages - 1))
    target = job.out / "page.pdf"
    try:
        documents.export_pdf(document, target, str(page + 1))
    except Refusal:
        last = documents.count_pages(document) - 1
        if last >= page:
            raise
        page = last
        documents.export_pdf(document, target, str(page + 1))
    job.part("page", target, _PDF)
    pages = documents.count_pages(document)
    return {"pages": pages, "page": page, "size": written_pdf.size_of(target)}


def to_docx(job: Job) -> Meta:
    """Operation `docx`, params {format, password?}: another word processor's document as .docx."""
    from . import uno_documents as documents

    document = _load(job)
    if documents.kind_of(document) != "writer":
        raise Refusal("format_mismatch", "The content is not a word processor's document.")
    target = job.out / "document.docx"
    documents.export_docx(document, target)
    job.part("docx", target, _DOCX)
    return {}


def _load(job: Job) -> Any:
    from . import uno_documents as documents

    source = intake.admit(job)
    try:
        document = documents.load(source)
    except Refusal as refusal:
        if refusal.code == "document_corrupt" and source.password and _asks_password(source):
            raise Refusal(*documents.PASSWORD_WRONG) from refusal
        raise
    if documents.kind_of(document) == "calc":
        tables.lay_out(document, bare=source.is_table)
    return document


def _asks_password(source: intake.Source) -> bool:
    """Whether a document needs a password. LibreOffice does not say so about a wrong one."""
    from . import uno_documents as documents

    if containers.is_encrypted_package(source.path):
        return True
    try:
        documents.load(replace(source, password="")).close(True)
    except Refusal as refusal:
        return refusal.code == "password_required"
    return False


if __name__ == "__main__":
    main()
