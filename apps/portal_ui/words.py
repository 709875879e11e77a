"""What the pages say, in the languages of people who read them.

Templates and scripts hold the English words, `say "..."`; these are the key to a translation.
words/<language>.json has the translations by who says them: `pages` for templates and views,
`shared` for scripts of several pages, then one part for the scripts of each page, and `fields` for
the names of fields that extraction knows. Braces stand for
what is put in; `one thing|{count} things` are the forms of a number. `errors.<language>.json`
beside it has the words for codes of the catalogue that people at a page can meet.
"""

from __future__ import annotations

import json
import re
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language_info
from django.utils.translation.trans_real import parse_accept_lang_header

from apps.core.errors import CATALOGUE, ErrorCode, Explanation

ENGLISH = "en"
_FOLDER = Path(__file__).with_name("words")
LANGUAGES = (ENGLISH, *sorted(file.stem for file in _FOLDER.glob("??.json")))
# What a person chose (static/js/language.js): within another site's frame, and everywhere else.
COOKIES = ("__Host-recto-language", "recto-language")
_TAG = re.compile(r"([a-z]{2})(?:[-_](?:[a-z]{4}[-_])?([a-z]{2}|\d{3}))?(?:[-_].*)?", re.IGNORECASE)
_SAID = {
    "viewer": ("shared", "viewer"),
    "connect": ("shared", "connect"),
    "review": ("shared", "review", "fields"),
    "editor": ("shared", "editor"),
}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def language_of(request: HttpRequest, wanted: str = "") -> str:
    """The language tag of a page, such as "de" or "de-CH", whose language is one of LANGUAGES.

    What the person chose on a page comes first, then `wanted` where the session names a language,
    then the browser's in its order, then English. "de-CH" and "de_CH" are German, with dates and
    numbers as in Switzerland; a choice of German stays Swiss where session or browser say so.
    """
    header = request.headers.get("Accept-Language", "")
    tags = [wanted, *(tag for tag, _ in parse_accept_lang_header(header[:500]))]
    if choice := chosen(request):
        tags = [*(tag for tag in tags if tag[:2].lower() == choice), choice]
    for tag in tags:
        match = _TAG.fullmatch(tag)
        if match and match[1].lower() in LANGUAGES:
            return "-".join(filter(None, (match[1].lower(), (match[2] or "").upper())))
    return ENGLISH


def chosen(request: HttpRequest) -> str:
    """The one of LANGUAGES that the person chose for all pages; blank where none was chosen."""
    choices = (request.COOKIES.get(name, "") for name in COOKIES)
    return next((choice for choice in choices if choice in LANGUAGES), "")


def names() -> list[tuple[str, str]]:
    """Each of LANGUAGES with what its speakers call it, in the order of these names."""
    own = ((tag, get_language_info(tag)["name_local"]) for tag in LANGUAGES)
    return sorted(((tag, name[0].upper() + name[1:]) for tag, name in own), key=itemgetter(1))


def direction(language: str) -> str:
    """`rtl` where the language is written from right to left, else `ltr`."""
    return "rtl" if language[:2] in _RIGHT_TO_LEFT else "ltr"


def say(language: str, text: str, **values: object) -> str:
    """The English words in the language of a tag, with `values` in their places."""
    told = _flat(language[:2]).get(text, text)
    return re.sub(r"\{(\w+)\}", lambda place: str(values.get(place[1], place[0])), told)


def keys(language: str, shown: str) -> str:
    """What stands on the keys of a shortcut, such as "Shift Enter"."""
    return " ".join(say(language, key) for key in shown.split())


def of_scripts(language: str, page: str) -> dict[str, Any]:
    """What the scripts of a page need: its `words`, and what `errors` are called."""
    if language[:2] == ENGLISH:
        return {}
    parts = _parts(language[:2])
    said = {key: text for name in _SAID.get(page, ()) for key, text in parts[name].items()}
    return {"words": said, "errors": _errors(language[:2])} if said else {}


def explain(language: str, code: ErrorCode) -> Explanation:
    """What people read of an error; English where nobody at a page can meet it."""
    told = {} if language[:2] == ENGLISH else _errors(language[:2])
    return Explanation(**told[code]) if code in told else CATALOGUE[code]


@cache
def _parts(language: str) -> dict[str, dict[str, str]]:
    parts: dict[str, dict[str, str]] = json.loads((_FOLDER / f"{language}.json").read_text())
    return parts


@cache
def _errors(language: str) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = json.loads((_FOLDER / f"errors.{language}.json").read_text())
    return told


@cache
def _flat(language: str) -> dict[str, str]:
    if language == ENGLISH:
        return {}
    return {key: text for part in _parts(language).values() for key, text in part.items()}
