"""From the bytes of a request to a checked tree of elements, or a 400, 413 or 415.

Nothing is fetched and nothing expanded: document types are refused, and the limits on bytes,
depth and elements hold while the document arrives, before a tree of it exists.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from email.message import Message
from typing import Protocol

from lxml import etree

from apps.core.errors import ErrorCode, PortalError

MEDIA_TYPES = ("application/xml", "text/xml")
_CHUNK_BYTES = 16 * 1024
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Python's names of the encodings that are read, and libxml2's.
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16LE",
    "utf-16-be": "UTF-16BE",
    "iso8859-1": "ISO-8859-1",
    "ascii": "US-ASCII",
    "cp1252": "windows-1252",
}


class Readable(Protocol):
    """A stream of bytes, such as a request."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document may be: its bytes, its elements, and how deep they nest."""

    bytes: int
    elements: int
    depth: int


def read(
    stream: Readable, *, limits: Limits, content_type: str, content_length: int | None = None
) -> etree._Element:
    """The root element of the document in `stream`.

    Raises MEDIA_TYPE_UNSUPPORTED; DOCUMENT_TOO_LARGE, from the announced length without reading
    anything; MALFORMED_BODY with `line` for what is no XML, has a document type, or is too deep.
    """
    charset = _charset(content_type)
    if content_length is not None and content_length > limits.bytes:
        raise _too_large(limits.bytes)
    first = stream.read(_CHUNK_BYTES)
    if not first.strip():
        raise PortalError(ErrorCode.MALFORMED_BODY, "The body is empty; it must be XML.", at="body")
    reader = _Reader(limits, None if first.startswith(_BOMS) else charset)
    chunk, size = first, 0
    while chunk:
        size += len(chunk)
        if size > limits.bytes:
            raise _too_large(limits.bytes)
        reader.feed(chunk)
        chunk = stream.read(_CHUNK_BYTES)
    return reader.close()


class _Reader:
    """lxml's incremental parser with every door shut, counting what comes in."""

    def __init__(self, limits: Limits, charset: str | None) -> None:
        self._limits = limits
        self._depth = self._elements = 0
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            encoding=charset,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
        )

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes. Raises what is wrong with what came so far."""
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            self._count()
            raise self._malformed(error) from error
        self._count()

    def close(self) -> etree._Element:
        """The root element, at the end of the bytes."""
        try:
            root: etree._Element = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._malformed(error) from error
        self._count()
        return root

    def _count(self) -> None:
        for event, element in self._parser.read_events():
            if event == "start":
                self._begin(element)
            else:
                self._depth -= 1

    def _begin(self, element: etree._Element) -> None:
        if not self._elements and element.getroottree().docinfo.internalDTD is not None:
            raise PortalError(
                ErrorCode.MALFORMED_BODY,
                "The document has a document type (DTD); DTDs and entities are refused.",
                at="body",
                line=1,
            )
        self._depth += 1
        self._elements += 1
        if self._depth > self._limits.depth:
            raise PortalError(
                ErrorCode.MALFORMED_BODY,
                f"The elements nest deeper than {self._limits.depth}, the limit here.",
                at="body",
                line=element.sourceline,
            )
        if self._elements > self._limits.elements:
            raise PortalError(
                ErrorCode.DOCUMENT_TOO_LARGE,
                f"The document has more than {self._limits.elements} elements, the limit here.",
                at="body",
                limit=self._limits.elements,
            )

    def _malformed(self, error: etree.XMLSyntaxError) -> PortalError:
        """The first fault that libxml2 noted: what it raises at the end is often its echo."""
        noted = self._parser.feed_error_log
        text, line = (noted[0].message, noted[0].line) if len(noted) else (error.msg, error.lineno)
        return PortalError(
            ErrorCode.MALFORMED_BODY,
            f"The body is not well-formed XML: {text} (line {line}).",
            at="body",
            line=line,
        )


def _charset(content_type: str) -> str | None:
    """The encoding that the header names: it goes before that of the XML declaration (RFC 7303)."""
    message = Message()
    message["Content-Type"] = content_type
    if not content_type or message.get_content_type() not in MEDIA_TYPES:
        raise PortalError(
            ErrorCode.MEDIA_TYPE_UNSUPPORTED,
            f"The Content-Type is {content_type or 'missing'!r}; send application/xml.",
            at="Content-Type",
            expected=list(MEDIA_TYPES),
        )
    charset = message.get_param("charset")
    if charset is None:
        return None
    try:
        return _ENCODINGS[codecs.lookup(str(charset)).name]
    except (LookupError, ValueError):
        raise PortalError(
            ErrorCode.MEDIA_TYPE_UNSUPPORTED,
            f"The charset {charset!r} is not supported; send utf-8.",
            at="Content-Type",
        ) from None


def _too_large(limit: int) -> PortalError:
    return PortalError(
        ErrorCode.DOCUMENT_TOO_LARGE,
        f"The body is larger than {limit} bytes, the limit here.",
        at="body",
        limit=limit,
    )
