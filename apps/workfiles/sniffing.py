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
from apps.workfiles.formats import FORMATS, UNREAD, Format

_HEAD_BYTES = 4096
_DIRECTORY_BYTES = 4 * 1024 * 1024
_DWG = re.compile(rb"AC(?:10\d\d|[12]\.\d\d?)\0")
_ZIP64 = 0xFFFFFFFF  # "see the ZIP64 end record" (APPNOTE 4.4.1.4)
_OLE_DIRECTORY_SECTORS = 64
_MAGIC: list[tuple[bytes, str]] = [
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
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
    # An encrypted OOXML package does not say which of the three it is. It comes first: it may
    # hold a WordDocument besides, which tells old versions of Word that they cannot read it.
    ("EncryptedPackage", ("docx", "xlsx", "pptx", "docm", "xlsm", "pptm", "xlsb")),
    ("WordDocument", ("doc", "dot")),
    ("Workbook", ("xls",)),
    ("Book", ("xls",)),
    ("PowerPoint Document", ("ppt", "pps")),
    ("VisioDocument", ("vsd",)),
]
# Formats that no engine reads, by their first bytes.
_UNREAD_MAGIC: list[tuple[bytes, str]] = [
    (b"\xa5\x0f\xf0\x5a", "prt"),
    (b"8BPS", "psd"),
    (b"%!PS", "ps"),
    (b"AT&TFORM", "djvu"),
    (b"ISO-10303-21", "step"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b\x08", "gz"),
    (b"MIME-Version:", "mht"),
]
# A DXF file begins with a section, perhaps after comments (group code 999).
_DXF = re.compile(rb"(?:[ \t]*999[ \t]*\r?\n[^\n]*\n)*[ \t]*0[ \t]*\r?\n[ \t]*SECTION")
# How far to look for the first element of a file that begins like XML.
_PROLOG_BYTES = 128 * 1024
_BLANKS = re.compile(rb"\s*")
_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")


def identify(file: BinaryIO, size: int, extension: str) -> Format:
    """The format of a file: from its bytes, and where those are silent from `extension`.

    Raises DOCUMENT_EMPTY for no bytes, FORMAT_UNRECOGNIZED where neither tells,
    FORMAT_UNSUPPORTED for a known format that no engine reads, and FORMAT_MISMATCH for binary bytes
    under the name of a text format. (seed 001, PUT SourceFile: the detected type wins.)
    """
    if size == 0:
        raise PortalError(ErrorCode.DOCUMENT_EMPTY, at="body")
    extension = extension.lower()
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    candidates = _candidates(file, size, head)
    if not candidates:
        candidates = _from_markup(file, head, extension)
    if candidates:
        return FORMATS[extension if extension in candidates else candidates[0]]
    _refuse_unread(head, extension)
    named = FORMATS.get(extension)
    if named is None or not named.is_textual:
        raise PortalError(
            ErrorCode.FORMAT_UNRECOGNIZED,
            f"The bytes are of no known format and {extension!r} is not the extension of a text "
            "format."
            if extension
            else "The bytes are of no known format, and the call names none.",
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
    for magic, extension in _MAGIC:
        if head.startswith(magic):
            return (extension,)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ("webp",)
    if head[:4] == b"\1\0\0\0" and head[40:44] == b" EMF":
        return ("emf",)
    # Two letters alone may begin any text; what follows them in a bitmap is no text.
    if head.startswith(b"BM") and head[6:10] == bytes(4) and head[15:18] == bytes(3):
        return ("bmp",)
    if head.startswith(b"PK\x03\x04"):
        return _from_zip(file, size, head)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _from_ole(file, size, head)
    if b"%PDF-" in head[:1024]:
        return ("pdf",)
    return _from_text(head)


def _from_text(head: bytes) -> tuple[str, ...]:
    """The text formats that do tell what they are: flat ODF and DXF."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    flat = re.search(rb'office:mimetype="application/vnd\.oasis\.opendocument\.(\w+)"', text)
    if text.startswith(b"<") and flat:
        kind = {b"text": "fodt", b"spreadsheet": "fods", b"presentation": "fodp"}
        return (kind[flat[1]],) if flat[1] in kind else ()
    if _DXF.match(text) or head.startswith(b"AutoCAD Binary DXF"):
        return ("dxf",)
    return ()


def _from_markup(file: BinaryIO, head: bytes, extension: str) -> tuple[str, ...]:
    """What a file is whose first element tells: SVG, and a web page under an office name.

    Word and Excel themselves save such pages; any other page has to be named, as text has.
    """
    if not _in_utf8(head).lstrip().startswith(b"<"):
        return ()
    file.seek(0)
    text = _in_utf8(file.read(_PROLOG_BYTES))
    root = _root_element(text)
    if root == b"svg" or (root is None and extension == "svg"):
        return ("svg",)
    named = FORMATS.get(extension)
    office = ("word", "sheet", "slides")
    is_office = named is not None and named.family in office and not named.is_textual
    if is_office and root is not None and root.lower() == b"html":
        return ("html",)
    return ()


def _in_utf8(text: bytes) -> bytes:
    """The same text in UTF-8 where it is in UTF-16; without a byte order mark."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif text.startswith((b"<\0", b"\0<")):
        encoding = "utf-16-le" if text[1] == 0 else "utf-16-be"
    else:
        return text.removeprefix(b"\xef\xbb\xbf")
    return text.decode(encoding, "ignore").encode("utf-8", "ignore")


def _root_element(text: bytes) -> bytes | None:
    """The local name of the first element; blank where there is none, None where it may be later.

    Goes over each byte once: a file made to be slow is not.
    """
    position = 0
    while True:
        position = _past_blanks(text, position)
        if text.startswith(b"<?", position):
            position = _past(text, b"?>", position)
        elif text.startswith(b"<!--", position):
            position = _past(text, b"-->", position + 4)
        elif text.startswith(b"<!", position):
            position = _past_declaration(text, position)
        else:
            break
        if position < 0:
            return None
    if position >= len(text):
        return None
    root = _ELEMENT.match(text, position)
    return root[1] if root else b""


def _past_blanks(text: bytes, position: int) -> int:
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


def _past(text: bytes, mark: bytes, position: int) -> int:
    """Where a mark ends; -1 where there is none."""
    found = text.find(mark, position)
    return found + len(mark) if found >= 0 else -1


def _past_declaration(text: bytes, position: int) -> int:
    """Where a document type declaration ends, with the declarations in its brackets."""
    end = text.find(b">", position)
    bracket = text.find(b"[", position, end)
    if end < 0 or bracket < 0:
        return end + 1 or -1
    while True:
        bracket = _past(text, b"]", bracket)
        if bracket < 0:
            return -1
        after = _past_blanks(text, bracket)
        if text.startswith(b">", after):
            return after + 1


def _refuse_unread(head: bytes, extension: str) -> None:
    """Raises FORMAT_UNSUPPORTED, by name, for a format that is known and not read."""
    found = "dwg" if _DWG.match(head) else ""
    found = found or next((name for magic, name in _UNREAD_MAGIC if head.startswith(magic)), "")
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        found = "heic"
    found = found or (extension if extension in UNREAD else "")
    if found:
        name, instead = UNREAD[found]
        raise PortalError(
            ErrorCode.FORMAT_UNSUPPORTED,
            f"The file is {name}, which cannot be read here. {instead}",
            at="FileExtension" if found == extension else "",
        )


def _from_zip(file: BinaryIO, size: int, head: bytes) -> tuple[str, ...]:
    stored_type = re.match(
        rb".{30}mimetype(application/vnd\.oasis\.opendocument\.[a-z-]+)", head, re.DOTALL
    )
    if stored_type:
        wanted = stored_type[1].decode()
        if known := tuple(e for e, format in FORMATS.items() if format.media_type == wanted):
            return known
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
    """Entry names of a ZIP central directory (APPNOTE 4.3.12, 4.3.14), at most 4 MiB of it."""
    tail_start = max(0, size - 66_000)
    file.seek(tail_start)
    tail = file.read(66_000)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return []
    length, start = struct.unpack_from("<II", tail, end + 12)
    if _ZIP64 in (length, start):
        end = tail.rfind(b"PK\x06\x06", 0, end)
        if end < 0 or len(tail) < end + 56:
            return []
        length, start = struct.unpack_from("<QQ", tail, end + 40)
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


def _from_ole(file: BinaryIO, size: int, head: bytes) -> tuple[str, ...]:
    """Stream names in the directory of an OLE2 file, sector after sector ([MS-CFB] 2.6)."""
    if len(head) < 512 or head[30] not in (9, 12):
        raise PortalError(
            ErrorCode.DOCUMENT_CORRUPT,
            "The file begins like an OLE2 document, but its head is cut.",
        )
    sector_size = 1 << head[30]
    names: set[str] = set()
    sector = _number(head, 48)
    for _ in range(_OLE_DIRECTORY_SECTORS):
        if (sector + 1) * sector_size >= size:
            break
        file.seek((sector + 1) * sector_size)
        names |= _ole_names(file.read(sector_size))
        sector = _next_ole_sector(file, head, sector_size, sector)
    for stream, extensions in _OLE_STREAMS:
        if stream in names:
            return extensions
    raise PortalError(
        ErrorCode.FORMAT_UNSUPPORTED, "The file is an OLE2 container of an unknown kind."
    )


def _ole_names(directory: bytes) -> set[str]:
    names = set()
    for position in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, position + 64)[0]
        if 2 <= length <= 64:
            raw = directory[position : position + length - 2]
            names.add(raw.decode("utf-16-le", "replace"))
    return names


def _next_ole_sector(file: BinaryIO, head: bytes, sector_size: int, sector: int) -> int:
    """The sector that follows in a chain ([MS-CFB] 2.3): one entry of the allocation table.

    The header tells where the first 109 sectors of that table are, a chain of lists the rest.
    """
    entries = sector_size // 4
    table = sector // entries
    if table < 109:
        at = _number(head, 76 + 4 * table)
    else:
        lists, entry = divmod(table - 109, entries - 1)
        at = _number(head, 68)
        for _ in range(lists):
            at = _number_in(file, (at + 2) * sector_size - 4)
        at = _number_in(file, (at + 1) * sector_size + 4 * entry)
    return _number_in(file, (at + 1) * sector_size + 4 * (sector % entries))


def _number(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 4], "little")


def _number_in(file: BinaryIO, position: int) -> int:
    """Past the end of the file: a number no sector has."""
    file.seek(position)
    return _number(file.read(4).ljust(4, b"\xff"), 0)


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
