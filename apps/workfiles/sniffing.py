"""What a file is, told from its bytes.

This is the one place outside the jailed engine that looks into an untrusted file, so it never
parses content: it compares magic numbers and reads names out of two directory structures, the
ZIP central directory and the OLE2 directory sectors, with hard bounds on each.
"""

from __future__ import annotations

import re
import struct
from typing import BinaryIO

from apps.core.errors import ErrorCode, PortalError
from apps.workfiles.formats import FORMATS, Format

_HEAD_BYTES = 4096
_DIRECTORY_BYTES = 4 * 1024 * 1024
_MAGIC: list[tuple[bytes, str]] = [
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
    (b"BM", "bmp"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (b"\0\0\x01\0", "ico"),
    (b"{\\rtf", "rtf"),
    (b"\xd7\xcd\xc6\x9a", "wmf"),
    (b"\x01\0\x09\0\0\x03", "wmf"),
]
# Which part inside an OOXML package tells what it is, and the extensions it may have.
_PACKAGE_PARTS: list[tuple[str, tuple[str, ...]]] = [
    ("word/document", ("docx", "dotx", "docm")),
    ("xl/workbook.bin", ("xlsb",)),
    ("xl/workbook", ("xlsx", "xltx", "xlsm")),
    ("ppt/presentation", ("pptx", "ppsx", "pptm")),
    ("visio/document", ("vsdx",)),
    # Producers may name the parts freely; the folder is the next best sign.
    ("word/", ("docx", "dotx", "docm")),
    ("xl/", ("xlsx", "xltx", "xlsm")),
    ("ppt/", ("pptx", "ppsx", "pptm")),
]
_OLE_STREAMS: list[tuple[str, tuple[str, ...]]] = [
    ("WordDocument", ("doc", "dot")),
    ("Workbook", ("xls",)),
    ("Book", ("xls",)),
    ("PowerPoint Document", ("ppt", "pps")),
    ("VisioDocument", ("vsd",)),
    # An encrypted OOXML package does not say which of the three it is.
    ("EncryptedPackage", ("docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "xlsb")),
]


def identify(file: BinaryIO, size: int, extension: str) -> Format:
    """The format of a file: from its bytes, and where those are silent from `extension`.

    Raises DOCUMENT_EMPTY for no bytes, FORMAT_UNRECOGNIZED where neither tells,
    FORMAT_UNSUPPORTED for a known extension no engine reads, and FORMAT_MISMATCH for binary bytes
    under the name of a text format. (seed 001, PUT SourceFile: the detected type wins.)
    """
    if size == 0:
        raise PortalError(ErrorCode.DOCUMENT_EMPTY)
    extension = extension.lower()
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    candidates = _candidates(file, size, head)
    if candidates:
        return FORMATS[extension if extension in candidates else candidates[0]]
    named = FORMATS.get(extension)
    if named is None or not named.is_textual:
        raise PortalError(
            ErrorCode.FORMAT_UNRECOGNIZED,
            f"The bytes are of no known format and {extension!r} is not the extension of a text "
            "format."
            if extension
            else "The bytes are of no known format and no FileExtension was given.",
            at="FileExtension",
        )
    if _is_binary(head):
        raise PortalError(
            ErrorCode.FORMAT_MISMATCH,
            f"The file is named as {extension!r}, a text format, but holds binary data.",
            at="FileExtension",
        )
    return named


def _candidates(file: BinaryIO, size: int, head: bytes) -> tuple[str, ...]:
    """The extensions that fit the bytes, the likeliest first; none where they do not tell."""
    if b"%PDF-" in head[:1024]:
        return ("pdf",)
    for magic, extension in _MAGIC:
        if head.startswith(magic):
            return (extension,)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ("webp",)
    if head[40:44] == b" EMF":
        return ("emf",)
    if head.startswith(b"PK\x03\x04"):
        return _from_zip(file, size, head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _from_ole(file, head)
    return _from_text(head)


def _from_text(head: bytes) -> tuple[str, ...]:
    """The text formats that do tell what they are: SVG, flat ODF and DXF."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        root = re.search(rb"<(?:\w+:)?(svg|html|document)[\s>]", text)
        if root and root[1] == b"svg":
            return ("svg",)
        flat = re.search(rb'office:mimetype="application/vnd\.oasis\.opendocument\.(\w+)"', text)
        if flat:
            kind = {b"text": "fodt", b"spreadsheet": "fods", b"presentation": "fodp"}
            return (kind[flat[1]],) if flat[1] in kind else ()
    if re.match(rb"(999\s*\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION", text):
        return ("dxf",)
    if head.startswith(b"AutoCAD Binary DXF"):
        return ("dxf",)
    return ()


def _from_zip(file: BinaryIO, size: int, head: bytes) -> tuple[str, ...]:
    stored_type = re.match(
        rb".{30}mimetype(application/vnd\.oasis\.opendocument\.[a-z-]+)", head, re.DOTALL
    )
    if stored_type:
        wanted = stored_type[1].decode()
        return tuple(e for e, known in FORMATS.items() if known.media_type == wanted)
    names = _zip_names(file, size)
    for part, extensions in _PACKAGE_PARTS:
        if any(name.startswith(part) for name in names):
            return extensions
    if names:
        raise PortalError(
            ErrorCode.FORMAT_UNSUPPORTED,
            "The file is a ZIP archive that holds no document of a known kind.",
        )
    raise PortalError(
        ErrorCode.DOCUMENT_CORRUPT,
        "The file begins like a ZIP package (docx, xlsx, pptx, odt ...) but its directory at the "
        "end is missing: it was probably cut off on its way.",
    )


def _zip_names(file: BinaryIO, size: int) -> list[str]:
    """Entry names of a ZIP central directory (APPNOTE 4.3.12), at most 4 MiB of it."""
    tail_start = max(0, size - 66_000)
    file.seek(tail_start)
    tail = file.read(66_000)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return []
    length, start = struct.unpack_from("<II", tail, end + 12)
    # Bytes put before the archive move everything; the directory ends where its end record starts.
    start = min(start, max(0, tail_start + end - length))
    file.seek(start)
    directory = file.read(min(length, _DIRECTORY_BYTES))
    names, position = [], 0
    while directory[position : position + 4] == b"PK\x01\x02" and position + 46 <= len(directory):
        name, extra, comment = struct.unpack_from("<HHH", directory, position + 28)
        names.append(directory[position + 46 : position + 46 + name].decode("utf-8", "replace"))
        position += 46 + name + extra + comment
    return names


def _from_ole(file: BinaryIO, head: bytes) -> tuple[str, ...]:
    """Stream names in the first directory sectors of an OLE2 file ([MS-CFB] 2.6)."""
    sector_size = 1 << min(struct.unpack_from("<H", head, 30)[0], 12)
    first = struct.unpack_from("<I", head, 48)[0]
    file.seek((first + 1) * sector_size)
    names = set()
    directory = file.read(16 * sector_size)
    for position in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, position + 64)[0]
        if 2 <= length <= 64:
            raw = directory[position : position + length - 2]
            names.add(raw.decode("utf-16-le", "replace"))
    for stream, extensions in _OLE_STREAMS:
        if stream in names:
            return extensions
    # Directory sectors may be scattered; then the names stand elsewhere in the file.
    raise PortalError(
        ErrorCode.FORMAT_UNSUPPORTED, "The file is an OLE2 container of an unknown kind."
    )


def _is_binary(head: bytes) -> bool:
    """NUL bytes are no text, unless half of all bytes are NUL: that is UTF-16."""
    zeros = head.count(0)
    return (
        zeros > 0
        and not 0.2 < zeros / len(head) < 0.6
        and head[:2]
        not in (
            b"\xff\xfe",
            b"\xfe\xff",
        )
    )
