"""What the form page says in its own name, in the languages of people who read it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.http import HttpRequest
from django.utils.translation import get_language_from_request

_FOLDER = Path(__file__).with_name("words")
LANGUAGES = tuple(sorted(file.stem for file in _FOLDER.glob("*.json")))
_FALLBACK = "en"


def language_of(request: HttpRequest) -> str:
    """The first of the browser's languages, where the page speaks it; else English."""
    wanted = get_language_from_request(request).partition("-")[0]
    return wanted if wanted in LANGUAGES else _FALLBACK


@cache
def words(language: str) -> dict[str, str]:
    """The page's words by name, in one of LANGUAGES. Braces stand for what the page puts in."""
    texts: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text())
    return texts
