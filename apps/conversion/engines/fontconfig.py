"""What the system shows instead of a font it lacks. By libfontconfig, as LibreOffice asks it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable

_MATCH_PATTERN = 0
_FOUND = 0
# LibreOffice draws the symbols of these with its own font and never asks fontconfig.
_SYMBOL_FONTS = {"symbol", "wingdings", "wingdings 2", "wingdings 3", "webdings", "starsymbol"}
_SYMBOL_REPLACEMENT = "OpenSymbol"


def substitutions(names: Iterable[str]) -> list[dict[str, str]]:
    """[{"name", "replacement"}] for those of the families that are not installed, sorted."""
    result = []
    for name in sorted({_family(name) for name in names} - {""}):
        families = match(name)
        if name.casefold() in (family.casefold() for family in families):
            continue
        symbol = name.casefold() in _SYMBOL_FONTS
        replacement = _SYMBOL_REPLACEMENT if symbol else families[0] if families else ""
        result.append({"name": name, "replacement": replacement})
    return result


def _family(name: str) -> str:
    return name.split(";")[0].strip()


def match(name: str) -> list[str]:
    """The family names of the font that fontconfig takes for `name`."""
    library = _library()
    pattern = library.FcPatternCreate()
    library.FcPatternAddString(pattern, b"family", name.encode("utf-8", "replace"))
    library.FcConfigSubstitute(None, pattern, _MATCH_PATTERN)
    library.FcDefaultSubstitute(pattern)
    result = ctypes.c_int()
    font = library.FcFontMatch(None, pattern, ctypes.byref(result))
    library.FcPatternDestroy(pattern)
    if not font:
        return []
    families: list[str] = []
    value = ctypes.c_char_p()
    while library.FcPatternGetString(font, b"family", len(families), ctypes.byref(value)) == _FOUND:
        families.append((value.value or b"").decode("utf-8", "replace"))
    library.FcPatternDestroy(font)
    return families


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libfontconfig.so.1")
    pointer = ctypes.c_void_p
    library.FcPatternCreate.restype = pointer
    library.FcFontMatch.restype = pointer
    library.FcFontMatch.argtypes = [pointer, pointer, pointer]
    library.FcPatternAddString.argtypes = [pointer, ctypes.c_char_p, ctypes.c_char_p]
    library.FcConfigSubstitute.argtypes = [pointer, pointer, ctypes.c_int]
    library.FcDefaultSubstitute.argtypes = [pointer]
    library.FcPatternDestroy.argtypes = [pointer]
    library.FcPatternGetString.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int, pointer]
    return library
