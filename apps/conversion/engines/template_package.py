"""A Word template as a package: its stories, and what in it is not safe to fill or to open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .containers import check_package as check_package
from .job import Refusal
from .redline_package import MC, Package, W

W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_FALLBACK = f"{MC}Fallback"
MAX_PART_CHARACTERS = 16 * 1024**2
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
MARK = re.compile(r"\{[{%#]")

Element = Any
Finding = dict[str, Any]

# Kinds of relationship that point out of the package and are harmless or taken out when filling.
_LINKS = {"hyperlink"}
_TAKEN_OUT = {"attachedTemplate"}
_HARMLESS_LINK = re.compile(r"(?i)(https?://|mailto:|tel:|#)")
_FIELDS = re.compile(
    r"(?i)(?<![A-Z])(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|DDEAUTO|DDE|IMPORT|LINK|RD|DATABASE|"
    r"MACROBUTTON|AUTOTEXTLIST|AUTOTEXT|HTMLCONTROL|ADDIN|ASK|FILLIN|SET|EMBED)(?![A-Z])"
)
_DANGEROUS_ELEMENTS = {
    f"{W}altChunk": "another document that is pulled in (altChunk)",
    f"{W}subDoc": "a part of a master document (subDoc)",
    f"{W}control": "an ActiveX control",
    "{urn:schemas-microsoft-com:office:office}OLEObject": "an embedded or linked object (OLE)",
}
_DANGEROUS_PARTS = (
    (re.compile(r"(?i)vbaProject|vbaData"), "macros", "Macros"),
    (re.compile(r"(?i)/activeX/"), "active_content", "An ActiveX control"),
    (re.compile(r"(?i)oleObject\d*\.bin$"), "embedded_object", "An embedded object (OLE)"),
)
# Attributes people see and write marks in.
_SPOKEN_ATTRIBUTES = {"descr", "title", "name"}
TYPES = "[Content_Types].xml"


def finding(
    code: str,
    severity: str,
    message: str,
    remedy: str,
    *,
    part: str = "body",
    paragraph: int | None = None,
    excerpt: str = "",
) -> Finding:
    """One thing the doctor says; paragraphs count from 1 within their part."""
    return {
        "code": code,
        "severity": severity,
        "message": message,
        "remedy": remedy,
        "part": part,
        "paragraph": paragraph,
        "excerpt": excerpt[:160],
    }


class TemplatePackage(Package):
    """A .docx that is to be a template."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises Refusal; a declared document type anywhere is refused."""
        self._trees: dict[str, Element] = {}
        super().__init__(path, "template")
        for name in self.parts(""):
            if name.endswith((".xml", ".rels")):
                if self._parts[name].file_size > MAX_PART_CHARACTERS:
                    raise Refusal("too_large", f"{name} unpacks to more than 16 MB.")
                if _may_declare_a_type(self.bytes_of(name)):
                    self.xml(name)
            if ".." in name.split("/") or "\\" in name:
                raise Refusal("document_corrupt", "A piece of the template has no proper name.")
        if self.xml(self.main).find(f"{W}body") is None:
            raise Refusal("format_mismatch", "The template holds no Word document.")

    def xml(self, part: str) -> Element:
        """The part's root element, the same one each time."""
        if part not in self._trees:
            self._trees[part] = super().xml(part)
        return self._trees[part]

    def add_tree(self, part: str, root: Element) -> None:
        """Make a new part known."""
        self._trees[part] = root

    def has(self, part: str) -> bool:
        return part in self._trees or super().has(part)

    def parse_everything(self) -> None:
        """Look at the parts no mark can be in, too. Raises Refusal for XML that is none."""
        for name in self.parts(""):
            if name.endswith((".xml", ".rels")):
                self.xml(name)

    def stories(self) -> Iterator[tuple[str, Element]]:
        """What holds marks, with its name for people: body, headers, footers, footnotes."""
        for story, part in self.story_parts():
            yield story, self.xml(part)

    def story_parts(self) -> Iterator[tuple[str, str]]:
        """The stories' names and parts."""
        yield "body", self.main
        for kind in ("header", "footer"):
            for number, part in enumerate(sorted(set(self.related(self.main, kind).values())), 1):
                yield f"{kind} {number}", part
        for part in sorted(set(self.related(self.main, "footnotes").values())):
            yield "footnotes", part


def _may_declare_a_type(data: bytes) -> bool:
    """Whether only a parser can tell that an XML part declares no document type.

    That is many times faster than parsing every part. The word cannot be written otherwise in
    UTF-8; other encodings say their name first, hold a zero, or do not begin with a bracket.
    """
    head = data[:200]
    other = b"\x00" in head or not head.lstrip(_BEFORE_XML).startswith(b"<")
    if not other and (encoding := _ENCODING.search(head)):
        other = encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")
    return other or b"<!DOCTYPE" in data


