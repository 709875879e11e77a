"""Word's text with its tracked changes: stories of paragraphs of runs, each run with its state.

Source: ECMA-376 part 1, 17.13.5 (revisions), 17.3 (paragraphs and runs), 17.4 (tables).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .redline_package import MC, Element, M, Package, W

# "passing": inserted and deleted again, so that it is in neither document.
State = Literal["", "inserted", "deleted", "passing"]
Location = Literal["body", "table", "header", "footer", "footnote", "endnote", "textbox"]

# What has no letters stands in the text as one of these.
OBJECT, NOTE, FORMULA = "\ufffc", "\ufffb", "\ufffa"

_STATES: dict[str, State] = {
    f"{W}ins": "inserted",
    f"{W}moveTo": "inserted",
    f"{W}del": "deleted",
    f"{W}moveFrom": "deleted",
}
_ROW_STATES: dict[str, State] = {f"{W}ins": "inserted", f"{W}del": "deleted"}
_CELL_STATES: dict[str, State] = {f"{W}cellIns": "inserted", f"{W}cellDel": "deleted"}
_CHARACTERS = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
    f"{W}object": OBJECT,
    f"{W}drawing": OBJECT,
    f"{W}pict": OBJECT,
    f"{W}footnoteReference": NOTE,
    f"{W}endnoteReference": NOTE,
}
_TEXTS = {f"{W}t", f"{W}delText", f"{M}t"}
_SKIPPED = {f"{W}pPr", f"{W}instrText", f"{W}delInstrText", f"{MC}Fallback", f"{W}sectPr"}
_TABLE_FORMATS = {
    f"{W}tblPrChange",
    f"{W}tblGridChange",
    f"{W}tblPrExChange",
    f"{W}trPrChange",
    f"{W}tcPrChange",
}


@dataclass(slots=True)
class Run:
    """Text of one state. `move` names the move it is an end of; `notes` are (kind, id)."""

    text: str
    state: State = ""
    move: str = ""
    formatted: bool = False
    note: tuple[str, str] | None = None


@dataclass(slots=True)
class Paragraph:
    """`mark` is the state of the paragraph's end, `whole` that of the row, cell or box it is in.

    Paragraphs of one `group` follow each other in one cell, box, note or stretch of the body.
    """

    runs: list[Run]
    mark: State
    whole: State
    group: int
    location: Location
    formatted: bool = False


@dataclass(slots=True)
class Story:
    """A text that flows by itself: the body, one header, one note, one text box.

    `state` is that of the place that refers to it, `key` its part or its note's kind and id.
    """

    location: Location
    key: str
    paragraphs: list[Paragraph] = field(default_factory=list)
    state: State = ""


def stories_of(package: Package) -> list[Story]:
    """All stories: body, text boxes, notes in the order of their references, headers, footers."""
    reader = _Reader()
    reader.read("body", "body", package.xml(package.main).find(f"{W}body"))
    for kind, location in (("footnotes", "footnote"), ("endnotes", "endnote")):
        for part in package.related(package.main, kind).values():
            notes = {
                note.get(f"{W}id", ""): note
                for note in package.xml(part)
                if note.get(f"{W}type", "normal") == "normal"
            }
            for identity, state in reader.references(location):
                if identity in notes:
                    reader.read(location, f"{location} {identity}", notes[identity], state)  # type: ignore[arg-type]
    for location in ("header", "footer"):
        used = package.related(package.main, location)
        for part in sorted(set(used.values())):
            reader.read(location, part, package.xml(part))  # type: ignore[arg-type]
    return reader.stories


class _Reader:
    """Walks elements in document order; the state of what is around is handed down."""

    def __init__(self) -> None:
        self.stories: list[Story] = []
        self._groups = 0
        self._moves: dict[str, str] = {}

    def references(self, location: str) -> list[tuple[str, State]]:
        """Ids of the notes referred to, in order, once each, and whether they come or go."""
        found: dict[str, State] = {}
        for story in self.stories:
            for paragraph in story.paragraphs:
                for run in paragraph.runs:
                    if run.note and run.note[0] == location:
                        found[run.note[1]] = _together(story.state, paragraph.whole, run.state)
        return list(found.items())

    def read(self, location: Location, key: str, root: Element | None, state: State = "") -> None:
        """Reads a story and, after it, the text boxes in it."""
        story = Story(location, key, [], state)
        self.stories.append(story)
        if root is not None:
            self._blocks(root, story, "", self._new_group(), "")

    def _new_group(self) -> int:
        self._groups += 1
        return self._groups

    def _blocks(self, parent: Element, story: Story, whole: State, group: int, cell: str) -> int:
        """Paragraphs and tables below an element; returns the group that what follows is in."""
        for child in parent:
            tag = child.tag
            if tag == f"{W}p":
                self._paragraph(child, story, whole, group, cell)
            elif tag == f"{W}tbl":
                self._table(child, story, whole)
                group = self._new_group()
            elif tag in _STATES:
                # Around whole blocks: only moves and custom XML are written like this.
                group = self._blocks(child, story, _together(whole, _STATES[tag]), group, cell)
            elif tag == f"{MC}AlternateContent":
                group = self._blocks(_chosen(child), story, whole, group, cell)
            elif isinstance(tag, str) and tag not in _SKIPPED:
                self._note_move(child)
                group = self._blocks(child, story, whole, group, cell)
        return group

    def _table(self, table: Element, story: Story, whole: State) -> None:
        formatted = any(_formats_table(child) for child in table)
        for row in _inside(table, f"{W}tr"):
            state = _together(whole, _marked(row.find(f"{W}trPr"), _ROW_STATES))
            formatted = formatted or _formats_table(row.find(f"{W}trPr"))
            for cell in _inside(row, f"{W}tc"):
                properties = cell.find(f"{W}tcPr")
                cell_state = _together(state, _marked(properties, _CELL_STATES))
                formatted = formatted or _formats_table(properties)
                first = len(story.paragraphs)
                self._blocks(cell, story, cell_state, self._new_group(), "cell")
                if formatted and len(story.paragraphs) > first:
                    story.paragraphs[first].formatted = True
                    formatted = False

    def _paragraph(
        self, element: Element, story: Story, whole: State, group: int, cell: str
    ) -> None:
        properties = element.find(f"{W}pPr")
        mark: State = ""
        formatted = False
        if properties is not None:
            mark = _marked(properties.find(f"{W}rPr"), _STATES)
            formatted = properties.find(f"{W}pPrChange") is not None
        location: Location = "table" if cell and story.location == "body" else story.location
        paragraph = Paragraph([], mark, whole, group, location, formatted)
        story.paragraphs.append(paragraph)
        boxes: list[tuple[Element, State]] = []
        self._inline(element, paragraph, "", boxes)
        for box, state in boxes:
            self.read("textbox", "textbox", box, _together(story.state, whole, state))

    def _inline(
        self, parent: Element, paragraph: Paragraph, state: State,
        boxes: list[tuple[Element, State]],
    ) -> None:  # fmt: skip
        for child in parent:
            tag = child.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                continue
            if tag == f"{W}r":
                self._run(child, paragraph, state, boxes)
            elif tag in _STATES:
                self._inline(child, paragraph, _together(state, _STATES[tag]), boxes)
            elif tag == f"{M}r":
                inner = child.find(f"{W}rPr")
                self._run(child, paragraph, _together(state, _marked(inner, _STATES)), boxes)
            elif tag == f"{MC}AlternateContent":
                self._inline(_chosen(child), paragraph, state, boxes)
            else:
                if tag in (f"{M}oMath", f"{M}oMathPara") and not _has_text(child):
                    self._add(paragraph, FORMULA, state, False)
                self._note_move(child)
                self._inline(child, paragraph, state, boxes)

    def _run(
        self, run: Element, paragraph: Paragraph, state: State,
        boxes: list[tuple[Element, State]],
    ) -> None:  # fmt: skip
        formatted = run.find(f"{W}rPr/{W}rPrChange") is not None
        for child in _flat(run):
            tag = child.tag
            if tag in _TEXTS:
                self._add(paragraph, child.text or "", state, formatted)
            elif tag == f"{W}sym":
                self._add(paragraph, _symbol(child.get(f"{W}char", "")), state, formatted)
            elif tag in _CHARACTERS:
                self._add(paragraph, _CHARACTERS[tag], state, formatted)
                if _CHARACTERS[tag] == NOTE:
                    kind = "footnote" if tag.endswith("}footnoteReference") else "endnote"
                    paragraph.runs[-1].note = (kind, child.get(f"{W}id", ""))
                elif _CHARACTERS[tag] == OBJECT:
                    boxes += [(box, state) for box in _boxes(child)]

    def _add(self, paragraph: Paragraph, text: str, state: State, formatted: bool) -> None:
        move = next(reversed(self._moves.values()), "") if state else ""
        paragraph.runs.append(Run(text, state, move, formatted))

    def _note_move(self, element: Element) -> None:
        tag, identity = element.tag, element.get(f"{W}id", "")
        if tag in (f"{W}moveFromRangeStart", f"{W}moveToRangeStart"):
            self._moves[identity] = element.get(f"{W}name", "")
        elif tag in (f"{W}moveFromRangeEnd", f"{W}moveToRangeEnd"):
            self._moves.pop(identity, None)


def _together(*states: State) -> State:
    """What states around each other come to."""
    present = {state for state in states if state}
    if len(present) > 1:
        return "passing"
    return present.pop() if present else ""


def _marked(properties: Element | None, states: dict[str, State]) -> State:
    if properties is None:
        return ""
    found = [states[child.tag] for child in properties if child.tag in states]
    return _together(*found)


def _formats_table(properties: Element | None) -> bool:
    return properties is not None and any(child.tag in _TABLE_FORMATS for child in properties)


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    """Rows of a table, cells of a row: also those in content controls."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _inside(child, tag)


def _chosen(alternatives: Element) -> Element:
    """The branch of mc:AlternateContent that today's programs show."""
    for name in ("Choice", "Fallback"):
        branch = alternatives.find(f"{MC}{name}")
        if branch is not None:
            return branch
    return ()


def _flat(run: Element) -> Iterator[Element]:
    for child in run:
        if child.tag == f"{MC}AlternateContent":
            yield from _chosen(child)
        elif child.tag == f"{W}ruby":
            for inner in child.iter(f"{W}r"):
                yield from _flat(inner)
        else:
            yield child


def _boxes(drawing: Element) -> Iterator[Element]:
    """Text boxes of a drawing; those inside another text box come with that one."""
    for child in drawing:
        if child.tag == f"{W}txbxContent":
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from _boxes(_chosen(child))
        elif isinstance(child.tag, str):
            yield from _boxes(child)


def _has_text(formula: Element) -> bool:
    return any((text.text or "").strip() for text in formula.iter(f"{M}t"))


def _symbol(code: str) -> str:
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return OBJECT
