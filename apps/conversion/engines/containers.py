"""What a file really is, and whether unpacking it would be reasonable. Standard library only."""

from __future__ import annotations

import mmap
import zipfile
from pathlib import Path
from typing import Literal

from .job import Refusal

Container = Literal["zip", "cfb", "rtf", "xml", "biff", "wmf", "emf"]

MAX_ENTRIES = 10_000
MAX_TOTAL_BYTES = 512 * 1024**2
MAX_ENTRY_BYTES = 256 * 1024**2
MAX_RATIO = 200  # of an entry that inflates to more than this many bytes
_RATIO_MATTERS_FROM = 16 * 1024**2

_SIGNATURES: tuple[tuple[bytes, Container], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cfb"),
    (b"{\\rtf", "rtf"),
    (b"<?xml", "xml"),
    (b"<office:document", "xml"),
    (b"\xd7\xcd\xc6\x9a", "wmf"),
    (b"\x01\x00\x09\x00\x00", "wmf"),
    (b"\x02\x00\x09\x00\x00", "wmf"),
    (b"\x01\x00\x00\x00", "emf"),
    # Excel 2 to 4, before compound files.
    (b"\x09\x00", "biff"),
    (b"\x09\x02", "biff"),
    (b"\x09\x04", "biff"),
)
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_PACKAGE_MARKS = {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"}


def identify(path: Path) -> Container | None:
    """The container format by its first bytes. Raises Refusal(document_empty)."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise Refusal("document_empty", "The file has no bytes.")
    for signature, container in _SIGNATURES:
        if head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(signature):
            return container
    return None


def is_encrypted_package(path: Path) -> bool:
    """Whether a compound file holds an encrypted OOXML package (ECMA-376 agile or standard)."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(_ENCRYPTED_STREAM) >= 0


def check_package(path: Path) -> None:
    """Judge an OOXML or ODF package by its central directory, before anything is inflated.

    Raises Refusal: document_corrupt, format_mismatch or too_large (the sentence names the limit).
    """
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise Refusal(
            "document_corrupt", "The package is damaged: its list of contents cannot be read."
        ) from error
    if len(entries) > MAX_ENTRIES:
        raise Refusal("too_large", f"The package has more than {MAX_ENTRIES} entries.")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise Refusal("too_large", f"The package unpacks to more than {MAX_TOTAL_BYTES} bytes.")
    for entry in entries:
        if entry.file_size > MAX_ENTRY_BYTES:
            raise Refusal("too_large", f"An entry unpacks to more than {MAX_ENTRY_BYTES} bytes.")
        ratio = entry.file_size / max(1, entry.compress_size)
        if entry.file_size > _RATIO_MATTERS_FROM and ratio > MAX_RATIO:
            raise Refusal("too_large", f"An entry unpacks to more than {MAX_RATIO} times its size.")
    if sum(entry.compress_size for entry in entries) > path.stat().st_size:
        raise Refusal("too_large", "Entries of the package overlap.")
    if _PACKAGE_MARKS.isdisjoint(entry.filename for entry in entries):
        raise Refusal("format_mismatch", "The file is a ZIP archive but no office document.")