def own_paragraphs(root: Element) -> list[Element]:
    """The paragraphs of a story in document order, without the copies for old readers."""
    return [
        paragraph
        for paragraph in root.iter(f"{W}p")
        if next(paragraph.iterancestors(_FALLBACK), None) is None
    ]


def own_text(paragraph: Element) -> str:
    """The paragraph's text, without that of paragraphs inside it (text boxes)."""
    return "".join(_pieces(paragraph))


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag == f"{W}t":
            yield child.text or ""
        elif tag in (f"{W}tab", f"{W}br", f"{W}cr"):
            yield " "
        elif tag not in (f"{W}p", _FALLBACK, f"{W}pPr", f"{W}rPr"):
            yield from _pieces(child)


def unsafe(package: TemplatePackage) -> list[Finding]:
    """What keeps a document from being a template: error findings."""
    found = [
        finding(code, "error", f"{what} in the file ({name}).", "Save the document without it.")
        for name in package.parts("")
        for pattern, code, what in _DANGEROUS_PARTS
        if pattern.search(f"/{name}")
    ]
    if b"http://purl.oclc.org/ooxml/" in package.bytes_of(package.main):
        found.append(
            finding(
                "strict_format",
                "error",
                "The file is in the Strict variant of Word's format.",
                "Save it in Word as “Word document (.docx)”.",
            )
        )
    types = {
        entry.get("ContentType", "")
        for entry in package.xml(TYPES)
        if entry.get("PartName", "").lstrip("/") == package.main
    }
    if any("macroEnabled" in kind for kind in types):
        found.append(
            finding("macros", "error", "The file may hold macros.", "Save it as .docx in Word.")
        )
    for name in package.parts(""):
        if name.endswith(".rels"):
            found += _outside(package, name)
    for story, root in package.stories():
        found += _in_story(story, root)
    return found


def _outside(package: TemplatePackage, name: str) -> Iterator[Finding]:
    for item in package.xml(name):
        if item.get("TargetMode") != "External":
            continue
        kind, target = item.get("Type", "").rpartition("/")[2], item.get("Target", "")
        if kind in _LINKS and _HARMLESS_LINK.match(target):
            continue
        if kind in _TAKEN_OUT:
            yield finding(
                "attached_template",
                "info",
                "The document is attached to a Word template elsewhere.",
                "Nothing to do: the attachment is left out of filled documents.",
                excerpt=target,
            )
            continue
        yield finding(
            "external_reference",
            "error",
            f"The document fetches something from outside ({kind}).",
            "Put the content into the document; links may go to web and mail addresses.",
            excerpt=target,
        )


def _in_story(story: str, root: Element) -> Iterator[Finding]:
    for number, paragraph in enumerate(own_paragraphs(root), 1):
        codes = "".join(node.text or "" for node in paragraph.iter(f"{W}instrText"))
        simple = [node.get(f"{W}instr", "") for node in paragraph.iter(f"{W}fldSimple")]
        for code in filter(None, (codes, *simple)):
            if known := _FIELDS.search(re.sub(r'"[^"]*"', '""', code)):
                yield finding(
                    "unsafe_field",
                    "error",
                    f"The Word field {known[1].upper()} fetches or runs something.",
                    "Delete the field (Alt+F9 shows it) and put its content there.",
                    part=story,
                    paragraph=number,
                    excerpt=code,
                )
            if MARK.search(code):
                yield finding(
                    "mark_in_field",
                    "error",
                    "A mark stands inside a Word field, where a value could become a command.",
                    "Write the mark as ordinary text beside the field.",
                    part=story,
                    paragraph=number,
                    excerpt=code,
                )
    for element in root.iter():
        if element.tag in _DANGEROUS_ELEMENTS:
            yield finding(
                "embedded_object",
                "error",
                f"The document holds {_DANGEROUS_ELEMENTS[element.tag]}.",
                "Delete it, or put a picture of it there.",
                part=story,
            )
        for name, value in element.attrib.items():
            if "{" in value and MARK.search(value) and name not in _SPOKEN_ATTRIBUTES:
                if name.rpartition("}")[2] == "instr" or str(element.tag).startswith(W + "tag"):
                    continue
                yield finding(
                    "mark_in_attribute",
                    "error",
                    "A mark stands where the document's structure is described, not in its text.",
                    "Write marks as ordinary text.",
                    part=story,
                    excerpt=value,
                )
