"""What the office suite at WOPI_CLIENT_URL opens, where, and with which keys it signs.

Source: "WOPI discovery" of Microsoft's WOPI pages; Collabora's and ONLYOFFICE's differ in their
zones and in what stands between angle brackets.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils import timezone
from lxml import etree

from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from apps.editing.office.proof import Key
from apps.workfiles.formats import FORMATS

logger = logging.getLogger(__name__)
_LIFE, _PAUSE = timedelta(hours=12), timedelta(minutes=1)
_SECONDS, _BYTES = 5.0, 4 * 1024**2
_FAMILIES = {"word", "sheet", "slides", "drawing"}
# What the browser may be sent to; it stands in a policy, where a stray character would end it.
_ADDRESS = re.compile(r"(https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?)/\S*", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<([\w.-]+)=(\w+)&?>")


@dataclass(frozen=True, slots=True)
class Discovery:
    """Addresses by (action, extension), and the keys."""

    actions: Mapping[tuple[str, str], str]
    key: Key | None = None
    old_key: Key | None = None

    def action(self, extension: str, *, may_edit: bool) -> str:
        """The address template that opens such a document; blank where the suite has none.

        For viewing also the editor's: what it may do, it is told of the file (`UserCanWrite`).
        """
        names = ("edit",) if may_edit else ("view", "edit")
        return next(filter(None, (self.actions.get((name, extension)) for name in names)), "")


def is_for_offices(extension: str) -> bool:
    """Whether documents of this format are opened in an office suite, if it opens them."""
    kind = FORMATS.get(extension)
    return kind is not None and kind.family in _FAMILIES and not kind.is_textual


def read(xml: bytes) -> Discovery:
    """A discovery document. Raises REMOTE_FAILED for what is none."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise _unreadable() from error
    if root.tag != "wopi-discovery":
        raise _unreadable()
    actions: dict[tuple[str, str], str] = {}
    for zone in _zones(root):
        for action in zone.iter("action"):
            name, extension = action.get("name", ""), action.get("ext", "").lower()
            address = re.sub(r"\s+", "", action.get("urlsrc", ""))
            if extension and _ADDRESS.fullmatch(address):
                actions.setdefault((name, extension), address)
    key = root.find("proof-key")
    values = {} if key is None else dict(key.attrib)
    return Discovery(actions, _key(values, ""), _key(values, "old"))


def _zones(root: etree._Element) -> Iterable[etree._Element]:
    """The zones, first those that name themselves after how people come here."""
    wanted = f"external-{urlsplit(settings.PUBLIC_URL).scheme}"
    return sorted(root.iter("net-zone"), key=lambda zone: zone.get("name") != wanted)


def _key(values: Mapping[str, str], prefix: str) -> Key | None:
    modulus, exponent = values.get(f"{prefix}modulus", ""), values.get(f"{prefix}exponent", "")
    return Key(modulus, exponent) if modulus and exponent else None


def origin(address: str) -> str:
    """`https://office.example.com` of an address that :func:`read` let pass."""
    match = _ADDRESS.fullmatch(address)
    return match[1].lower() if match else ""


def fill(template: str, source: str, *, locale: str) -> str:
    """The address of an action on the file at `source`: what is known filled in, the rest gone."""
    known = {"UI_LLCC": locale, "DC_LLCC": locale, "WOPI_SOURCE": source}

    def put(match: re.Match[str]) -> str:
        value = known.get(match[2])
        return f"{match[1]}={quote(value, safe='')}&" if value else ""

    address = _PLACEHOLDER.sub(put, template).rstrip("&")
    if "?" not in address:
        address += "?"
    more = []
    if "WOPI_SOURCE" not in template:
        more.append(f"WOPISrc={quote(source, safe='')}")
    if locale and "UI_LLCC" not in template:
        more.append(f"lang={quote(locale, safe='')}")
    joint = "" if address.endswith("?") else "&"
    return address + joint + "&".join(more)


class _Memory:
    """What this process knows of the suite; one thread asks, the others wait for its answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._found: Discovery | None = None
        self._read_at = self._asked_at = datetime.min.replace(
            tzinfo=timezone.get_default_timezone()
        )

    def current(self, *, life: timedelta = _LIFE) -> Discovery:
        with self._lock:
            now = timezone.now()
            old = self._found is None or now - self._read_at > life
            if old and now - self._asked_at > _PAUSE:
                self._asked_at = now
                try:
                    self._found, self._read_at = _ask(), now
                except PortalError as error:
                    logger.warning("The office suite cannot be asked: %s", error.detail)
            if self._found is None:
                raise PortalError(ErrorCode.REMOTE_FAILED, "The office suite does not answer.")
            return self._found


_memory = _Memory()
forget = _memory.forget


def current() -> Discovery:
    """The suite's discovery, at most 12 hours old; an older one while the suite does not answer.

    Raises REMOTE_FAILED where none was ever read; then it is asked again after a minute.
    """
    return _memory.current()


def reread() -> Discovery:
    """The same, asked anew unless that was done within the last minute: keys may have changed."""
    return _memory.current(life=_PAUSE)


def is_configured() -> bool:
    """Whether there is an office suite at all."""
    return bool(settings.WOPI_CLIENT_URL)


def _ask() -> Discovery:
    url = f"{settings.WOPI_CLIENT_URL}/hosting/discovery"
    return read(remote.exchange(url, None, {}, seconds=_SECONDS, most=_BYTES))


def _unreadable() -> PortalError:
    return PortalError(ErrorCode.REMOTE_FAILED, "The office suite's discovery cannot be read.")
