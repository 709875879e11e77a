"""Watermarks as values: what the engine's `stamp` operation puts on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Watermark:
    """Text or an image over every page.

    `size` is in points, `opacity` from 0 to 1, `color` any CSS colour name or #rrggbb, `image` a
    data URL. A diagonal text goes from corner to corner, up or down, and is sized by the page.
    """

    kind: Literal["text", "diagonal", "image"]
    text: str = ""
    image: str = ""
    opacity: float = 0.5
    color: str = "#808080"
    font: str = "sans-serif"
    size: float = 14.0
    bold: bool = False
    italic: bool = False
    vertical: Literal["top", "center", "bottom"] = "center"
    horizontal: Literal["left", "center", "right"] = "center"
    slope: Literal["up", "down"] = "up"
