"""What kind of document it is: words that name it, words that go with it, and shape.

Unknown stays unknown: a class needs its name or several of its own words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from apps.extraction.reading import amounts, dates, labels
from apps.extraction.reading.classes import SIGNS
from apps.extraction.reading.lines import Row, Sheet

# A class is only named from this probability on.
_ENOUGH = 0.6
_LOOKED_AT = 3
_MOST_ROWS = 400
_TITLE_ROWS, _TITLE_SHARE, _SHORT_TITLE = 14, 0.4, 48
_LARGE = 1.2


def classify(sheets: Sequence[Sheet]) -> tuple[str, float]:
    """(class, probability); ("unknown", probability of that) where nothing is likely enough."""
    rows = [row for sheet in sheets[:_LOOKED_AT] for row in sheet.rows][:_MOST_ROWS]
    if not rows:
        return "unknown", 1.0
    words = sum(len(run.words) for row in rows for run in row.runs)
    money = sum(amount.decimals == 2 for row in rows for amount in amounts.in_run(row.whole))
    said = frozenset().union(*(row.said for row in rows))
    scores = {}
    for name, signs in SIGNS.items():
        met = len(signs.words.folded & said)
        titled = _titled(signs.titles, sheets[0])
        scores[name] = 2.2 * titled + 3.0 * min(met / signs.needed, 1.5) - 4.2
    scores["receipt"] += _till_shape(sheets, words) + (0.0 if money else -2.5)
    scores["invoice"] += 0.5 if money >= 3 else -2.5
    scores["payslip"] += 0.0 if money >= 3 else -2.0
    scores["contract"] += (0.8 if words > 350 else -1.5) - (0.6 if money > 12 else 0.0)
    scores["bank-statement"] += 0.8 if _dated_amounts(rows) >= 3 else -0.8
    if scores["utility-bill"] > 0:
        # A utility bill is an invoice too; the narrower class wins.
        scores["invoice"] -= 2.5
    order = sorted(scores, key=lambda name: scores[name], reverse=True)
    best, second = order[0], order[1]
    margin = min(scores[best] + 0.2, scores[best] - scores[second] + 0.2)
    probability = 1 / (1 + math.exp(-1.6 * margin))
    if probability < _ENOUGH:
        return "unknown", 1 - probability
    return best, probability


def _titled(titles: labels.Names, sheet: Sheet) -> float:
    """1 for a title at the head or in large letters, 0.5 for one inside a sentence there."""
    heights = sorted(run.height for run in sheet.runs)
    usual = heights[len(heights) // 2] if heights else 0.0
    best = 0.0
    for row in sheet.rows[:60]:
        high = row.index < _TITLE_ROWS or row.box.top < _TITLE_SHARE * sheet.page.height
        for run in row.runs:
            if not high and run.height < _LARGE * usual:
                continue
            place = labels.inside(titles, run)
            if place is not None:
                short = len(run.text) <= _SHORT_TITLE and place[0] < 20
                best = max(best, 1.0 if short or run.height > _LARGE * usual else 0.5)
    return best


def _till_shape(sheets: Sequence[Sheet], words: int) -> float:
    """For what a till prints: one narrow page, scanned, few words."""
    page = sheets[0].page
    if len(sheets) > 2:
        return -2.0
    narrow = page.height > 1.55 * page.width
    return (
        0.8 * narrow + 0.6 * (page.source == "ocr") - 0.6 * (page.source == "text" and not narrow)
    ) - 1.0 * (words > 450)


def _dated_amounts(rows: Sequence[Row]) -> int:
    """How many rows begin with a date and end with an amount."""
    count = 0
    for row in rows[:120]:
        first = next(dates.find(row.runs[0].text), None)
        if first is not None and first.start < 3:
            last = amounts.in_run(row.runs[-1])
            count += bool(last) and last[-1].decimals == 2
    return count
