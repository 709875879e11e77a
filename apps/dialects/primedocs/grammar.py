"""The grammar of primedocs Connect: what a session's document may hold, and nothing else.

Whatever is not in this grammar is refused by name, with its path and line, never ignored. All
faults of a document are told at once. Source: seed 000, "Supported content"; CONTRACT section 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from apps.connect.selection import Selection, conjunction
from apps.core.errors import ErrorCode, PortalError

ROOT = "primedocsConnect"
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}", re.I)
_VALUES = ("Value", "Object", "ObjectCollection")
_MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Connect:
    """A document that keeps to the grammar.

    `language` is lower case, blank for the datasource's own. `places` holds the element of
    each value by its dotted path, `Forms.Positions[0].Price`, and the root by "": see :func:`row`.
    """

    selection: Selection
    language: str = ""
    forms: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, etree._Element] = field(default_factory=dict)


def parse(root: etree._Element) -> Connect:
    """What the document says.

    Raises MALFORMED_BODY for another root, and INPUT_INVALID with `errors`, a row
    `{path, line, code, message}` for each fault.
    """
    if root.tag != ROOT:
        hint = " The case of letters matters." if str(root.tag).lower() == ROOT.lower() else ""
        raise PortalError(
            ErrorCode.MALFORMED_BODY,
            f"The root element is <{_name(root)}>; it must be <{ROOT}> without a namespace.{hint}",
            at="body",
            line=root.sourceline,
        )
    return _Walk().document(root)


class _Walk:
    """One walk through a document, collecting its faults."""

    def __init__(self) -> None:
        self.faults: list[dict[str, object]] = []
        self.places: dict[str, etree._Element] = {}
        self.fault_count = 0

    def document(self, root: etree._Element) -> Connect:
        parts: dict[str, Any] = {}
        readers: dict[str, Callable[[etree._Element], Any]] = {
            "Template": self._template,
            "DocumentLanguage": self._language,
            "Forms": lambda element: self._values(element, "Forms"),
            "Data": lambda element: self._values(element, "Data"),
        }
        self._attributes(root)
        self.places[""] = root
        for element in self._children(root, *readers):
            if element.tag in parts:
                self._fault(element, "repeated_element", f"<{element.tag}> may stand here once.")
            else:
                parts[element.tag] = None
                self.places[element.tag] = element
                parts[element.tag] = readers[element.tag](element)
        if self.faults:
            raise self._refusal()
        return Connect(
            selection=parts.get("Template") or Selection(picker=True),
            language=parts.get("DocumentLanguage") or "",
            forms=parts.get("Forms") or {},
            data=parts.get("Data") or {},
            places=self.places,
        )

    def _refusal(self) -> PortalError:
        first = self.faults[0]
        count = self.fault_count
        more = f" There are {count} faults in all." if count > 1 else ""
        return PortalError(
            ErrorCode.INPUT_INVALID,
            f"{first['path']} (line {first['line']}): {first['message']}{more}",
            at=str(first["path"]),
            errors=self.faults,
        )

    # --- Elements ---------------------------------------------------------------------------

    def _template(self, element: etree._Element) -> Selection:
        attributes = self._attributes(element, "Id")
        filters = list(self._children(element, "TagFilter"))
        identity = attributes.get("Id")
        if identity is not None and not _GUID.fullmatch(identity):
            self._fault(element, "not_a_guid", f"Id is {identity!r}; it must be a GUID.", "Id")
        if identity is not None and filters:
            self._fault(
                filters[0], "conflict", "A template is named by Id or by TagFilter, not both."
            )
        if identity is None and not filters:
            self._fault(element, "missing", "<Template> needs the attribute Id or a <TagFilter>.")
        for another in filters[1:]:
            self._fault(another, "repeated_element", "<TagFilter> may stand here once.")
        return self._tag_filter(filters[0]) if filters else Selection((identity or "").lower())

    def _tag_filter(self, element: etree._Element) -> Selection:
        allowed = self._attributes(element, "AllowTemplatePicker").get("AllowTemplatePicker")
        if allowed not in (None, "true", "false"):
            self._fault(
                element,
                "not_a_boolean",
                f"AllowTemplatePicker is {allowed!r}; it must be true or false.",
                "AllowTemplatePicker",
            )
        alternatives = []
        tags = list(self._children(element, "Tag"))
        for tag in tags:
            self._attributes(tag)
            if wanted := conjunction(self._text(tag)):
                alternatives.append(wanted)
            else:
                self._fault(tag, "empty", "<Tag> names no tag.")
        if not tags:
            self._fault(element, "missing", "<TagFilter> needs at least one <Tag>.")
        return Selection(tags=tuple(alternatives), picker=allowed == "true")

    def _language(self, element: etree._Element) -> str:
        list(self._children(element))
        code = self._attributes(element, "Code").get("Code")
        if code is None:
            self._fault(
                element, "missing_attribute", "<DocumentLanguage> needs the attribute Code."
            )
        elif not _LANGUAGE.fullmatch(code):
            self._fault(
                element,
                "not_a_language",
                f"Code is {code!r}; it must be a language such as en or de-ch.",
                "Code",
            )
        return (code or "").lower()

    def _values(self, element: etree._Element, at: str) -> dict[str, Any]:
        """The children Value, Object and ObjectCollection, by key."""
        if element.tag in ("Forms", "Data", "Item"):
            self._attributes(element)
        found: dict[str, Any] = {}
        for child in self._children(element, *_VALUES):
            key = self._attributes(child, "Key").get("Key")
            if key is None or not key.strip():
                self._fault(child, "missing_attribute", f"<{child.tag}> needs the attribute Key.")
                key = ""
            elif key in found:
                self._fault(
                    child, "repeated_key", f"The key {key!r} stands here more than once.", "Key"
                )
            path = f"{at}.{key}"
            self.places[path] = child
            found[key] = self._value(child, path)
        return found

    def _value(self, element: etree._Element, at: str) -> Any:
        if element.tag == "Value":
            return self._text(element)
        if element.tag == "Object":
            return self._values(element, at)
        items = []
        for number, item in enumerate(self._children(element, "Item")):
            self.places[f"{at}[{number}]"] = item
            items.append(self._values(item, f"{at}[{number}]"))
        return items

    # --- What may stand in an element ---------------------------------------------------------

    def _children(self, element: etree._Element, *allowed: str) -> Iterator[etree._Element]:
        """The child elements of these names; everything else is a fault."""
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                self._fault(
                    element,
                    "unsupported_text",
                    f"<{_name(element)}> holds text: {text.strip()[:40]!r}.",
                )
        for child in element:
            if child.tag in allowed:
                yield child
            else:
                self._unsupported(child, element, allowed)

    def _text(self, element: etree._Element) -> str:
        """The text of an element that holds nothing else."""
        for child in element:
            self._unsupported(child, element, ())
        return element.text or ""

    def _attributes(self, element: etree._Element, *allowed: str) -> dict[str, str]:
        """The attributes of these names; any other is a fault."""
        found = {str(name): str(value) for name, value in element.attrib.items()}
        for name in found.keys() - set(allowed):
            self._fault(
                element,
                "unsupported_attribute",
                f"<{_name(element)}> does not support the attribute {name}."
                + _meant(name, allowed),
                name,
            )
        return found

    def _unsupported(
        self, child: etree._Element, parent: etree._Element, allowed: tuple[str, ...]
    ) -> None:
        if not isinstance(child.tag, str):
            self._fault(parent, "unsupported_content", "Processing instructions are not supported.")
            return
        supported = ", ".join(f"<{name}>" for name in allowed) or "no element"
        self._fault(
            child,
            "unsupported_element",
            f"<{_name(child)}> is not supported in <{_name(parent)}>; supported: {supported}."
            + _meant(_name(child), allowed),
        )

    def _fault(self, element: etree._Element, code: str, message: str, attribute: str = "") -> None:
        self.fault_count += 1
        if self.fault_count <= _MOST_FAULTS:
            self.faults.append(row(element, code, message, attribute))


def row(element: etree._Element, code: str, message: str, attribute: str = "") -> dict[str, object]:
    """A fault as the wire tells it: `path` is an XPath, `line` counts from 1."""
    path = str(element.getroottree().getpath(element))
    return {
        "path": f"{path}/@{attribute}" if attribute else path,
        "line": element.sourceline,
        "code": code,
        "message": message,
    }


def _meant(name: str, allowed: tuple[str, ...]) -> str:
    """A hint where only the case of letters is wrong."""
    for other in allowed:
        if other.lower() == name.lower():
            return f" The case of letters matters: write {other}."
    return ""


def _name(element: etree._Element) -> str:
    """The element's name as it is read: with its namespace, where it has one."""
    return str(element.tag) if isinstance(element.tag, str) else "?"
