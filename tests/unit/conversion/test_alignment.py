"""Blocks that two sequences share: right, in order, and quickly found."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import pytest

from apps.conversion.texts.alignment import Block, matching_blocks


def _check(a: Sequence[object], b: Sequence[object], blocks: list[Block]) -> None:
    i = j = 0
    for x, y, n in blocks:
        assert x >= i
        assert y >= j
        assert a[x : x + n] == b[y : y + n]
        i, j = x + n, y + n
    assert i <= len(a)
    assert j <= len(b)


def _same(blocks: list[Block]) -> int:
    return sum(n for _, _, n in blocks)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("", "", 0),
        ("abc", "", 0),
        ("", "abc", 0),
        ("abc", "abc", 3),
        ("abc", "xyz", 0),
        ("abcabba", "cbabac", 4),
        ("the quick fox", "the slow fox", 8),
        ("aaaaaaaa", "aaaa", 4),
        ("abab", "baba", 3),
        ("xaxbxc", "yaybyc", 3),
    ],
)
def test_what_two_sequences_share(a: str, b: str, same: int) -> None:
    blocks = matching_blocks(a, b)
    _check(a, b, blocks)
    assert _same(blocks) == same


def test_random_edits() -> None:
    chance = random.Random(7)  # noqa: S311 - the same every time
    for _ in range(300):
        a = [chance.randrange(12) for _ in range(chance.randrange(60))]
        b = [item for item in a if chance.random() > 0.2]
        for _ in range(chance.randrange(6)):
            b.insert(chance.randrange(len(b) + 1), chance.randrange(12))
        blocks = matching_blocks(a, b)
        _check(a, b, blocks)


def test_few_edits_cost_few_matches() -> None:
    chance = random.Random(1)  # noqa: S311 - the same every time
    a = [str(chance.randrange(3000)) for _ in range(20_000)]
    b = list(a)
    for number in range(50):
        b[chance.randrange(len(b))] = f"new {number}"
    blocks = matching_blocks(a, b)
    _check(a, b, blocks)
    assert _same(blocks) >= len(a) - 60


@pytest.mark.parametrize("variety", [1, 3, 5000])
def test_long_texts_take_seconds(variety: int) -> None:
    chance = random.Random(2)  # noqa: S311 - the same every time
    a = [chance.randrange(variety) for _ in range(100_000)]
    b = [item for item in a if chance.random() > 0.01] + [chance.randrange(variety)]
    started = time.process_time()
    _check(a, b, matching_blocks(a, b))
    assert time.process_time() - started < 12


def test_two_texts_with_nothing_in_common() -> None:
    a, b = [f"a{n}" for n in range(50_000)], [f"b{n}" for n in range(50_000)]
    started = time.process_time()
    assert matching_blocks(a, b) == []
    assert time.process_time() - started < 5
