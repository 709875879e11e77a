"""Documents in a LibreOffice that runs in this process: load, export, ask.

Importing this module needs that LibreOffice already (see lok.run).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.task import XInteractionHandler2

from .intake import Source
from .job import Refusal
from .protocol import FailureCode

Kind = Literal["writer", "calc", "impress", "draw"]

_NEVER_EXECUTE, _NO_UPDATE = 0, 0  # document.MacroExecMode, document.UpdateDocMode
_SERVICES: tuple[tuple[str, Kind], ...] = (
    ("com.sun.star.sheet.SpreadsheetDocument", "calc"),
    ("com.sun.star.presentation.PresentationDocument", "impress"),
    ("com.sun.star.drawing.DrawingDocument", "draw"),
)
_MAX_STYLES = 5_000
# What LibreOffice calls the standards for PDF files (SelectPdfVersion).
PDF_VERSIONS = {"a-2b": 2}

PASSWORD_REQUIRED: tuple[FailureCode, str] = (
    "password_required",
    "The document asks for a password.",
)
PASSWORD_WRONG: tuple[FailureCode, str] = (
    "password_wrong",
    "The password does not open the document.",
)


def properties(**values: Any) -> tuple[Any, ...]:
    """UNO property values from keyword arguments."""
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def create(service: str, *arguments: Any) -> Any:
    """An instance of a UNO service; with arguments, its named constructor's way."""
    context = uno.getComponentContext()
    manager = context.ServiceManager
    if arguments:
        return manager.createInstanceWithArgumentsAndContext(service, arguments, context)
    return manager.createInstanceWithContext(service, context)


class _Questions(unohelper.Base, XInteractionHandler2):  # type: ignore[misc]
    """Declines every question of a load and remembers which kind was asked.

    Python cannot read the question itself, only the answers it offers.
    """

    def __init__(self) -> None:
        self.password = self.broken = self.filter_options = False

    def handle(self, request: Any) -> None:
        self.handleInteractionRequest(request)

    def handleInteractionRequest(self, request: Any) -> bool:
        offered = request.getContinuations()
        names = " ".join(str(answer) for answer in offered)
        if "XInteractionPassword" in names:
            self.password = True
        elif "XInteractionFilterOptions" in names:
            self.filter_options = True
        elif "XInteractionApprove" in names and "XInteractionDisapprove" in names:
            self.broken = True
        for answer in offered:
            if "XInteractionAbort" in str(answer):
                answer.select()
                break
        return True


def load(source: Source) -> Any:
    """Open a document without view, macros, links or locks. Raises Refusal with the reason."""
    questions = _Questions()
    arguments: dict[str, Any] = {
        "Hidden": True,
        "ReadOnly": not source.filter_name,
        "MacroExecutionMode": _NEVER_EXECUTE,
        "UpdateDocMode": _NO_UPDATE,
    }
    if source.filter_name:
        # No handler: it would be asked for the options although they are here.
        arguments |= {"FilterName": source.filter_name, "FilterOptions": source.options}
    else:
        arguments["InteractionHandler"] = questions
    if source.password:
        arguments["Password"] = source.password
    desktop = create("com.sun.star.frame.Desktop")
    reason = "LibreOffice finds no document in it."
    document = None
    try:
        url = source.path.as_uri()
        document = desktop.loadComponentFromURL(url, "_blank", 0, properties(**arguments))
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if document is not None:
        return document
    if questions.password:
        raise Refusal(*(PASSWORD_WRONG if source.password else PASSWORD_REQUIRED))
    if questions.filter_options:
        raise Refusal("format_mismatch", "The content is not what the format says.")
    if questions.broken:
        reason = "The package is broken."
    raise Refusal("document_corrupt", reason)


def kind_of(document: Any) -> Kind:
    for service, kind in _SERVICES:
        if document.supportsService(service):
            return kind
    return "writer"


def count_pages(document: Any) -> int:
    """Pages that an export would have without a limit. Lays the document out."""
    return int(document.getRendererCount(document, ()))


def export_pdf(document: Any, target: Path, pages: str, standard: str = "") -> None:
    """Write pages ("1", "1-2000") as PDF, or by a standard of PDF_VERSIONS. Raises Refusal."""
    version = {"SelectPdfVersion": PDF_VERSIONS[standard]} if standard else {}
    options = properties(PageRange=pages, **version)
    data = uno.Any("[]com.sun.star.beans.PropertyValue", options)
    _store(document, target, FilterName=f"{kind_of(document)}_pdf_Export", FilterData=data)


def export_docx(document: Any, target: Path) -> None:
    """Write a Writer document as .docx. Raises Refusal."""
    _store(document, target, FilterName="MS Word 2007 XML")


def _store(document: Any, target: Path, **filter_arguments: Any) -> None:
    try:
        document.storeToURL(target.as_uri(), properties(**filter_arguments))
    except Exception as error:
        raise Refusal(
            "document_corrupt", f"LibreOffice cannot lay it out: {error}"[:500]
        ) from error
    if not target.exists() or not target.stat().st_size:
        raise Refusal("document_corrupt", "LibreOffice wrote nothing.")


def title(document: Any) -> str:
    return str(document.DocumentProperties.Title)[:500]


def set_locale(locale: str) -> None:
    """The locale of new formats and of paper: "en-GB" gives A4, "en-US" Letter."""
    provider = create("com.sun.star.configuration.ConfigurationProvider")
    access = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationUpdateAccess",
        properties(nodepath="/org.openoffice.Setup/L10N"),
    )
    access.setPropertyValue("ooSetupSystemLocale", locale)
    access.commitChanges()


def requested_fonts(document: Any, seconds: float) -> set[str]:
    """Names of the western fonts that the document uses, as far as `seconds` allow."""
    until = time.monotonic() + seconds
    names: set[str] = set()
    sources = {"writer": _writer_texts, "calc": _calc_texts}.get(kind_of(document), _slide_texts)
    with contextlib.suppress(Exception):
        for count, text in enumerate(sources(document)):
            if count > _MAX_STYLES or time.monotonic() > until:
                break
            with contextlib.suppress(Exception):
                names.add(str(text.getPropertyValue("CharFontName")))
    return names - {""}


def _writer_texts(document: Any) -> Iterator[Any]:
    for family in ("ParagraphStyles", "CharacterStyles"):
        yield from document.AutoStyles.getByName(family)
        for style in document.StyleFamilies.getByName(family):
            if style.isInUse():
                yield style


def _calc_texts(document: Any) -> Iterator[Any]:
    for sheet in document.Sheets:
        yield from sheet.UniqueCellFormatRanges


def _slide_texts(document: Any) -> Iterator[Any]:
    for page in document.DrawPages:
        for shape in page:
            yield from _shape_texts(shape)


def _shape_texts(shape: Any) -> Iterator[Any]:
    if shape.supportsService("com.sun.star.drawing.GroupShape"):
        for inner in shape:
            yield from _shape_texts(inner)
    elif hasattr(shape, "createEnumeration"):
        for paragraph in shape:
            yield from paragraph
