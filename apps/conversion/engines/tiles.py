"""Part of the image of a page, for viewers that show large pages piece by piece."""

from __future__ import annotations

from . import pdf
from .job import Job, Refusal
from .protocol import Meta
from .raster import Canvas, encode, image_type

_QUALITY = 80


def tile(job: Job) -> Meta:
    """Operation `tile`, params {first, format, dpi, box: "x,y,width,height"}: a part `tile`.

    What of the box lies outside the page is cut off; nothing of it inside is refused.
    """
    form = str(job.params["format"])
    x, y, width, height = map(int, str(job.params["box"]).split(","))
    with pdf.open_pdf(job.source) as document:
        document.init_forms()
        page = pdf.load_page(document, int(job.params["first"]))
        pixels = Canvas().draw(document, page, job.params)[y : y + height, x : x + width]
        if not pixels.size:
            raise Refusal("page_not_found", "The tile lies outside the page.")
        target = job.out / f"tile.{form}"
        target.write_bytes(encode(pixels.copy(), form, _QUALITY))
        shown = {"width": pixels.shape[1], "height": pixels.shape[0]}
        page.close()
    job.part("tile", target, image_type(form), shown)
    return shown
