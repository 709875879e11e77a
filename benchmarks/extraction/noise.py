"""Spoils readings as bad scans do, so that the fit of confidences meets errors.

Too few of the corpus's values are wrong to fit anything on. Each development document is read
again several times with words lost and letters confused; whether a value is then right is still
told by the corpus.
"""

from __future__ import annotations

import copy
import random
from typing import Any

_CONFUSED = {"0": "O8", "1": "I7", "5": "S6", "8": "B3", "6": "5", "2": "Z", "3": "8", "7": "1"} | {
    **{"O": "0", "I": "1", "S": "5", "B": "8", "E": "F", "a": "o", "e": "c", "l": "1", "n": "ri"},
    **{"r": "n", "M": "N", "D": "O", "T": "I", ".": ",", ",": "."},
}
# How often, per word: lost, one letter confused; and how often an engine notices the latter.
_LOST, _SPOILT, _NOTICED = 0.02, 0.035, 0.75


def spoilt(reading: dict[str, Any], seed: int) -> dict[str, Any]:
    """A copy with some words lost and some misread; the same seed spoils the same."""
    chance = random.Random(seed)  # noqa: S311 - noise, no secret
    made = copy.deepcopy(reading)
    for page in made["pages"]:
        kept = []
        for word in page["words"]:
            fate = chance.random()
            if fate < _LOST:
                continue
            if fate < _LOST + _SPOILT:
                _confuse(word, chance)
            kept.append(word)
        page["words"] = kept
    return made


def _confuse(word: dict[str, Any], chance: random.Random) -> None:
    places = [index for index, sign in enumerate(word["text"]) if sign in _CONFUSED]
    if not places:
        return
    at = chance.choice(places)
    text = word["text"]
    word["text"] = text[:at] + chance.choice(_CONFUSED[text[at]]) + text[at + 1 :]
    if chance.random() < _NOTICED:
        word["confidence"] = round(min(word["confidence"], chance.uniform(0.6, 0.95)), 3)
