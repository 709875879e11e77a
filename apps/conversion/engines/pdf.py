"""PDF files by PDFium: open, describe, hand on."""

from __future__ import annotations

import ctypes
import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from .job import Job, Refusal
from .protocol import Meta

MEDIA_TYPE = "application/pdf"
_LONG_LIST = 64
_MAX_SIZES = 1500
_MAX_PAGES = 100_000

# PDF 32000-1, table 22; a set bit allows.
_PERMISSIONS = {
    "print": 1 << 2,
    "modify": 1 << 3,
    "copy": 1 << 4,
    "annotate": 1 << 5,
    "fill_forms": 1 << 8,
    "extract_for_accessibility": 1 << 9,
    "assemble": 1 << 10,
    "print_in_high_quality": 1 << 11,
}


def open_pdf(path: Path, password: str | None = None) -> Any:
    """Open a PDF (pypdfium2.PdfDocument). Raises Refusal with the reason."""
    require_signature(path)
    try:
        document = pypdfium2.PdfDocument(path, password=password or None)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            if password:
                raise Refusal("password_wrong", "The password does not open the PDF.") from error
            raise Refusal("password_required", "The PDF asks for a password.") from error
        if error.err_code == pdfium.FPDF_ERR_SECURITY:
            raise Refusal(
                "format_unsupported", "The PDF is encrypted in an unknown way."
            ) from error
        raise Refusal("document_corrupt", "The PDF is damaged beyond repair.") from error
    if len(document) > _MAX_PAGES:
        raise Refusal("too_large", f"More than {_MAX_PAGES} pages.")
    return document


def require_signature(path: Path) -> None:
    """Refuse an empty file and one without a PDF header in its first KiB (Adobe's tolerance)."""
    with path.open("rb") as file:
        head = file.read(1024 + 8)
    if not head:
        raise Refusal("document_empty", "The file has no bytes.")
    if b"%PDF-" not in head:
        raise Refusal("format_mismatch", "The file has no PDF header.")


def page_sizes(document: Any) -> list[list[float]]:
    """[width, height] of each page in points, rotation and crop box applied.

    More than a few pages are run-length encoded: [width, height, count].
    """
    size = pdfium.FS_SIZEF()
    sizes: list[tuple[float, float]] = []
    for index in range(len(document)):
        pdfium.FPDF_GetPageSizeByIndexF(document, index, ctypes.byref(size))
        sizes.append((round(size.width, 2), round(size.height, 2)))
    if len(sizes) <= _LONG_LIST:
        return [list(size) for size in sizes]
    return [[*size, len(list(run))] for size, run in groupby(sizes)]


def describe(document: Any) -> Meta:
    """Pages, sizes, title, encryption and permissions, as `inspect` answers them."""
    security = pdfium.FPDF_GetSecurityHandlerRevision(document)
    allowed = pdfium.FPDF_GetDocPermissions(document)
    return {
        "pages": len(document),
        "sizes": page_sizes(document),
        "title": document.get_metadata_value("Title").strip("\0 ")[:500],
        "encrypted": security != -1,
        "permissions": {name: bool(allowed & bit) for name, bit in _PERMISSIONS.items()},
        "form": document.get_formtype() != pdfium.FORMTYPE_NONE,
    }


def inspect(job: Job) -> Meta:
    """Operation `inspect`, params {password?}. Very uneven page sizes go into out/sizes.json."""
    with open_pdf(job.source, job.params.get("password")) as document:
        return shortened(job, describe(document))


def shortened(job: Job, meta: Meta) -> Meta:
    """The same meta with an over-long list of sizes moved to `sizes_file`."""
    if len(meta["sizes"]) <= _MAX_SIZES:
        return meta
    (job.out / "sizes.json").write_text(json.dumps(meta["sizes"], separators=(",", ":")))
    return {**meta, "sizes": meta["sizes"][:_LONG_LIST], "sizes_file": "out/sizes.json"}


def pass_through(job: Job) -> Meta:
    """A PDF as it is; opened with a password, a decrypted copy."""
    password = job.params.get("password")
    try:
        with open_pdf(job.source, password) as document:
            meta = describe(document)
    except Refusal as refusal:
        # PDFium does not know every cipher that qpdf knows.
        if refusal.code != "password_wrong":
            raise
        with open_pdf(_decrypted(job, password)) as document:
            meta = describe(document) | {"encrypted": True}
    if not (meta["encrypted"] and password):
        job.part("whole", None, MEDIA_TYPE, {"same_as_source": True, "pages": meta["pages"]})
        return shortened(job, meta)
    job.part("whole", _decrypted(job, password), MEDIA_TYPE, {"pages": meta["pages"]})
    return shortened(job, meta)


def _decrypted(job: Job, password: Any) -> Path:
    target = job.out / "whole.pdf"
    if target.exists():
        return target
    try:
        with pikepdf.open(job.source, password=password) as encrypted:
            encrypted.save(target)
    except pikepdf.PasswordError as error:
        raise Refusal("password_wrong", "The password does not open the PDF.") from error
    except pikepdf.PdfError as error:
        raise Refusal("document_corrupt", f"The PDF cannot be decrypted: {error}") from error
    return target


def deliver(job: Job, whole: Path) -> Meta:
    """Report a PDF that this engine made as part `whole`; returns its description."""
    with open_pdf(whole) as document:
        meta = describe(document)
    job.part("whole", whole, MEDIA_TYPE, {"pages": meta["pages"]})
    return shortened(job, meta)


def load_page(document: Any, index: int) -> Any:
    """Page `index`. Raises Refusal when its part of the file is damaged."""
    try:
        return document[index]
    except pypdfium2.PdfiumError as error:
        raise Refusal("document_corrupt", f"Page {index} cannot be loaded.") from error
