"""Text as labels are compared: upper case letters and digits only, accents off."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` without blanks and signs; `at[i]` is where its character i stood in the original."""

    text: str
    at: tuple[int, ...]

    def end(self, stop: int) -> int:
        """The place in the original just behind folded character `stop - 1`."""
        return self.at[stop - 1] + 1 if stop else 0


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    if character == "ß":
        return "SS"
    plain = unicodedata.normalize("NFKD", character.upper())
    return "".join(letter for letter in plain if letter.isalnum())


_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_LONGEST_PHRASE = 5


def phrases(text: str) -> list[tuple[str, int, int]]:
    """(folded text, start, end) of every one to five words beside each other.

    From left to right; at one place the longest first. Letters and digits are words of their own.
    """
    words = [(key(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    found: list[tuple[str, int, int]] = []
    for first, (_, start, _) in enumerate(words):
        phrase = ""
        at = len(found)
        for word, _, end in words[first : first + _LONGEST_PHRASE]:
            phrase += word
            found.insert(at, (phrase, start, end))
    return found


def fold(text: str) -> Folded:
    """The folded text with the way back. `fold("Total :")` has the text `TOTAL`."""
    letters, places = [], []
    for index, character in enumerate(text):
        for letter in _letters(character):
            letters.append(letter)
            places.append(index)
    return Folded("".join(letters), tuple(places))


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """Only the folded text."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(map(_letters, text))
