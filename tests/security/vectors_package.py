"""Office Open XML packages, made of parts and relations."""

from __future__ import annotations

from typing import NamedTuple

from tests.engine import documents

SCHEMA = "http://schemas.openxmlformats.org"
RELATION = f"{SCHEMA}/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument"
DRAWING = f"{SCHEMA}/drawingml/2006/main"
HEAD = '<?xml version="1.0"?>'
_MAIN = {
    "docx": ("word/document.xml", f"{TYPE}.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{TYPE}.spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{TYPE}.presentationml.presentation.main+xml"),
}


class Part(NamedTuple):
    """A part of a package, how the main part is related to it, and what it is related to."""

    name: str
    content: str | bytes
    media_type: str = "application/xml"
    relation: str = ""
    relations: str = ""


def relation(kind: str, target: str, number: int = 1, external: bool = True) -> str:
    mode = ' TargetMode="External"' if external else ""
    address = kind if "://" in kind else f"{RELATION}/{kind}"
    return f'<Relationship Id="r{number}" Type="{address}" Target="{target}"{mode}/>'


def package(form: str, main: str, relations: str = "", parts: tuple[Part, ...] = ()) -> bytes:
    """A package of this form: its main part, relations of that (r1 ...), other parts (q0 ...)."""
    name, main_type = _MAIN[form]
    types = (
        f'{HEAD}<Types xmlns="{SCHEMA}/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{name}" ContentType="{main_type}"/>'
        + "".join(
            f'<Override PartName="/{part.name}" ContentType="{part.media_type}"/>' for part in parts
        )
        + "</Types>"
    )
    entries: dict[str, str | bytes] = {
        "[Content_Types].xml": types,
        "_rels/.rels": _relations(relation("officeDocument", name, external=False)),
        name: main,
    }
    for number, part in enumerate(parts):
        entries[part.name] = part.content
        if part.relation:
            place = f"/{part.name}"
            relations += relation(part.relation, place, number, external=False).replace(
                f'"r{number}"', f'"q{number}"'
            )
        if part.relations:
            entries[_relations_of(part.name)] = _relations(part.relations)
    entries[_relations_of(name)] = _relations(relations)
    return documents.package(entries)


def _relations_of(name: str) -> str:
    folder, _, base = name.rpartition("/")
    return f"{folder}/_rels/{base}.rels"


def _relations(inner: str) -> str:
    return (
        f'{HEAD}<Relationships xmlns="{SCHEMA}/package/2006/relationships">{inner}</Relationships>'
    )
