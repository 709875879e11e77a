"""What a launch token says: the editor's parameters, checked by name and by value.

Source: seed 004, "Request Body"; defaults and limits are ours (CONTRACT section 4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apps.core.errors import ErrorCode, PortalError

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")  # sent on in a header


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters as the editor uses them, with their defaults."""

    user: str
    file: str = ""
    file_url: str = ""
    server: str = ""
    locale: str = ""
    access: str = "view"
    autosave: bool = True
    session_id: str = ""
    workspace: str = ""
    viewer_workspace: str = ""
    mobile: bool = False
    debug: bool = False

    @property
    def may_edit(self) -> bool:
        """Whether changes may be stored: never those of a document fetched by `fileUrl`."""
        return self.access == "edit" and bool(self.file)


def read(sent: Mapping[str, Any]) -> Parameters:
    """The parameters of a flat JSON object; what is blank counts as left out.

    Raises INPUT_INVALID with `errors`, a row {path, code, message} for each fault: codes are
    `unknown`, `missing`, `type` and `value`.
    """
    faults = [
        _fault(name, "unknown", f"`{name}` is not a parameter of the editor.")
        for name in sent
        if name not in _READERS
    ]
    values: dict[str, Any] = {}
    for name, (field, reader) in _READERS.items():
        if sent.get(name, "") == "":
            continue
        try:
            values[field] = reader(sent[name])
        except TypeError as error:
            faults.append(_fault(name, "type", f"`{name}` must be {error}."))
        except ValueError as error:
            faults.append(_fault(name, "value", f"`{name}` must be {error}."))
    named = {fault["path"] for fault in faults}
    if "user" not in values and "userId" not in named:
        faults.append(_fault("userId", "missing", "`userId` says who edits."))
    if not values.keys() & {"file", "file_url"} and not named & {"file", "fileUrl"}:
        faults.append(_fault("file", "missing", "`file` or `fileUrl` says which document."))
    if faults:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            faults[0]["message"],
            at=faults[0]["path"],
            errors=faults,
        )
    values.pop("auth", None)  # it is the key's
    return Parameters(**values)


def _fault(name: str, code: str, message: str) -> dict[str, str]:
    return {"path": name[:100], "code": code, "message": message[:300]}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a string")
    if len(value) > 255 or not value.isprintable() or not value.strip():
        raise ValueError("1 to 255 printable characters")
    return value


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise TypeError("true or false")
    if value.lower() not in ("true", "false"):
        raise ValueError("true or false")
    return value.lower() == "true"


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[object], str]:
    def reader(value: object) -> str:
        if not isinstance(value, str):
            raise TypeError("a string")
        if not pattern.fullmatch(value):
            raise ValueError(what)
        return value

    return reader


def _access(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("`view` or `edit`")
    if value not in ("view", "edit"):
        raise ValueError("`view` or `edit`")
    return value


def _address(*schemes: str, bare: bool = False) -> Callable[[object], str]:
    what = f"an {' or '.join(schemes)} address of at most 2000 characters, without a user name"
    if bare:  # paths are put behind it
        what += ", a query or a fragment"

    def reader(value: object) -> str:
        if not isinstance(value, str):
            raise TypeError("a string")
        try:
            parts = urlsplit(value)
            sound = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        strange = r"[\s\\?#]" if bare else r"[\s\\]"
        if not sound or len(value) > 2000 or "@" in parts.netloc or re.search(strange, value):
            raise ValueError(what)
        return value

    return reader


_READERS: dict[str, tuple[str, Callable[[object], Any]]] = {
    "auth": ("auth", _text),
    "userId": ("user", _text),
    "file": ("file", _text),
    "fileUrl": ("file_url", _address("https", "http")),
    "server": ("server", _address("https", bare=True)),
    "locale": ("locale", _matching(_LOCALE, "a language tag, such as en or de-CH")),
    "access": ("access", _access),
    "autosavedisabled": ("autosave", lambda value: not _flag(value)),
    "sessionId": ("session_id", _matching(_VISIBLE, "1 to 255 visible ASCII characters")),
    "workspace": ("workspace", _matching(_WORKSPACE, "a name of letters, digits, . _ and -")),
    "viewerWorkspace": (
        "viewer_workspace",
        _matching(_WORKSPACE, "a name of letters, digits, . _ and -"),
    ),
    "mobile": ("mobile", _flag),
    "debug": ("debug", _flag),
}
NAMES = tuple(_READERS)
