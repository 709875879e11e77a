"""Which parts of two sequences are the same: patience on what is unique, Myers in between.

Sources: B. Cohen's patience diff (anchors are elements that occur once on both sides, their longest
increasing subsequence holds); E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

Block = tuple[int, int, int]
_Range = tuple[int, int, int, int]
# Two pieces without a common anchor and with more differences than this have nothing in common.
_MOST_DIFFERENCES = 600


def matching_blocks(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Block]:
    """Blocks (i, j, n) with a[i:i+n] == b[j:j+n], in order, each as long as it can be.

    Takes about a second for two texts of 200 000 words. What has neither anchors nor few
    differences is not matched any further: the result is right, but not always the shortest.
    """
    numbers: dict[Hashable, int] = {}
    left = [numbers.setdefault(item, len(numbers)) for item in a]
    right = [numbers.setdefault(item, len(numbers)) for item in b]
    found: list[Block] = []
    ranges: list[_Range] = [(0, len(left), 0, len(right))]
    while ranges:
        within = _trim(left, right, ranges.pop(), found)
        i, i_end, j, j_end = within
        if i == i_end or j == j_end:
            continue
        anchors = _anchors(left, right, within)
        if not anchors:
            found += _myers(left, right, within)
            continue
        for x, y in anchors:
            ranges.append((i, x, j, y))
            found.append((x, y, 1))
            i, j = x + 1, y + 1
        ranges.append((i, i_end, j, j_end))
    return _joined(found)


def _trim(left: list[int], right: list[int], within: _Range, found: list[Block]) -> _Range:
    """Takes off what both begin and end with."""
    i, i_end, j, j_end = within
    start = i
    while i < i_end and j < j_end and left[i] == right[j]:
        i, j = i + 1, j + 1
    if i > start:
        found.append((start, j - (i - start), i - start))
    end = i_end
    while i < i_end and j < j_end and left[i_end - 1] == right[j_end - 1]:
        i_end, j_end = i_end - 1, j_end - 1
    if end > i_end:
        found.append((i_end, j_end, end - i_end))
    return i, i_end, j, j_end


def _anchors(left: list[int], right: list[int], within: _Range) -> list[tuple[int, int]]:
    """Elements that occur once on either side, as far as they come in the same order."""
    i, i_end, j, j_end = within
    lefts, rights = Counter(left[i:i_end]), Counter(right[j:j_end])
    unique = {item for item, count in lefts.items() if count == 1 == rights.get(item)}
    place = {right[y]: y for y in range(j, j_end) if right[y] in unique}
    pairs = [(x, place[left[x]]) for x in range(i, i_end) if left[x] in unique]
    return _longest_increasing(pairs)


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence of pairs whose second members increase (patience sorting)."""
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, y) in enumerate(pairs):
        pile = bisect_left(tops, y)
        if pile == len(tops):
            tops.append(y)
            last.append(number)
        else:
            tops[pile], last[pile] = y, number
        before.append(last[pile - 1] if pile else -1)
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _myers(left: list[int], right: list[int], within: _Range) -> list[Block]:
    """The shortest edit script's matches, nothing when it would be too long."""
    i, i_end, j, j_end = within
    height, width = i_end - i, j_end - j
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for distance in range(min(height + width, _MOST_DIFFERENCES) + 1):
        trail.append(dict(furthest))
        for k in range(-distance, distance + 1, 2):
            down = k == -distance or (
                k != distance and furthest.get(k - 1, -1) < furthest.get(k + 1, -1)
            )
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            y = x - k
            while x < height and y < width and left[i + x] == right[j + y]:
                x, y = x + 1, y + 1
            furthest[k] = x
            if x >= height and y >= width:
                return _backtrack(trail, height, width, i, j)
    return []


def _backtrack(
    trail: list[dict[int, int]], x: int, y: int, left_offset: int, right_offset: int
) -> list[Block]:
    blocks: list[Block] = []
    for distance in range(len(trail) - 1, -1, -1):
        furthest = trail[distance]
        k = x - y
        down = k == -distance or (
            k != distance and furthest.get(k - 1, -1) < furthest.get(k + 1, -1)
        )
        previous = k + 1 if down else k - 1
        from_x = furthest[previous] if distance else 0
        from_y = from_x - previous if distance else 0
        after_x, after_y = (from_x, from_y + 1) if down else (from_x + 1, from_y)
        if not distance:
            after_x = after_y = 0
        if x > after_x:
            blocks.append((left_offset + after_x, right_offset + after_y, x - after_x))
        x, y = from_x, from_y
    return blocks


def _joined(blocks: list[Block]) -> list[Block]:
    joined: list[Block] = []
    for i, j, n in sorted(blocks):
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (*joined[-1][:2], joined[-1][2] + n)
        else:
            joined.append((i, j, n))
    return joined
