"""The office zygote's first documents: they warm LibreOffice up and test it.

LibreOffice writes them itself, once, in a forked child, so that the zygote's heap stays small.
Every child then starts with these filters already loaded. More or bigger files make conversions
slower: each page of memory they leave behind is copied when a child writes to it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import traceback
from pathlib import Path

from . import written_pdf
from .intake import Source

_PAGES = 2
# Format: (factory, filter that writes it).
_FORMATS = {
    "docx": ("swriter", "MS Word 2007 XML"),
    "doc": ("swriter", "MS Word 97"),
    "xlsx": ("scalc", "Calc MS Excel 2007 XML"),
    "xls": ("scalc", "MS Excel 97"),
    "pptx": ("simpress", "Impress MS PowerPoint 2007 XML"),
    "ppt": ("simpress", "MS PowerPoint 97"),
}


def run(directory: Path) -> str | None:
    """Convert one tiny file of each format; a sentence about the first fault, or None.

    `directory` keeps the files between starts.
    """
    if not directory.exists():
        _make_in_child(directory)
    if not directory.exists():
        return "it cannot write the test documents"
    from . import uno_documents

    with tempfile.TemporaryDirectory(prefix="recto-warm-up-") as scratch:
        for form in _FORMATS:
            target = Path(scratch) / f"{form}.pdf"
            document = uno_documents.load(Source(directory / f"two-pages.{form}"))
            counted = uno_documents.count_pages(document)
            uno_documents.export_pdf(document, target, f"1-{_PAGES + 1}")
            document.close(True)
            written = written_pdf.pages_of(target)
            if (counted, written) != (_PAGES, _PAGES):
                return f"{form}: {_PAGES} pages expected, {counted} laid out, {written} written"
    return None


def _make_in_child(directory: Path) -> None:
    child = os.fork()
    if child == 0:
        try:
            _make(directory)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def _make(directory: Path) -> None:
    from . import uno_documents

    unfinished = directory.with_name(f"{directory.name}.{os.getpid()}")
    unfinished.mkdir(parents=True)
    desktop = uno_documents.create("com.sun.star.frame.Desktop")
    hidden = uno_documents.properties(Hidden=True)
    for form, (factory, filter_name) in _FORMATS.items():
        document = desktop.loadComponentFromURL(f"private:factory/{factory}", "_blank", 0, hidden)
        {"swriter": _write_text, "scalc": _write_cells, "simpress": _write_slides}[factory](
            document
        )
        target = unfinished / f"two-pages.{form}"
        document.storeToURL(target.as_uri(), uno_documents.properties(FilterName=filter_name))
    if directory.exists():
        shutil.rmtree(unfinished)
    else:
        unfinished.rename(directory)


def _write_text(document: object) -> None:
    import uno

    text = document.Text  # type: ignore[attr-defined]
    text.setString("First page")
    cursor = text.createTextCursor()
    cursor.gotoEnd(False)
    text.insertControlCharacter(
        cursor, uno.getConstantByName("com.sun.star.text.ControlCharacter.PARAGRAPH_BREAK"), False
    )
    cursor.BreakType = uno.Enum("com.sun.star.style.BreakType", "PAGE_BEFORE")
    text.insertString(cursor, "Second page", False)


def _write_cells(document: object) -> None:
    sheets = document.Sheets  # type: ignore[attr-defined]
    if sheets.Count < _PAGES:
        sheets.insertNewByName("Second", 1)
    for index in range(_PAGES):
        sheets.getByIndex(index).getCellByPosition(0, 0).setString("Cell")
        sheets.getByIndex(index).getCellByPosition(1, 0).setValue(1.5)


def _write_slides(document: object) -> None:
    pages = document.DrawPages  # type: ignore[attr-defined]
    pages.insertNewByIndex(1)
    for index in range(_PAGES):
        shape = document.createInstance("com.sun.star.drawing.TextShape")  # type: ignore[attr-defined]
        pages.getByIndex(index).add(shape)
        shape.setString("Slide")
