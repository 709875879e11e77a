"""Content controls of Word as marks: the same language for both, so that one filler serves.

A control is a field when its tag is a name (`Customer.Name`). A repeating section is a collection;
the names inside it are those of its items.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from .redline_package import W
from .template_package import W14, W15, Element, Finding, finding

NAME = re.compile(r"[^\W\d_]\w*(?:\.[^\W\d_]\w*)*")
_EMU_PER_MM = 36_000
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_WORDS_PER_CHECK = ("☒", "☐")
# What a control is bound or known by elsewhere: wrong in a filled copy, and repeated in a loop.
_LEFT_OUT = ("id", "dataBinding", "showingPlcHdr", "placeholder")


@dataclass
class Control:
    """What a content control says of its field, beyond the marks it became."""

    path: str
    kind: str
    label: str = ""
    options: list[dict[str, str]] = field(default_factory=list)
    multiline: bool = False
    paragraph: int | None = None


@dataclass
class Conversion:
    """The controls of one story; `numbers` gives the paragraph of an element."""

    numbers: dict[Element, int]
    controls: list[Control] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0


def to_marks(root: Element, numbers: dict[Element, int], story: str) -> Conversion:
    """Turns the controls of a story into marks, in place."""
    done = Conversion(numbers)
    _level(root, done, story, "", "")
    return done


def _level(element: Element, done: Conversion, story: str, item: str, path: str) -> None:
    """`item` is the loop's name for an item and `path` its field, inside a repeating section."""
    for child in list(element):
        if child.tag != f"{W}sdt":
            _level(child, done, story, item, path)
            continue
        properties, content = child.find(f"{W}sdtPr"), child.find(f"{W}sdtContent")
        if properties is None or content is None:
            continue
        tag = properties.find(f"{W}tag")
        name = (tag.get(f"{W}val", "") if tag is not None else "").strip()
        if not name or not _holds_value(properties):
            _level(content, done, story, item, path)
        elif not NAME.fullmatch(name):
            done.findings.append(
                finding(
                    "bad_name",
                    "warning",
                    f"The control's tag “{name[:60]}” is no name, so the control is left as it is.",
                    "Use letters, digits and underscores, beginning with a letter.",
                    part=story,
                    paragraph=_number_of(child, done),
                )
            )
            _level(content, done, story, item, path)
        else:
            full = f"{path}.{name}" if path else name
            mark = f"{item}.{name}" if item else name
            _field(child, properties, content, done, story, mark, full)


def _holds_value(properties: Element) -> bool:
    """Controls that only group or protect, and building block galleries, hold no value."""
    return all(
        properties.find(f"{W}{kind}") is None for kind in ("group", "docPartObj", "docPartList")
    )


def _field(
    sdt: Element,
    properties: Element,
    content: Element,
    done: Conversion,
    story: str,
    mark: str,
    path: str,
) -> None:
    control = Control(path, "text", _alias(properties), paragraph=_number_of(sdt, done))
    done.controls.append(control)
    if properties.find(f"{W15}repeatingSection") is not None:
        control.kind = "collection"
        _repeat(sdt, content, done, story, mark, path)
        return
    text = f"{{{{ {mark} }}}}"
    checkbox, plain = properties.find(f"{W14}checkbox"), properties.find(f"{W}text")
    day = properties.find(f"{W}date")
    entries = properties.find(f"{W}dropDownList")
    entries = entries if entries is not None else properties.find(f"{W}comboBox")
    if checkbox is not None:
        control.kind = "yes_no"
        ticked, empty = (_glyph(checkbox, name) for name in ("checkedState", "uncheckedState"))
        text = f"{{% if {mark} %}}{ticked}{{% else %}}{empty}{{% endif %}}"
        properties.remove(checkbox)
    elif properties.find(f"{W}picture") is not None:
        control.kind = "picture"
        text = f"{{{{ {mark} | picture{_box(content)} }}}}"
        properties.remove(properties.find(f"{W}picture"))
    elif day is not None:
        control.kind = "date"
        pattern = day.find(f"{W}dateFormat")
        shown = pattern.get(f"{W}val", "") if pattern is not None else ""
        if re.fullmatch(r"[\w .,/:-]{1,40}", shown):
            text = f'{{{{ {mark} | date("{shown}") }}}}'
        day.attrib.pop(f"{W}fullDate", None)
    elif entries is not None:
        control.kind = "choice"
        control.options = [
            {"value": entry.get(f"{W}value", ""), "label": entry.get(f"{W}displayText", "")}
            for entry in entries.findall(f"{W}listItem")
            if entry.get(f"{W}value")
        ]
        properties.remove(entries)
    elif plain is not None:
        control.multiline = plain.get(f"{W}multiLine") in ("1", "true", "on")
    for name in _LEFT_OUT:
        for element in properties.findall(f"{W}{name}"):
            properties.remove(element)
    for binding in properties.findall(f"{W15}dataBinding"):
        properties.remove(binding)
    _put(content, text)


