"""The request header `Prefer` (RFC 7240) and what of it was applied."""

from __future__ import annotations

import re
from dataclasses import dataclass

from apps.extraction.expectations import Expectation

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_WORD = rf'(?:{_NAME}|"(?:[^"\\]|\\.)*")'
_PARAMETER = rf"{_NAME}(?:[ \t]*=[ \t]*{_WORD})?"
_PREFERENCE = re.compile(
    rf"[ \t]*(?P<name>{_NAME})(?:[ \t]*=[ \t]*(?P<value>{_WORD}))?"
    rf"(?:[ \t]*;(?:[ \t]*{_PARAMETER})?)*[ \t]*(?:,|$)"
)
_REST = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)*,?')


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the caller prefers; `wait` in seconds, None where it does not say."""

    expectation: Expectation
    respond_async: bool = False
    wait: int | None = None

    def applied(self) -> str:
        """The value of `Preference-Applied`: what was honoured; blank for nothing."""
        words = [
            f'document-class="{", ".join(self.expectation.classes)}"'
            if self.expectation.classes
            else "",
            f'document-context="{", ".join(self.expectation.contexts)}"'
            if self.expectation.contexts
            else "",
            "handling=strict" if self.expectation.strict else "",
            "respond-async" if self.respond_async else "",
            f"wait={self.wait}" if self.wait is not None else "",
        ]
        return ", ".join(filter(None, words))


def parse(header: str, *, longest: int) -> Preferences:
    """The preferences of a header; one that is unknown or malformed is ignored, as the RFC says.

    Nobody waits longer than `longest` seconds.
    """
    found = _preferences(header)
    wait = found.get("wait", "")
    return Preferences(
        expectation=Expectation(
            classes=_list(found.get("document-class", "")),
            contexts=_list(found.get("document-context", "")),
            strict=found.get("handling", "").lower() == "strict",
        ),
        respond_async="respond-async" in found,
        wait=min(int(wait[:9]), longest) if re.fullmatch(r"[0-9]+", wait) else None,
    )


def _preferences(header: str) -> dict[str, str]:
    """The first of each name counts (section 2)."""
    found: dict[str, str] = {}
    position = 0
    while position < len(header):
        match = _PREFERENCE.match(header, position)
        if match is None:
            rest = _REST.match(header, position)
            position = max(position + 1, rest.end() if rest else 0)
            continue
        value = match["value"] or ""
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found.setdefault(match["name"].lower(), value)
        position = match.end()
    return found


def _list(value: str) -> tuple[str, ...]:
    """A list in one value; what could not stand in a header again is left out."""
    items = (item.strip() for item in value.split(","))
    return tuple(item for item in items if item and '"' not in item and item.isprintable())
