"""Content that is sent while it is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.core.streams import begun


class _Source:
    """Three pieces, and whether they were closed."""

    def __init__(self, pieces: int = 3) -> None:
        self.read, self.closed, self._pieces = 0, False, pieces

    def __iter__(self) -> Iterator[bytes]:
        try:
            for number in range(self._pieces):
                self.read += 1
                yield bytes([number])
        finally:
            self.closed = True


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_all_pieces_come_once(pieces: int) -> None:
    assert list(begun(iter(_Source(pieces)))) == [bytes([number]) for number in range(pieces)]


def test_the_first_piece_is_read_at_once() -> None:
    source = _Source()
    rest = begun(iter(source))
    assert source.read == 1
    assert next(rest) == b"\0"
    assert source.read == 1


def test_what_is_wrong_with_the_first_piece_is_said_at_once() -> None:
    def broken() -> Iterator[bytes]:
        raise OSError("gone")
        yield b""

    with pytest.raises(OSError, match="gone"):
        begun(broken())


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_closing_it_closes_what_it_reads(taken: int) -> None:
    source = _Source()
    rest = begun(iter(source))
    for _ in range(taken):
        next(rest)
    rest.close()  # type: ignore[attr-defined]
    assert source.closed
