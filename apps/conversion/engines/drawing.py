"""Drawings to look into and to write on: operations `drawing` and `markup`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from apps.conversion import drawings
from apps.conversion.drawings import Markup

from . import drawing_dxf, drawing_svg
from .job import Job, Refusal
from .protocol import Meta

_LARGEST_PICTURE = 64 * 1024**2
_READERS: dict[str, Callable[[Job], tuple[Meta, list[bytes]]]] = {
    "dxf": drawing_dxf.read,
    "svg": drawing_svg.read,
}
_WRITERS: dict[str, Callable[[Job, list[Markup], Any], None]] = {
    "dxf": drawing_dxf.write,
    "svg": drawing_svg.write,
}


def drawing(job: Job) -> Meta:
    """Operation `drawing`, params {format}: dxf or svg.

    Makes a part `picture/N` for each sheet, an SVG without the mark-up, and a part `drawing`:
    {layers, layouts, markup, recovered}. A layer is {name, colour, on, frozen, locked, entities};
    its number is that of `data-layer` in the pictures. A layout is {name, unit, scale, size,
    matrix, ends}: `matrix` leads from drawing units into the picture, `scale` is how many of its
    `unit` a drawing unit is, `ends` are points to snap to, in the picture.
    """
    about, pictures = _READERS[_format(job)](job)
    if sum(map(len, pictures)) > _LARGEST_PICTURE:
        raise Refusal("too_large", "The drawing has too many lines to be shown at once.")
    for number, picture in enumerate(pictures):
        target = job.out / f"picture-{number}.svg"
        target.write_bytes(picture)
        job.part(f"picture/{number}", target, "image/svg+xml")
    target = job.out / "drawing.json"
    target.write_text(json.dumps(about, separators=(",", ":")), "utf-8")
    job.part("drawing", target, "application/json")
    return {"layers": len(about["layers"]), "layouts": len(about["layouts"])}


def markup(job: Job) -> Meta:
    """Operation `markup`, params {format, markup}: a part `drawing` with this mark-up as its own.

    `markup` names a file as `drawings.read` takes it. The same input makes the same bytes.
    """
    form = _format(job)
    objects = drawings.read((job.directory / str(job.params["markup"])).read_bytes())
    target = job.out / f"drawing.{form}"
    _WRITERS[form](job, objects, target)
    job.part("drawing", target, "application/octet-stream")
    return {"objects": len(objects)}


def _format(job: Job) -> str:
    form = str(job.params.get("format", ""))
    if form not in _READERS:
        raise Refusal("format_unsupported", f".{form} files are no drawings that are known here.")
    return form
