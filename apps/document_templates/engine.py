"""The templates engine, spoken to: Word files are opened nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from apps.clients.models import ApiClient
from apps.conversion import direct
from apps.core.errors import ErrorCode, PortalError
from apps.document_templates import sample
from apps.document_templates.models import TemplateVersion
from apps.workfiles.models import Blob, WorkFile

Json = dict[str, Any]
_READ_SECONDS, _FILL_SECONDS, _PAGE_SECONDS = 30.0, 15.0, 30.0
_MOST_PICTURES = 200
# In points; said of pages whose size the engine does not tell.
_A4 = (595.3, 841.9)


@dataclass(frozen=True, slots=True)
class Filling:
    """Everything a document is filled with."""

    version: TemplateVersion
    values: Json
    data: Json = field(default_factory=dict)
    language: str = ""
    client: ApiClient | None = None


@dataclass(frozen=True, slots=True)
class PagePreview:
    """One page of a filled document as PNG; its size in points."""

    image: bytes
    page: int
    pages: int
    width: float
    height: float
    warnings: list[str]


def read(blob: Blob) -> Json:
    """What a Word file asks for and what is wrong with it; see the engine's `template_read`."""
    with direct.bench() as bench:
        bench.put("source.docx", blob)
        _, files = bench.run("templates", "template_read", "source.docx", seconds=_READ_SECONDS)
        result: Json = json.loads(bench.read(files["template"]))
        return result


def compare(old: Blob, new: Blob) -> Json:
    """How two Word files differ; see the engine's `template_diff`."""
    with direct.bench() as bench:
        bench.put("source.docx", old)
        bench.put("other.docx", new)
        params = {"other": "in/other.docx"}
        _, files = bench.run(
            "templates", "template_diff", "source.docx", params, seconds=_READ_SECONDS
        )
        result: Json = json.loads(bench.read(files["diff"]))
        return result


def fill(filling: Filling) -> tuple[bytes, list[str]]:
    """The filled document, and what had no value."""
    with direct.bench() as bench:
        file, warnings = _fill(bench, filling)
        return bench.read(file), warnings


def preview(filling: Filling, page: int, width: int) -> PagePreview:
    """A page of the filled document: filled, laid out and drawn without leaving the bench."""
    with direct.bench() as bench:
        file, warnings = _fill(bench, filling)
        bench.reuse(file, "filled.docx")
        wanted = {"format": "docx", "first_page": False, "page": page}
        meta, files = bench.run("office", "pdf", "filled.docx", wanted, seconds=_PAGE_SECONDS)
        # The fallback engine makes the whole document.
        name = "page" if "page" in files else "whole"
        shown = int(meta.get("page", min(page, int(meta["pages"]) - 1)))
        bench.reuse(files[name], "page.pdf")
        index = 0 if name == "page" else shown
        drawing = {"first": index, "last": index, "format": "png", "width": width}
        _, images = bench.run("pages", "raster", "page.pdf", drawing, seconds=_PAGE_SECONDS)
        image = bench.read(images[f"page/{index}"])
        side, height = meta.get("size") or _A4
        return PagePreview(image, shown, int(meta["pages"]), side, height, warnings)


def _fill(bench: direct.Bench, filling: Filling) -> tuple[str, list[str]]:
    bench.put("source.docx", filling.version.blob)
    pictures, missing = _pictures(bench, filling)
    wanted = {
        "fields": filling.version.definition.get("fields", []),
        "values": filling.values,
        "data": filling.data,
        "language": filling.language or filling.version.template.datasource.default_language,
        "pictures": pictures,
    }
    bench.put("values.json", json.dumps(wanted, ensure_ascii=False).encode("utf-8", "replace"))
    try:
        meta, files = bench.run("templates", "template_fill", "source.docx", seconds=_FILL_SECONDS)
    except PortalError as error:
        if error.code == ErrorCode.DOCUMENT_CORRUPT:
            raise PortalError(ErrorCode.INPUT_INVALID, error.detail, at="template") from error
        raise
    return files["document"], [*missing, *meta["warnings"]]


def _pictures(bench: direct.Bench, filling: Filling) -> tuple[dict[str, str], list[str]]:
    """Lay out the work files the values name; those of another client do not exist."""
    names = _picture_ids(filling.version.definition.get("fields", []), filling.values)
    laid = {}
    if sample.PICTURE in names:
        names.remove(sample.PICTURE)
        bench.put("sample.png", sample.picture())
        laid[sample.PICTURE] = "in/sample.png"
    found = {}
    if names and filling.client is not None:
        rows = WorkFile.objects.filter(
            client=filling.client, file_id__in=sorted(names)[:_MOST_PICTURES]
        )
        found = {row.file_id: row for row in rows.select_related("blob")}
    for number, (name, row) in enumerate(found.items()):
        laid[name] = f"in/picture-{number}.{row.extension}"
        bench.put(f"picture-{number}.{row.extension}", row.blob)
    missing = ["A picture is gone; upload it again." for name in names if name not in found]
    return laid, missing


def _picture_ids(level: list[Json], values: Any) -> set[str]:
    found: set[str] = set()
    if not isinstance(values, dict):
        return found
    for one in level:
        value = values.get(one["key"])
        if one["kind"] == "group":
            found |= _picture_ids(one.get("fields", []), values)
        elif one["kind"] == "picture" and isinstance(value, str) and value:
            found.add(value)
        elif one["kind"] in ("object", "collection"):
            for item in value if isinstance(value, list) else [value]:
                found |= _picture_ids(one.get("fields", []), item)
    return found
