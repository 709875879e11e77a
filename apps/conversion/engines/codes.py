"""Bar codes and QR codes on a page's picture."""

from __future__ import annotations

from typing import Any

import zxingcpp

from .raster import Pixels

_KINDS = ("QRCode", "PDF417", "Code128", "Code39", "EANUPC", "ITF")
_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat[kind] for kind in _KINDS])
_MOST_CODES = 20
_MOST_TEXT = 5000


def find(pixels: Pixels, scale: float) -> list[dict[str, Any]]:
    """[{kind, text, box}] of the codes in a picture with `scale` pixels a point.

    Kinds are zxing's names in lower case without separators: qrcode is called qr, code128, ean13.
    """
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 1]
    found = []
    for code in zxingcpp.read_barcodes(grey, _FORMATS, try_invert=False, try_downscale=False)[
        :_MOST_CODES
    ]:
        corners = code.position
        points = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
        across, down = [point.x / scale for point in points], [point.y / scale for point in points]
        box = [round(value, 1) for value in (min(across), min(down), max(across), max(down))]
        found.append({"kind": _kind(code), "text": code.text[:_MOST_TEXT], "box": box})
    return found


def _kind(code: Any) -> str:
    name = "".join(letter for letter in code.format.name.lower() if letter.isalnum())
    return {"qrcode": "qr"}.get(name, name)
