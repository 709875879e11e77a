"""Documents in forms (RFC 7578), written to disk as they come."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

from apps.core.errors import ErrorCode, PortalError

_SCHEMA_BYTES = 256 * 1024
_DRAINED_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Form:
    """What a form brought: the document, and the caller's own field schema."""

    document: UploadedFile[bytes]
    schema: dict[str, Any] | None


class _Bounded(TemporaryFileUploadHandler):
    """One file of each field that is known, up to a size each."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limits = {"document": limit, "schema": _SCHEMA_BYTES}
        self._came: set[str] = set()

    def new_file(self, field_name: str, *details: Any, **more: Any) -> None:
        """Begins a file. Raises INPUT_INVALID for a field that is none of ours."""
        super().new_file(field_name, *details, **more)
        self._limit, self._size = self._limits.get(field_name, 0), 0
        if not self._limit:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                f"The file is in the field {field_name[:80]!r}; it belongs into `document`.",
                at=field_name[:80],
                expected=list(self._limits),
            )
        if field_name in self._came:
            # Before it is written: a form may have a hundred files.
            raise PortalError(
                ErrorCode.INPUT_INVALID, f"Send one `{field_name}` a request.", at=field_name
            )
        self._came.add(field_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Writes a piece. Raises DOCUMENT_TOO_LARGE."""
        self._size += len(raw_data)
        if self._size > self._limit:
            raise PortalError(
                ErrorCode.DOCUMENT_TOO_LARGE,
                f"The file is larger than {self._limit} bytes, the limit here.",
                at=self.field_name or "",
                limit=self._limit,
            )
        super().receive_data_chunk(raw_data, start)


class _Body:
    """A request's body as Django's parser may read it: not by lines, which a chunked one lacks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def read(self, size: int | None = None, /) -> bytes:
        """The next bytes; none at the end."""
        return self._request.read(-1 if size is None else size)


@contextmanager
def read(request: HttpRequest, *, limit: int) -> Iterator[Form]:
    """The form of a request, its files on disk until the end of the block.

    Raises MEDIA_TYPE_UNSUPPORTED for no multipart/form-data, MALFORMED_BODY, INPUT_MISSING without
    a document, INPUT_INVALID, DOCUMENT_TOO_LARGE beyond `limit` bytes.
    """
    files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict()
    try:
        try:
            fields, files = _parse(request, limit)
        except PortalError:
            drain(request)
            raise
        yield Form(_document(fields, files), _schema(fields, files))
    finally:
        for name in files:
            for file in files.getlist(name):
                file.close()


def _parse(
    request: HttpRequest, limit: int
) -> tuple[MultiValueDict[str, str], MultiValueDict[str, UploadedFile[bytes]]]:
    meta = dict(request.META)
    if not str(meta.get("CONTENT_TYPE") or "").lower().startswith("multipart/form-data"):
        raise PortalError(
            ErrorCode.MEDIA_TYPE_UNSUPPORTED,
            "Send the document as multipart/form-data, in the field `document`.",
            at="Content-Type",
        )
    if meta.get("HTTP_TRANSFER_ENCODING"):
        meta["CONTENT_LENGTH"] = str(sys.maxsize)  # it is read until it ends
    body = cast(HttpRequest, _Body(request))  # Django's parser needs no more of it
    try:
        return MultiPartParser(meta, body, [_Bounded(limit)], "utf-8").parse()
    except (MultiPartParserError, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
        raise PortalError(
            ErrorCode.MALFORMED_BODY, f"The form cannot be read: {error}", at="body"
        ) from error


def _document(
    fields: MultiValueDict[str, str], files: MultiValueDict[str, UploadedFile[bytes]]
) -> UploadedFile[bytes]:
    found = files.getlist("document")
    if found:
        return found[0]
    how = "is no file: its part needs a `filename`" if "document" in fields else "is missing"
    raise PortalError(ErrorCode.INPUT_MISSING, f"The field `document` {how}.", at="document")


def _schema(
    fields: MultiValueDict[str, str], files: MultiValueDict[str, UploadedFile[bytes]]
) -> dict[str, Any] | None:
    file = files.get("schema")
    text = file.read() if isinstance(file, UploadedFile) else fields.get("schema", "")
    if not text or not text.strip():
        return None
    try:
        body = json.loads(text)
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise PortalError(
            ErrorCode.INPUT_INVALID, f"`schema` is not JSON: {error}.", at="schema"
        ) from error
    if not isinstance(body, dict):
        raise PortalError(ErrorCode.INPUT_INVALID, "`schema` is not a JSON object.", at="schema")
    return body


def drain(request: HttpRequest) -> None:
    """Reads what is left and forgets it: a caller that is still sending would miss the answer."""
    left = _DRAINED_BYTES
    while left > 0 and (chunk := request.read(256 * 1024)):
        left -= len(chunk)
