"""PrizmDoc's JSON of content converters.

Source: CONTRACT section 1, and PrizmDoc's page "Content Conversion Service". Page numbers count
from 1 ("1,3,5-10", "2-"). What is not known here is refused by name: a conversion that leaves out
what was asked for is worse than none.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from apps.dialects.prizmdoc import bodies
from apps.dialects.prizmdoc.packages_wire import process
from apps.viewing import converting
from apps.viewing.converting import ConverterSource, Wanted
from apps.viewing.processes import Process, Progress

Json = dict[str, Any]
_PART = r" *[1-9][0-9]{0,6} *(- *([1-9][0-9]{0,6})? *)?"
PAGES_PATTERN = f"^({_PART}(,{_PART})*)?$"
PIXELS_PATTERN = "^[1-9][0-9]{0,4}(px)?$"
MOST_PIXELS = 10_000
_TOKEN = "recto"  # noqa: S105 - the affinity token, see views.py
_APART, _SIZE = "forceOneFilePerPage", ("maxWidth", "maxHeight")
# The options of each format, in a property of `dest` of their own.
OPTIONS: dict[str, tuple[str, ...]] = {
    "pdf": (_APART,),
    "tiff": (_APART, *_SIZE),
    "png": _SIZE,
    "jpeg": _SIZE,
}
_MOST_SECONDS = 366 * 86400


def parse_conversion(body: Json) -> tuple[Wanted, Json]:
    """What is wanted, and the input to be echoed. Raises INPUT_MISSING, INPUT_INVALID."""
    items = bodies.require_objects(body, "input.sources", most=converting.MOST_SOURCES)
    sources, echo = [], []
    for number, item in enumerate(items):
        with bodies.inside(f"input.sources[{number}]"):
            file_id = bodies.require_text(item, "fileId")
            pages = bodies.optional_text(item, "pages")
            password = bodies.optional_text(item, "password")
            bodies.refuse_others(item, "fileId", "pages", "password")
            sources.append(ConverterSource(file_id, _from_zero(pages), password))
        echo.append({"fileId": file_id, "pages": pages})
    format = bodies.require_choice(body, "input.dest.format", *converting.FORMATS)
    options = _options(body["input"]["dest"], format)
    with bodies.inside("input"):
        bodies.refuse_others(body["input"], "sources", "dest")
    apart = bool(options.get(_APART))
    if len(sources) > 1 and format not in converting.JOINED_FORMATS:
        error = bodies.invalid("input.sources", None, {"type": "array", "maxItems": 1})
        error.data["error_code"] = "MultipleSourcesAreNotSupportedForThisDestinationFormat"
        raise error
    seconds = bodies.optional_whole(
        body, "minSecondsAvailable", default=0, least=1, most=_MOST_SECONDS
    )
    dest: Json = {"format": format} | ({f"{format}Options": options} if options else {})
    wanted = Wanted(
        sources,
        format,
        width=_pixels(options.get("maxWidth")),
        height=_pixels(options.get("maxHeight")),
        apart=apart,
        keep=timedelta(seconds=seconds),
    )
    return wanted, {"sources": echo, "dest": dest}


def _options(dest: Json, format: str) -> Json:
    """The options of `dest` for its format. Raises INPUT_INVALID for any other."""
    name = f"{format}Options"
    with bodies.inside("input.dest"):
        bodies.refuse_others(dest, "format", *([name] if format in OPTIONS else []))
        options = bodies.optional_object(dest, name)
        with bodies.inside(name):
            bodies.refuse_others(options, *OPTIONS.get(format, ()))
            found: Json = {}
            if _APART in options:
                found[_APART] = bodies.optional_flag(options, _APART)
            for key in _SIZE:
                if options.get(key) is not None:
                    found[key] = _size(options, key)
    return found


def _size(options: Json, key: str) -> str:
    """A number of pixels: 640, "640" or "640px". Raises INPUT_INVALID."""
    value = options[key]
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(PIXELS_PATTERN, text, re.ASCII) or _pixels(text) > MOST_PIXELS:
        raise bodies.invalid(key, value, {"type": "string", "pattern": PIXELS_PATTERN})
    return text


def _pixels(text: str | None) -> int:
    return int(text.removesuffix("px")) if text else 0


def _from_zero(pages: str) -> str:
    """ "1,3-5,8-" as "0,2-4,7-". Raises INPUT_INVALID, by PrizmDoc's name for it."""
    if not pages.strip():
        return ""
    shifted = []
    for part in pages.split(",") if re.fullmatch(PAGES_PATTERN, pages) else [""]:
        first, dash, last = (word.strip() for word in part.partition("-"))
        if not first or (last and int(last) < int(first)):
            error = bodies.invalid("pages", pages, {"type": "string", "pattern": PAGES_PATTERN})
            error.data["error_code"] = "InvalidPageSyntax"
            raise error
        shifted.append(f"{int(first) - 1}{dash}{int(last) - 1 if last else ''}")
    return ",".join(shifted)


def _from_one(pages: str) -> str:
    """The other way round."""
    return re.sub(r"\d+", lambda number: str(int(number[0]) + 1), pages)


def conversion(process_: Process, identity: str, progress: Progress) -> Json:
    """A content converter; complete, `output.results` names the files it made."""
    body = process(process_, identity, progress, process_.input) | {"affinityToken": _TOKEN}
    if progress.state == "complete":
        body["output"] = {"results": [_result(result) for result in process_.output or []]}
    return body


def _result(result: Json) -> Json:
    return {
        "fileId": result["file_id"],
        "pageCount": result["pages"],
        "sources": [
            {"fileId": file_id, "pages": _from_one(pages)} for file_id, pages in result["sources"]
        ],
    }
