"""Text as labels are compared: upper case letters and digits only, accents off."""

from __future__ import annotations

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


def fold(text: str) -> Folded:
    """The folded text with the way back. `fold("Total :")` has the text `TOTAL`."""
    letters, places = [], []
    for index, character in enumerate(text):
        for letter in _letters(character):
            letters.append(letter)
            places.append(index)
    return Folded("".join(letters), tuple(places))


def key(text: str) -> str:
    """Only the folded text."""
    return "".join(map(_letters, text))
