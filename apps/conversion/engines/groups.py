"""PDF files of some pages of another: only what these pages show comes along."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from . import outlines, pdf
from .job import Job, Refusal
from .protocol import Meta
from .raster import page_range

# Field attributes a widget may inherit (PDF 32000-1, tables 220, 222, 229 to 232).
_INHERITED = ("/FT", "/Ff", "/V", "/DV", "/DA", "/Q", "/MaxLen", "/Opt", "/TI", "/I")
# Entries that lead away from a page: to article threads and to the structure of all pages.
_LEADING_AWAY = ("/B", "/StructParents", "/AA")
_DEPTH = 32


def group(job: Job) -> Meta:
    """Operation `group`, params {first, last}: these pages as part `group`, for reading by range.

    Form fields, layers and annotations keep their looks, and bookmarks that
    lead to these pages come along; scripts and the structure tree stay behind, so that a group is
    as large as what it shows.
    """
    target = job.out / "group.pdf"
    with open_for_copying(job.source) as source:
        wanted = page_range(job.params, len(source.pages))
        if not wanted:
            raise Refusal("document_corrupt", "The PDF lacks pages that were counted before.")
        write(source, wanted, target)
    job.part("group", target, pdf.MEDIA_TYPE, {"pages": len(wanted)})
    return {"first": wanted.start, "last": wanted.stop - 1}


def open_for_copying(path: Path) -> Any:
    """Open a PDF (pikepdf.Pdf) that needs no password. Raises Refusal."""
    try:
        return pikepdf.open(path)
    except pikepdf.PasswordError as error:
        raise Refusal("password_required", "The PDF asks for a password.") from error
    except pikepdf.PdfError as error:
        raise Refusal("document_corrupt", f"The PDF cannot be read: {error}") from error


def write(source: Any, wanted: Iterable[int], target: Path) -> None:
    """Write pages of an open document to a file. Changes `source` in memory. Raises Refusal."""
    try:
        with pikepdf.new() as document:
            append(document, source, wanted)
            save(document, target)
    except pikepdf.PdfError as error:
        raise Refusal("document_corrupt", f"Pages cannot be copied: {error}") from error


def append(document: Any, source: Any, wanted: Iterable[int]) -> None:
    """Copy pages of an open document to the end of another. Changes `source` in memory."""
    widgets: list[Any] = []
    begin = len(document.pages)
    originals: list[outlines.PageKey] = []
    for index in wanted:
        page = source.pages[index]
        originals.append(page.objgen)
        for key in _LEADING_AWAY:
            if key in page.obj:
                del page.obj[key]
        for annotation in page.obj.get("/Annots", Array()):
            if isinstance(annotation, Dictionary):
                _detach(annotation)
        document.pages.append(page)
    copies = list(document.pages)[begin:]
    for page in copies:
        widgets += [a for a in page.obj.get("/Annots", Array()) if _is_widget(a)]
    pages = {key: page.obj for key, page in zip(originals, copies, strict=True)}
    outlines.copy(document, source, pages)
    _copy_form(document, source, widgets)
    _copy_layers(document, source)


def save(document: Any, target: Path) -> None:
    """Write a document without what its pages do not refer to; the same pages, the same bytes.

    Not linearized: that favours the first page and spreads the page dictionaries over the file.
    In object streams they stand together, so that any page is a few ranges away.
    """
    document.remove_unreferenced_resources()
    document.save(
        target,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
    )


def _is_widget(annotation: Any) -> bool:
    return isinstance(annotation, Dictionary) and annotation.get("/Subtype") == Name.Widget


def _detach(annotation: Any) -> None:
    """Make an annotation stand alone: a form's field tree holds the widgets of every page."""
    for key in ("/P", "/StructParent", "/AA"):
        if key in annotation:
            del annotation[key]
    if not _is_widget(annotation):
        return
    names: list[str] = []
    field = annotation
    for _ in range(_DEPTH):
        if "/T" in field:
            names.append(str(field.T))
        for key in _INHERITED:
            if key in field and key not in annotation:
                annotation[key] = field[key]
        field = field.get("/Parent")
        if not isinstance(field, Dictionary):
            break
    if names:
        annotation.T = pikepdf.String(".".join(reversed(names)))
    if "/Parent" in annotation:
        del annotation["/Parent"]


def _copy_form(document: Any, source: Any, widgets: list[Any]) -> None:
    form = source.Root.get("/AcroForm")
    if not widgets or not isinstance(form, Dictionary):
        return
    if "/AcroForm" not in document.Root:
        kept = {key: form[key] for key in ("/DR", "/DA", "/Q", "/NeedAppearances") if key in form}
        outline = source.make_indirect(Dictionary(kept))
        document.Root.AcroForm = document.copy_foreign(outline)
        document.Root.AcroForm.Fields = Array()
    document.Root.AcroForm.Fields.extend(widgets)


def _copy_layers(document: Any, source: Any) -> None:
    """Which layers are shown is said once for the whole document."""
    layers = source.Root.get("/OCProperties")
    if isinstance(layers, Dictionary) and "/OCProperties" not in document.Root:
        document.Root.OCProperties = document.copy_foreign(source.make_indirect(layers))
