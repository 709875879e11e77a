"""Images as PDF, without loss: one page a frame, upright, on white."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import img2pdf
import numpy
import PIL
from PIL import Image, ImageFile, ImageOps, ImageSequence

from . import pdf, raster
from .job import Job, Refusal
from .protocol import Meta

FORMATS = {
    "png": "PNG",
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "gif": "GIF",
    "bmp": "BMP",
    "tif": "TIFF",
    "tiff": "TIFF",
    "webp": "WEBP",
    "jp2": "JPEG2000",
    "ico": "ICO",
    "ppm": "PPM",
}
_MAX_PIXELS = 120_000_000  # of one frame
_MAX_FRAMES = 2000
_POINTS_PER_INCH = 72.0
# 72 is what programs write when they do not know.
_LEAST_CREDIBLE_DPI, _MOST_CREDIBLE_DPI, _DEFAULT_DPI = 73.0, 2400.0, 96.0
_A3_LONG_SIDE = 1190.55  # points
_DARK_BELOW = (1 << 14) - 1  # sensors of 10 to 14 bits write such images
_SMALLEST_SIDE, _LARGEST_SIDE = 9.0, 14_400.0  # points; the latter is PDF's own limit

# Our own limit is stricter and says so; a picture that ends early is shown as far as it goes.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = True
Image.init()


def to_pdf(job: Job) -> Meta:
    """Operation `pdf` for images, params {format}. A JPEG's bytes are kept as they are."""
    form = str(job.params.get("format", "")).lower()
    try:
        return _convert(job, FORMATS[form])
    except (PIL.UnidentifiedImageError, img2pdf.ImageOpenError) as error:
        raise Refusal("format_mismatch", f"The content is not a .{form} image.") from error
    except (OSError, ValueError, SyntaxError, IndexError, EOFError) as error:
        if getattr(error, "errno", 0) == errno.ENOMEM:
            raise
        raise Refusal("document_corrupt", f"The image cannot be decoded: {error}"[:500]) from error


def _convert(job: Job, expected: str) -> Meta:
    if not job.source.stat().st_size:
        raise Refusal("document_empty", "The file has no bytes.")
    with Image.open(job.source, formats=sorted(set(FORMATS.values()))) as image:
        if image.format not in {expected, "MPO" if expected == "JPEG" else expected}:
            raise Refusal("format_mismatch", f"The content is a {image.format} image.")
        _check_size(image)
        frames = list(_frames(job, image))
    whole = job.out / "whole.pdf"
    if len(frames) > 1:
        first = job.out / "first.pdf"
        first.write_bytes(_pdf(frames[:1]))
        job.part("first", first, pdf.MEDIA_TYPE)
    whole.write_bytes(_pdf(frames))
    return pdf.deliver(job, whole)


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > _MAX_PIXELS:
        raise Refusal("too_large", f"An image of more than {_MAX_PIXELS} pixels.")


def _frames(job: Job, image: Image.Image) -> Iterator[tuple[Path, float]]:
    """Files that img2pdf takes over unchanged, each with its resolution (0: unknown)."""
    if image.format == "JPEG" and image.mode in {"L", "RGB", "CMYK"}:
        image.load()
        yield job.source, _dpi(image)
        return
    paged = image.format == "TIFF"
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number >= _MAX_FRAMES:
            raise Refusal("too_large", f"More than {_MAX_FRAMES} frames.")
        _check_size(frame)
        target = job.tmp / f"frame-{number}.png"
        target.write_bytes(_png(upright_on_white(frame)))
        yield target, _dpi(frame)
        if not paged:
            return


def upright_on_white(frame: Image.Image) -> Image.Image:
    """The frame turned as its EXIF says, in mode 1, L or RGB; transparency becomes white."""
    frame = ImageOps.exif_transpose(frame)
    if frame.mode in {"I;16", "I;16L", "I;16B", "I", "F"}:
        return _eight_bits(frame)
    if frame.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in frame.info:
        rgba = frame.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return frame if frame.mode in {"1", "L", "RGB"} else frame.convert("RGB")


def _eight_bits(frame: Image.Image) -> Image.Image:
    """Scale deeper grey to 8 bits; what fills no more than 14 bits is stretched to be visible."""
    values = numpy.nan_to_num(numpy.asarray(frame, dtype=numpy.float64))
    low, high = float(values.min()), float(values.max())
    if frame.mode.startswith("I;16") and high > _DARK_BELOW:
        low, high = 0.0, 65_535.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    scaled = (values - low) * (255.0 / max(high - low, 1e-9))
    return Image.fromarray(scaled.round().clip(0, 255).astype(numpy.uint8))


def _png(frame: Image.Image) -> bytes:
    if frame.mode == "1":
        buffer = io.BytesIO()
        frame.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()
    return b"".join(raster.png(numpy.asarray(frame)))


def _dpi(image: Image.Image) -> float:
    try:
        horizontal, vertical = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 0.0
    credible = _LEAST_CREDIBLE_DPI <= min(horizontal, vertical) <= _MOST_CREDIBLE_DPI
    return horizontal if credible else 0.0


def _pdf(frames: list[tuple[Path, float]]) -> bytes:
    resolutions = iter([dpi for _, dpi in frames])

    def layout(width: int, height: int, _: Any) -> tuple[float, float, float, float]:
        size = page_size(width, height, next(resolutions))
        return (*size, *size)

    data: bytes = img2pdf.convert(
        [str(path) for path, _ in frames],
        layout_fun=layout,
        rotation=img2pdf.Rotation.ifvalid,
    )
    return data


def page_size(width: int, height: int, dpi: float) -> tuple[float, float]:
    """Points for so many pixels: by the resolution if known, else at most an A3's long side."""
    scale = _POINTS_PER_INCH / (dpi or _DEFAULT_DPI)
    longest, shortest = max(width, height), max(1, min(width, height))
    if not dpi:
        scale = min(scale, _A3_LONG_SIDE / longest)
    scale = max(scale, _SMALLEST_SIDE / shortest)
    scale = min(scale, _LARGEST_SIDE / longest)
    return width * scale, height * scale
