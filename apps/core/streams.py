"""Content that is sent while it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Piece = TypeVar("Piece")


def begun(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, the first of which is read now: a fault there is still an error's answer.

    Closing it closes them. Raises what reading the first piece raises.
    """
    for first in pieces:
        return _with(first, pieces)
    return pieces


def _with(first: Piece, rest: Iterator[Piece]) -> Iterator[Piece]:
    # No itertools.chain: that one cannot be closed.
    yield first
    del first
    yield from rest
