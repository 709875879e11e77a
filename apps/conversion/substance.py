"""What of a text counts when two are compared: not white space, case or punctuation."""

from __future__ import annotations

import unicodedata

# Punctuation that carries meaning by itself.
_SIGNS = set("%\u2030&@#*/\\")


def essence(text: str, before: str = "", after: str = "") -> str:
    """The text without white space, case and punctuation; equal for what differs in form only.

    Signs such as % stay, and so does punctuation beside a digit: 1.5 is not 15, -5 is not 5.
    `before` and `after` are the characters on either side.
    """
    whole = f"{before or ' '}{text}{after or ' '}"
    kept = []
    for index in range(1, len(whole) - 1):
        character = whole[index]
        category = unicodedata.category(character)
        if character.isspace() or category == "Cf":
            continue
        if category.startswith("P") and character not in _SIGNS:
            if not (whole[index - 1].isdigit() or whole[index + 1].isdigit()):
                continue
            if whole[index + 1].isspace() and character in ".,;:":
                continue  # the end of a sentence that ends with a number
        kept.append(character)
    return "".join(kept).casefold()
