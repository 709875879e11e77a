"""Does the red-lined document hold both documents, and what does it not show?

Reads all three with our own reader and shares nothing with the program that compared them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from lxml import etree

from .protocol import Meta
from .redline_package import Element, Package, R, W
from .redline_reader import Paragraph, State, Story, stories_of

Side = Literal["accepted", "rejected"]
_GONE: dict[Side, set[State]] = {
    "accepted": {"deleted", "passing"},
    "rejected": {"inserted", "passing"},
}
_NAMES = {
    "body": "body",
    "footnote": "footnotes",
    "endnote": "endnotes",
    "textbox": "text boxes",
    "header": "headers",
    "footer": "footers",
}
_MOST_DETAILS = 20
_CELL_MARK = "\a"
_PICTURES = "pictures"
# Parts whose content the comparison does not look into.
_CONTENTS = (
    ("word/media/", _PICTURES),
    ("word/charts/", "charts"),
    ("word/diagrams/", "diagrams"),
    ("word/embeddings/", "embedded objects"),
)
_RELATED = (
    ("comments", "comments"),
    ("styles", "style definitions"),
    ("numbering", "numbering definitions"),
)
_NOISE = {f"{W}rsid", f"{W}rsids", f"{W}latentStyles", f"{W}nsid", f"{W}tmpl"}


def text_of(story: Story, side: Side) -> list[str]:
    """The story's paragraphs with all its changes accepted, or rejected.

    The first one of a table's cell begins with a cell mark, so that cells count too.
    """
    gone = _GONE[side]
    if story.state in gone:
        return []
    texts: list[str] = []
    carried = ""
    cell = 0
    staying = [paragraph for paragraph in story.paragraphs if paragraph.whole not in gone]
    for paragraph, following in zip_longest(staying, staying[1:]):
        text = carried + _text(paragraph, gone)
        carried = ""
        if paragraph.mark in gone:
            if following is not None and following.group == paragraph.group:
                carried = text
                continue
            if not text:
                continue
        if paragraph.location == "table" and paragraph.group != cell:
            text = _CELL_MARK + text
            cell = paragraph.group
        texts.append(text)
    return texts


def _text(paragraph: Paragraph, gone: set[State]) -> str:
    return "".join(run.text for run in paragraph.runs if run.state not in gone)


@dataclass(frozen=True)
class Pair:
    """Both documents as they are read before there is a red-line."""

    names: tuple[str, str]
    original: list[Story]
    revised: list[Story]
    differences: list[str]  # in what is no text


def read(original: Package, revised: Package) -> Pair:
    """What a red-line of these two must hold. Raises Refusal when one is damaged."""
    return Pair(
        (original.name, revised.name),
        stories_of(original),
        stories_of(revised),
        _other_differences(original, revised),
    )


def prove(pair: Pair, marked: list[Story]) -> Meta:
    """{"accept_all", "reject_all", "not_compared", "details"}; `marked` is the red-line's reading.

    Text is compared paragraph by paragraph. Where it differs without a tracked change in that kind
    of text, and where pictures, comments or definitions differ, `not_compared` names the kind.
    """
    not_compared: list[str] = []
    details: list[str] = []
    holds = {}
    sides: tuple[tuple[Side, list[Story], str], ...] = (
        ("accepted", pair.revised, pair.names[1]),
        ("rejected", pair.original, pair.names[0]),
    )
    for side, expected, name in sides:
        faults = _faults(marked, expected, side)
        holds[side] = not faults
        for location, detail in faults:
            details.append(f"With all changes {side}, not the {name} document's: {detail}")
            if not _shows_changes(marked, location):
                not_compared.append(_NAMES[location])
    shown = {_PICTURES} if _shows_objects(marked) else set()
    not_compared += [name for name in pair.differences if name not in shown]
    for name, stories in zip(pair.names, (pair.original, pair.revised), strict=True):
        if any(_is_changed(story) for story in stories):
            details.append(f"The {name} document holds tracked changes; they count as accepted.")
    return {
        "accept_all": holds["accepted"],
        "reject_all": holds["rejected"],
        "not_compared": sorted(set(not_compared)),
        "details": details[:_MOST_DETAILS],
    }


def _faults(marked: list[Story], expected: list[Story], side: Side) -> list[tuple[str, str]]:
    """(kind of text, what is wrong) for each kind that is not as expected."""
    faults = []
    for location, name in _NAMES.items():
        ours = _texts(marked, location, side)
        theirs = _texts(expected, location, "accepted")
        if location in ("header", "footer"):
            # Which section shows which one is a matter of layout; each text must be there.
            ours, theirs = sorted(set(ours)), sorted(set(theirs))
        if _trimmed(ours) != _trimmed(theirs):
            faults.append((location, f"{name}: {_first_difference(ours, theirs)}"))
    return faults


def _texts(stories: Iterable[Story], location: str, side: Side) -> list[str]:
    found: list[str] = []
    for story in stories:
        if story.location == location:
            texts = text_of(story, side)
            if location in ("header", "footer"):
                whole = "\n".join(texts)
                found += [whole] if whole.strip() else []
            else:
                found += texts
    return found


def _trimmed(texts: list[str]) -> list[str]:
    """Without empty paragraphs at the end: the last mark of a document cannot be deleted."""
    end = len(texts)
    while end and not texts[end - 1]:
        end -= 1
    return texts[:end]


def _first_difference(ours: list[str], theirs: list[str]) -> str:
    for number, (one, other) in enumerate(zip_longest(ours, theirs)):
        if one != other:
            return f"paragraph {number + 1} is {_quoted(one)} instead of {_quoted(other)}."
    return "nothing."


def _quoted(text: str | None) -> str:
    return "missing" if text is None else repr(text[:80])


def _is_changed(story: Story) -> bool:
    return any(
        paragraph.mark or paragraph.whole or any(run.state for run in paragraph.runs)
        for paragraph in story.paragraphs
    )


def _shows_changes(stories: list[Story], location: str) -> bool:
    return any(story.location == location and _is_changed(story) for story in stories)


def _other_differences(original: Package, revised: Package) -> list[str]:
    found = [
        name
        for folder, name in _CONTENTS
        if _contents(original, folder) != _contents(revised, folder)
    ]
    found += [name for kind, name in _RELATED if _differ(original, revised, kind)]
    if _codes(original) != _codes(revised):
        found.append("field codes")
    links, changed = _links(original), _links(revised)
    if any(links[text] != changed[text] for text in links.keys() & changed.keys()):
        found.append("link targets")
    return found


def _contents(package: Package, folder: str) -> set[str]:
    return {
        hashlib.sha256(package.bytes_of(part)).hexdigest()
        for part in package.parts(folder)
        if not part.endswith(".rels")
    }


def _shows_objects(stories: list[Story]) -> bool:
    return any(
        run.state and "\ufffc" in run.text
        for story in stories
        for paragraph in story.paragraphs
        for run in paragraph.runs
    )


def _differ(original: Package, revised: Package, kind: str) -> bool:
    """Whether the parts of one kind say different things."""
    old, new = (
        [package.bytes_of(part) for part in package.related(package.main, kind).values()]
        for package in (original, revised)
    )
    return old != new and _canonical(original, kind) != _canonical(revised, kind)


def _canonical(package: Package, kind: str) -> list[bytes]:
    """The parts of one kind without what programs renumber at every save."""
    found = []
    for part in package.related(package.main, kind).values():
        root = package.xml(part)
        for element in list(root.iter(*_NOISE)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        for element in root.iter(etree.Element):
            for name in [name for name in element.attrib if "}rsid" in str(name)]:
                del element.attrib[name]
        found.append(etree.tostring(root, method="c14n"))
    return found


def _codes(package: Package) -> list[str]:
    """Field codes of the body, such as TOC or DATE, white space aside."""
    root = package.xml(package.main)
    codes: list[str] = []
    for element in root.iter(f"{W}instrText", f"{W}fldChar", f"{W}fldSimple"):
        if element.tag == f"{W}fldSimple":
            codes.append(" ".join(element.get(f"{W}instr", "").split()))
        elif element.tag == f"{W}instrText" and codes:
            codes[-1] += element.text or ""
        elif element.get(f"{W}fldCharType") == "begin":
            codes.append("")
    return sorted({" ".join(code.split()) for code in codes})


def _links(package: Package) -> defaultdict[str, set[str]]:
    """Text of each link to its addresses."""
    targets = {
        identity: target
        for identity, (_, target, external) in package.relationships(package.main).items()
        if external
    }
    found: defaultdict[str, set[str]] = defaultdict(set)
    for link in package.xml(package.main).iter(f"{W}hyperlink"):
        target = targets.get(link.get(f"{R}id", ""))
        if target is not None:
            found[_letters(link)].add(target)
    return found


def _letters(element: Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))