def _alias(properties: Element) -> str:
    alias = properties.find(f"{W}alias")
    return alias.get(f"{W}val", "")[:100] if alias is not None else ""


def _number_of(element: Element, done: Conversion) -> int | None:
    for paragraph in (*element.iterancestors(f"{W}p"), *element.iter(f"{W}p")):
        if paragraph in done.numbers:
            return done.numbers[paragraph]
    return None


def _glyph(checkbox: Element, state: str) -> str:
    element = checkbox.find(f"{W14}{state}")
    code = element.get(f"{W14}val", "") if element is not None else ""
    default = _WORDS_PER_CHECK[state == "uncheckedState"]
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", code):
        return default
    glyph = chr(int(code, 16))
    return glyph if glyph.isprintable() and glyph not in "{}%<>&" else default


def _box(content: Element) -> str:
    extent = next(content.iter(f"{_WP}extent"), None)
    if extent is None:
        return ""
    try:
        sides = [int(extent.get(name, "0")) / _EMU_PER_MM for name in ("cx", "cy")]
    except ValueError:
        return ""
    return f"({sides[0]:.1f}, {sides[1]:.1f})" if min(sides) >= 1 and max(sides) < 1000 else ""


def _run(text: str, like: Element | None) -> Element:
    run = etree.Element(f"{W}r")
    if like is not None:
        looks = copy.deepcopy(like)
        style = looks.find(f"{W}rStyle")
        if style is not None and "placeholder" in style.get(f"{W}val", "").lower():
            looks.remove(style)
        run.append(looks)
    etree.SubElement(run, f"{W}t").text = text
    return run


def _put(content: Element, text: str) -> None:
    """Replaces what a control holds with a mark that looks like its first words."""
    first_run = next(content.iter(f"{W}r"), None)
    like = first_run.find(f"{W}rPr") if first_run is not None else None
    run = _run(text, like)
    paragraph = next(content.iter(f"{W}p"), None)
    if paragraph is None:
        content[:] = [run]
        return
    properties = paragraph.find(f"{W}pPr")
    paragraph[:] = [*([properties] if properties is not None else []), run]
    for other in list(content.iter(f"{W}p")):
        if other is not paragraph and paragraph.getparent() is other.getparent():
            other.getparent().remove(other)


def _repeat(
    sdt: Element, content: Element, done: Conversion, story: str, mark: str, path: str
) -> None:
    """A repeating section becomes a loop around what its first item holds."""
    item = next(content.iter(f"{W15}repeatingSectionItem"), None)
    inner = content
    if item is not None:
        found = item.getparent().getparent().find(f"{W}sdtContent")
        inner = found if found is not None else content
    done.rows += 1
    name = f"row{done.rows}__"
    _level(inner, done, story, name, path)
    held = list(inner)
    prefix = "tr" if any(child.tag == f"{W}tr" for child in held) else "p"
    begin = _carrier(prefix, f"{{%{prefix} for {name} in {mark} %}}")
    end = _carrier(prefix, f"{{%{prefix} endfor %}}")
    number = _number_of(sdt, done)
    for carrier in (begin, end):
        for paragraph in (carrier, *carrier.iter(f"{W}p")):
            if paragraph.tag == f"{W}p" and number is not None:
                done.numbers[paragraph] = number
    parent, at = sdt.getparent(), sdt.getparent().index(sdt)
    parent[at : at + 1] = [begin, *held, end]


def _carrier(prefix: str, text: str) -> Any:
    """A paragraph or row that holds nothing but a loop's mark; filling takes it away."""
    paragraph = etree.Element(f"{W}p")
    paragraph.append(_run(text, None))
    if prefix == "p":
        return paragraph
    row = etree.Element(f"{W}tr")
    cell = etree.SubElement(row, f"{W}tc")
    cell.append(paragraph)
    return row
