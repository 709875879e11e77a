"""PrizmDoc's JSON of viewing packages and of processes.

Source: seed 002; CONTRACT section 1 ("Processes", "v3 packages"). Ids of packages are what RFC 3986
calls unreserved characters, so that they stand in a path as they are.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.prizmdoc import bodies, wire
from apps.dialects.prizmdoc.errors import V2_SPELLINGS, header_text
from apps.viewing.packages import ViewingPackage, Wanted
from apps.viewing.processes import Process, Progress

Json = dict[str, Any]
ID_PATTERN = r"^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,255}$"
LIFETIME_PATTERN = r"^(forever|[1-9][0-9]{0,5}[smhd])$"
FOREVER = "forever"
DEFAULT_LIFETIME = "1d"
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_MOST = timedelta(days=3650)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_MOST_HEADERS = 20


def parse_v3(body: Json) -> Wanted:
    """The body of POST /v3/viewingPackageCreators. Raises INPUT_MISSING, INPUT_INVALID."""
    bodies.require_choice(body, "input.source.type", "workFile")
    file_id = bodies.require_text(body, "input.source.fileId")
    id = package_id(body, "input.packageId")
    path = "input.lifetimeAfterLastUse"
    lifetime = bodies.optional_text(body, path) or DEFAULT_LIFETIME
    return Wanted(
        id,
        parse_lifetime(lifetime, path),
        file_id=file_id,
        password=bodies.optional_text(body, "input.source.password"),
        echo={
            "source": {"type": "workFile", "fileId": file_id},
            "packageId": id,
            "lifetimeAfterLastUse": lifetime,
        },
    )


def parse_v2(body: Json) -> Wanted:
    """The body of POST /v2/viewingPackageCreators (PAS). Raises INPUT_MISSING, INPUT_INVALID.

    The storage of `type` "document" is that of work files: its `fileName` is a `fileId`.
    """
    kind = bodies.require_choice(body, "input.source.type", "upload", "document", "url")
    id = package_id(body, "input.source.documentId")
    source: Json = {"type": kind, "documentId": id}
    named = {"document": "fileName", "url": "url"}.get(kind, "")
    if named:
        source[named] = bodies.require_text(body, f"input.source.{named}")
    extension = bodies.optional_extension(body, "input.source.fileExtension")
    source |= {"fileExtension": extension} if extension else {}
    seconds = bodies.optional_whole(
        body, "input.viewingPackageLifetime", default=86400, most=int(_MOST.total_seconds())
    )
    return Wanted(
        id,
        timedelta(seconds=seconds),
        file_id=source.get("fileName", ""),
        source_url=source.get("url", ""),
        extension=extension,
        headers=parse_headers(body, "input.source.headers"),
        password=bodies.optional_text(body, "input.source.password"),
        echo={"source": source, "viewingPackageLifetime": seconds},
    )


def package_id(body: Json, path: str) -> str:
    """The required id of a package. Raises INPUT_MISSING, INPUT_INVALID."""
    value = bodies.require_text(body, path)
    if not re.fullmatch(ID_PATTERN, value):
        raise bodies.invalid(path, value, {"type": "string", "pattern": ID_PATTERN})
    return value


def optional_id(body: Json, path: str) -> str:
    """The same, blank where there is none."""
    return package_id(body, path) if bodies.optional_text(body, path) else ""


def parse_lifetime(text: str, at: str) -> timedelta | None:
    """`lifetimeAfterLastUse`: a number with s, m, h or d, or "forever", which is None."""
    if text == FOREVER:
        return None
    if not re.fullmatch(LIFETIME_PATTERN, text):
        raise bodies.invalid(at, text, {"type": "string", "pattern": LIFETIME_PATTERN})
    return min(timedelta(seconds=int(text[:-1]) * _UNITS[text[-1]]), _MOST)


def lifetime(value: timedelta | None) -> str:
    """A lifetime as it is written, in the largest unit that it is a multiple of."""
    if value is None:
        return FOREVER
    seconds = round(value.total_seconds())
    unit = next(unit for unit, length in _UNITS.items() if seconds % length == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def parse_headers(body: Json, path: str) -> dict[str, str]:
    """Request headers for fetching a URL. Raises INPUT_INVALID."""
    headers = bodies.optional_object(body, path)
    for name, value in headers.items():
        sound = isinstance(value, str) and len(value) < 4000 and value == header_text(value)
        if not sound or not _HEADER_NAME.fullmatch(name) or len(headers) > _MOST_HEADERS:
            expected = {"type": "object", "additionalProperties": {"type": "string"}}
            raise bodies.invalid(path, None, expected)
    return headers


def process(process: Process, identity: str, progress: Progress, echo: Json) -> Json:
    """A process. One that failed says why; it is still an answer with status 200."""
    body: Json = {
        "processId": identity,
        "state": progress.state,
        "percentComplete": progress.percent,
        "expirationDateTime": wire.creation_time(process.expires_at),
        "input": echo,
    }
    if progress.error is not None:
        body |= {"errorCode": error_name(progress.error), "message": progress.error.detail}
    return body


def error_name(error: PortalError) -> str:
    """The errorCode of a failed process; every failure has one, also where an answer has none."""
    return V2_SPELLINGS[error.code].name or _camel(error.code)


def _camel(code: ErrorCode) -> str:
    return "".join(word.capitalize() for word in code.split("_"))


def creator(process_: Process, identity: str, package: ViewingPackage, progress: Progress) -> Json:
    """A package's creator; complete, it tells how long the package lives without use."""
    body = process(process_, identity, progress, package.echo)
    if progress.state == "complete":
        body["output"] = {"packageId": package.package_id} | _expiry(
            "packageExpirationDateTime", package
        )
    return body


def package_v3(package: ViewingPackage, progress: Progress) -> Json:
    """A package as v3 describes it."""
    body: Json = {
        "packageId": package.package_id,
        "state": progress.state,
        "lifetimeAfterLastUse": lifetime(package.lifetime),
        **_expiry("expirationDateTime", package),
    }
    if package.pages is not None:
        body["pageCount"] = package.pages
    if progress.error is not None:
        body["errorCode"] = error_name(progress.error)
    return body


def package_v2(package: ViewingPackage, progress: Progress) -> Json:
    """A package as V2 describes it, in whatever version it was made."""
    source = package.echo.get("source", {}) | {"documentId": package.package_id}
    body: Json = {
        "source": source,
        "state": progress.state,
        **_expiry("packageExpirationDateTime", package),
        "pageFailures": [],
    }
    if progress.error is not None:
        body["errorCode"] = error_name(progress.error)
    return body


def _expiry(name: str, package: ViewingPackage) -> Json:
    return {name: wire.creation_time(package.expires_at)} if package.expires_at else {}
