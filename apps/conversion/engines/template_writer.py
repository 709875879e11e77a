"""Writing a filled template: the template's package with some parts replaced and pictures added."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from lxml import etree
from PIL import Image

from .redline_package import W
from .template_package import TYPES, TemplatePackage

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# What Word shows, by Pillow's name; anything else is written as PNG.
_EXTENSIONS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "BMP": "bmp", "TIFF": "tiff"}
_FASTEST = 1


class Writer:
    """Collects what is to be different from the template."""

    def __init__(self, package: TemplatePackage) -> None:
        self._package = package
        self._changed: dict[str, bytes] = {}
        self._media: dict[str, str] = {}

    def put(self, part: str, root: Any) -> None:
        """Replaces a part by a tree."""
        self._changed[part] = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", standalone=True
        )

    def picture(self, part: str, file: str, image: Image.Image) -> str:
        """Adds a picture for a part to show; returns the id of the relationship."""
        if file not in self._media:
            extension = _EXTENSIONS.get(image.format or "", "")
            name = f"word/media/imageFilled{len(self._media) + 1}.{extension or 'png'}"
            if extension:
                self._changed[name] = Path(file).read_bytes()
            else:
                self._changed[name] = _as_png(image, Path(name).name)
            self._media[file] = name
            self._declare(extension or "png")
        rels = _rels_of(part)
        if self._package.has(rels):
            root = self._package.xml(rels)
        else:
            root = etree.Element(f"{{{_RELATIONSHIPS}}}Relationships", nsmap={None: _RELATIONSHIPS})
            self._package.add_tree(rels, root)
        identity = f"rIdFilled{len(root) + 1}"
        attributes = {"Id": identity, "Type": f"{_OFFICE}/image", "Target": f"/{self._media[file]}"}
        etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship", attributes)
        self.put(rels, root)
        return identity

    def _declare(self, extension: str) -> None:
        root = self._package.xml(TYPES)
        known = {one.get("Extension", "").lower() for one in root.iter(f"{_CONTENT_TYPES}Default")}
        if extension not in known:
            kind = {"Extension": extension, "ContentType": f"image/{extension}"}
            root.insert(0, etree.Element(f"{_CONTENT_TYPES}Default", kind))
            self.put(TYPES, root)

    def leave_out_attached_template(self) -> None:
        """What the document was attached to on its author's machine."""
        for part in self._package.related(self._package.main, "settings").values():
            rels = _rels_of(part)
            if not self._package.has(rels):
                continue
            root, settings = self._package.xml(rels), self._package.xml(part)
            for one in list(root):
                if one.get("Type", "").endswith("/attachedTemplate"):
                    root.remove(one)
                    for element in settings.findall(f"{W}attachedTemplate"):
                        settings.remove(element)
                    self.put(rels, root)
                    self.put(part, settings)

    def be_a_document(self) -> None:
        """A .dotx becomes a document, not another template."""
        root = self._package.xml(TYPES)
        for one in root:
            if one.get("ContentType") == f"{_WORD}.template.main+xml":
                one.set("ContentType", f"{_WORD}.document.main+xml")
                self.put(TYPES, root)

    def write(self, target: Path) -> None:
        """The whole package. Level 1: the file is made to be read once or twice."""
        names = list(dict.fromkeys([TYPES, *self._package.parts(""), *self._changed]))
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_FASTEST) as out:
            for name in names:
                if name.endswith("/"):
                    continue
                data = self._changed.get(name)
                packed = name.rpartition(".")[2].lower() in ("png", "jpg", "jpeg", "gif")
                out.writestr(
                    name,
                    self._package.bytes_of(name) if data is None else data,
                    zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED,
                )


def _rels_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _as_png(image: Image.Image, name: str) -> bytes:
    scratch = Path("tmp") / name
    image.convert("RGBA").save(scratch, "PNG")
    return scratch.read_bytes()
