"""Word packages as XML trees, opened with suspicion: no DTD, no entities, nothing fetched."""

from __future__ import annotations

import posixpath
import zipfile
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from . import containers
from .job import Refusal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT = "http://purl.oclc.org/ooxml/"

Element = Any


class Package:
    """One docx file. `name` says which one in sentences for people."""

    def __init__(self, path: Path, name: str) -> None:
        """Check and open it. Raises Refusal with the reason."""
        self.name = name
        container = containers.identify(path)
        if container == "cfb" and containers.is_encrypted_package(path):
            raise Refusal("password_required", f"The {name} document asks for a password.")
        if container != "zip":
            raise Refusal("format_mismatch", f"The {name} document is not a .docx file.")
        containers.check_package(path)
        self._zip = zipfile.ZipFile(path)
        entries = self._zip.infolist()
        self._parts = {entry.filename.lstrip("/"): entry for entry in entries}
        self._relationships: dict[str, dict[str, tuple[str, str, bool]]] = {}
        if len({name.lower() for name in self._parts}) != len(entries):
            # Two readers could take different ones for the document.
            raise Refusal("document_corrupt", f"The {name} document has two pieces of one name.")
        if self.main not in self._parts:
            raise Refusal("format_mismatch", f"The {name} document holds no Word document.")

    @cached_property
    def main(self) -> str:
        """Name of the part that holds the document itself."""
        return next(iter(self.related("", "officeDocument").values()), "word/document.xml")

    def has(self, part: str) -> bool:
        return part in self._parts

    def bytes_of(self, part: str) -> bytes:
        """The part's content. Raises Refusal when it is damaged."""
        try:
            return self._zip.read(self._parts[part])
        except Exception as error:  # zipfile's own, zlib.error, lzma.LZMAError and their like
            raise self._damaged(part, "cannot be unpacked") from error

    def xml(self, part: str) -> Element:
        """The part's root element. Raises Refusal(document_corrupt)."""
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        data = self.bytes_of(part)
        if _STRICT.encode() in data:
            # The same vocabulary under another name (ISO/IEC 29500 Strict).
            data = data.replace(
                b"http://purl.oclc.org/ooxml/officeDocument/",
                b"http://schemas.openxmlformats.org/officeDocument/2006/",
            ).replace(
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise self._damaged(part, "is not well-formed XML") from error
        if root.getroottree().docinfo.doctype:
            raise Refusal("document_corrupt", f"The {self.name} document declares a document type.")
        return root

    def _damaged(self, part: str, how: str) -> Refusal:
        sentence = f"The {self.name} document is damaged: its part {part[:100]} {how}."
        return Refusal("document_corrupt", sentence)

    def relationships(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Id to (kind, target part or address, external) of what a part refers to."""
        if part not in self._relationships:
            self._relationships[part] = self._read_relationships(part)
        return self._relationships[part]

    def _read_relationships(self, part: str) -> dict[str, tuple[str, str, bool]]:
        folder, _, name = part.rpartition("/")
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return {}
        found = {}
        for item in self.xml(rels).iter(_RELATIONSHIP):
            kind = item.get("Type", "").rpartition("/")[2]
            target, external = item.get("Target", ""), item.get("TargetMode") == "External"
            if not external:
                path = target if target.startswith("/") else posixpath.join("/", folder, target)
                target = posixpath.normpath(path).lstrip("/")
            found[item.get("Id", "")] = (kind, target, external)
        return found

    def related(self, part: str, kind: str) -> dict[str, str]:
        """Id to part name of the existing parts of one kind that a part refers to."""
        return {
            identity: target
            for identity, (what, target, external) in self.relationships(part).items()
            if what == kind and not external and self.has(target)
        }

    def parts(self, folder: str) -> list[str]:
        """Names of the parts below a folder, sorted."""
        return sorted(name for name in self._parts if name.startswith(folder))
