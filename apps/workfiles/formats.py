"""The document formats the portal knows, by file extension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["word", "sheet", "slides", "drawing", "pdf", "image", "text", "html", "svg", "dxf"]


@dataclass(frozen=True, slots=True)
class Format:
    """One document format. `extension` is lower case, without a period."""

    extension: str
    media_type: str
    family: Family

    @property
    def is_textual(self) -> bool:
        """Whether the bytes alone do not tell the format, so that a caller must name it."""
        return self.family in {"text", "html"} or self.extension == "csv"


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_ROWS: list[tuple[Family, str, str]] = [
    ("word", "docx", f"{_OOXML}.wordprocessingml.document"),
    ("word", "dotx", f"{_OOXML}.wordprocessingml.template"),
    ("word", "docm", "application/vnd.ms-word.document.macroEnabled.12"),
    ("word", "doc", "application/msword"),
    ("word", "dot", "application/msword"),
    ("word", "rtf", "application/rtf"),
    ("word", "odt", f"{_ODF}.text"),
    ("word", "ott", f"{_ODF}.text-template"),
    ("word", "fodt", f"{_ODF}.text-flat-xml"),
    ("sheet", "xlsx", f"{_OOXML}.spreadsheetml.sheet"),
    ("sheet", "xltx", f"{_OOXML}.spreadsheetml.template"),
    ("sheet", "xlsm", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    ("sheet", "xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"),
    ("sheet", "xls", "application/vnd.ms-excel"),
    ("sheet", "ods", f"{_ODF}.spreadsheet"),
    ("sheet", "fods", f"{_ODF}.spreadsheet-flat-xml"),
    ("sheet", "csv", "text/csv"),
    ("slides", "pptx", f"{_OOXML}.presentationml.presentation"),
    ("slides", "ppsx", f"{_OOXML}.presentationml.slideshow"),
    ("slides", "pptm", "application/vnd.ms-powerpoint.presentation.macroEnabled.12"),
    ("slides", "ppt", "application/vnd.ms-powerpoint"),
    ("slides", "pps", "application/vnd.ms-powerpoint"),
    ("slides", "odp", f"{_ODF}.presentation"),
    ("slides", "fodp", f"{_ODF}.presentation-flat-xml"),
    ("drawing", "odg", f"{_ODF}.graphics"),
    ("drawing", "vsdx", "application/vnd.ms-visio.drawing"),
    ("drawing", "vsd", "application/vnd.visio"),
    ("drawing", "wmf", "image/wmf"),
    ("drawing", "emf", "image/emf"),
    ("pdf", "pdf", "application/pdf"),
    ("image", "png", "image/png"),
    ("image", "jpg", "image/jpeg"),
    ("image", "jpeg", "image/jpeg"),
    ("image", "gif", "image/gif"),
    ("image", "bmp", "image/bmp"),
    ("image", "tif", "image/tiff"),
    ("image", "tiff", "image/tiff"),
    ("image", "webp", "image/webp"),
    ("image", "jp2", "image/jp2"),
    ("image", "ico", "image/vnd.microsoft.icon"),
    ("svg", "svg", "image/svg+xml"),
    ("dxf", "dxf", "image/vnd.dxf"),
    ("html", "html", "text/html"),
    ("html", "htm", "text/html"),
    ("html", "xhtml", "application/xhtml+xml"),
    ("text", "txt", "text/plain"),
    ("text", "log", "text/plain"),
    ("text", "md", "text/markdown"),
    ("text", "asciidoc", "text/asciidoc"),
    ("text", "json", "application/json"),
    ("text", "xml", "application/xml"),
]
FORMATS: dict[str, Format] = {
    extension: Format(extension, media_type, family) for family, extension, media_type in _ROWS
}
# Formats that are known by name and read by no engine: what they are, and what to send instead.
_CAD = "Save it as DXF or PDF in the program that made it."
_PICTURE = "Save it as PNG, JPEG or PDF."
_ARCHIVE = "Unpack it and send the documents in it."
UNREAD: dict[str, tuple[str, str]] = {
    "dwg": ("an AutoCAD drawing (DWG)", _CAD),
    "dwf": ("an Autodesk design file (DWF)", _CAD),
    "dgn": ("a MicroStation drawing (DGN)", _CAD),
    "prt": ("a CAD part (PRT)", _CAD),
    "sldprt": ("a SolidWorks part", _CAD),
    "slddrw": ("a SolidWorks drawing", _CAD),
    "ipt": ("an Inventor part", _CAD),
    "idw": ("an Inventor drawing", _CAD),
    "rvt": ("a Revit model", _CAD),
    "skp": ("a SketchUp model", _CAD),
    "step": ("a CAD model (STEP)", _CAD),
    "stp": ("a CAD model (STEP)", _CAD),
    "iges": ("a CAD model (IGES)", _CAD),
    "igs": ("a CAD model (IGES)", _CAD),
    "psd": ("a Photoshop picture (PSD)", _PICTURE),
    "heic": ("a picture in HEIC or AVIF", _PICTURE),
    "avif": ("a picture in HEIC or AVIF", _PICTURE),
    "ps": ("a PostScript file", "Convert it to PDF."),
    "eps": ("a PostScript file", "Convert it to PDF."),
    "djvu": ("a DjVu document", "Convert it to PDF."),
    "epub": ("an electronic book (EPUB)", "Convert it to PDF."),
    "mht": ("a saved web page (MHTML)", "Save it as PDF or as HTML."),
    "mhtml": ("a saved web page (MHTML)", "Save it as PDF or as HTML."),
    "msg": ("an Outlook message", "Save it as PDF."),
    "eml": ("an e-mail message", "Save it as PDF."),
    "pages": ("an Apple Pages document", "Export it as PDF or Word document."),
    "numbers": ("an Apple Numbers document", "Export it as PDF or Excel workbook."),
    "key": ("an Apple Keynote presentation", "Export it as PDF or PowerPoint presentation."),
    "rar": ("an archive (RAR)", _ARCHIVE),
    "7z": ("an archive (7z)", _ARCHIVE),
    "gz": ("an archive (gzip)", _ARCHIVE),
}
