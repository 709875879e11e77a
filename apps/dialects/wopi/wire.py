"""WOPI's spellings: headers, names in UTF-7, and what CheckFileInfo says of a file."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest
from apps.editing import services as editing
from apps.editing.office import locks, writing
from apps.editing.office.access import Pass, Visit
from apps.editing.saving import Reason

Json = dict[str, Any]
Headers = Mapping[str, str]
_LOCK = re.compile(rf"[\x20-\x7e]{{1,{locks.LONGEST}}}")
# Collabora's own headers, by its name of today and by the one before, which ONLYOFFICE took over.
_PREFIXES = ("X-COOL-WOPI-", "X-LOOL-WOPI-")


def file_info(visit: Visit) -> Json:
    """CheckFileInfo. Raises what `services.revision` raises."""
    found, newest = visit.editing, editing.revision(visit.editing)
    name = writing.file_name(found.document)
    public = urlsplit(settings.PUBLIC_URL)
    page = f"{settings.PUBLIC_URL}/editor/{found.handle}"
    client = found.client.client_id
    content = newest.work_file.blob
    return {
        "BaseFileName": name,
        "FileExtension": f".{newest.work_file.extension}",
        "FileNameMaxLength": writing.LONGEST_NAME,
        "Size": content.size,
        # Whoever asks may read the content as well.
        "SHA256": base64.b64encode(bytes.fromhex(content.sha256)).decode(),
        "Version": str(newest.number),
        "LastModifiedTime": writing.modified(newest),
        "OwnerId": client,
        "UserId": digest(f"office user:{client}:{found.detail.user}")[:32],
        "UserFriendlyName": found.detail.user,
        "IsAnonymousUser": False,
        "ReadOnly": not visit.may_write,
        "UserCanWrite": visit.may_write,
        "UserCanRename": visit.may_save_as,
        "UserCanNotWriteRelative": not visit.may_save_as,
        "SupportsUpdate": True,
        "SupportsLocks": True,
        "SupportsGetLock": True,
        "SupportsExtendedLockLength": True,
        "SupportsRename": visit.may_save_as,
        "SupportsDeleteFile": False,
        "PostMessageOrigin": f"{public.scheme}://{public.netloc}",
        "ClosePostMessage": True,
        "BreadcrumbBrandName": "Recto",
        "BreadcrumbDocName": name,
        "HostEditUrl": page,
        "HostViewUrl": page,
    }


def address(granted: Pass) -> str:
    """Where a suite opens the file, with its token."""
    return f"{granted.source}?access_token={granted.token}"


def lock(headers: Headers, name: str = "X-WOPI-Lock") -> str:
    """The name of a lock. Raises INPUT_MISSING, INPUT_INVALID."""
    value = headers.get(name, "")
    if not value:
        raise PortalError(ErrorCode.INPUT_MISSING, f"{name} names the lock.", at=name)
    if not _LOCK.fullmatch(value):
        raise PortalError(
            ErrorCode.INPUT_INVALID, f"{name} is 1 to {locks.LONGEST} ASCII characters.", at=name
        )
    return value


def file_name(headers: Headers, header: str) -> str:
    """A name in UTF-7, blank where it is left out. Raises INPUT_INVALID."""
    try:
        return headers.get(header, "").encode("latin-1").decode("utf-7")
    except UnicodeError:
        raise PortalError(
            ErrorCode.INPUT_INVALID, f"{header} is not in UTF-7.", at="name"
        ) from None


def number(headers: Headers, header: str) -> int | None:
    """A size in bytes. Raises INPUT_INVALID."""
    value = headers.get(header, "")
    if value and not (value.isascii() and value.isdecimal()):
        raise PortalError(ErrorCode.INPUT_INVALID, f"{header} must be a number.", at=header)
    return int(value) if value else None


def is_true(headers: Headers, header: str) -> bool:
    """A flag."""
    return headers.get(header, "").lower() == "true"


def own(headers: Headers, name: str) -> str:
    """One of Collabora's headers, blank where it is left out."""
    return next((headers[prefix + name] for prefix in _PREFIXES if prefix + name in headers), "")


def reason(headers: Headers) -> str:
    """Why the suite saves, as far as it says."""
    if own(headers, "IsExitSave").lower() == "true":
        return Reason.CLOSE
    return Reason.AUTOSAVE if own(headers, "IsAutosave").lower() == "true" else Reason.EXPLICIT
