"""Plots as the administration's home shows them: shapes for an SVG, made here, without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.tallies.figures import SECONDS

WIDTH, HEIGHT = 480, 120
_GAP = 0.2  # of a bar's room
Series = Mapping[str, Mapping[datetime, float]]
# Light enough on dark, dark enough on light: 3 to 1 against both.
_COLOURS = ("#2c8b95", "#c2571a", "#7c6bd6", "#6b7f1f", "#b0458c", "#777f89")


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a bar in the plot's own units."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Stacked bars, an hour each."""

    title: str
    words: str  # what the plot shows, for who does not see it
    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...]  # colour, name
    top: str  # the height of the plot, in words
    first: str
    last: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.bars


def hourly(title: str, hours: Sequence[datetime], series: Series, unit: str = "") -> Plot:
    """A plot of one or more series over the same hours, the greatest series at the bottom."""
    sums = {name: sum(values.values()) for name, values in series.items()}
    names = sorted((name for name in series if sums[name]), key=lambda name: -sums[name])
    colours = {name: _COLOURS[min(place, len(_COLOURS) - 1)] for place, name in enumerate(names)}
    heights = [sum(series[name].get(hour, 0) for name in names) for hour in hours]
    top = max(heights, default=0)
    room = WIDTH / len(hours)
    bars = []
    for place, hour in enumerate(hours):
        floor = float(HEIGHT)
        for name in names:
            if value := series[name].get(hour, 0):
                height = value / top * HEIGHT
                floor -= height
                words = f"{hour:%H}:00 {name}: {_spelled(value, unit)}"
                x = room * (place + _GAP / 2)
                bars.append(Bar(x, floor, room * (1 - _GAP), height, colours[name], words))
    most = hours[heights.index(top)] if top else None
    peak = f"The most, {_spelled(top, unit)}, at {most:%H}:00 UTC." if most else "Nothing."
    return Plot(
        title,
        f"{title}, the last {len(hours)} hours. {peak}",
        tuple(bars),
        tuple((colours[name], name) for name in names[: len(_COLOURS)] if len(series) > 1),
        _spelled(top, unit),
        f"{hours[0]:%H}:00",
        f"{hours[-1]:%H}:00 UTC",
    )


def quantile(share: float, buckets: Mapping[str, float]) -> float | None:
    """The bound in seconds below which this share of what was counted lies; None for nothing.

    `buckets` holds the count of each bucket by its upper bound. As exact as the buckets are:
    within one the values are taken to lie evenly, as Prometheus does.
    """
    wanted = sum(buckets.values()) * share
    if not wanted:
        return None
    below, lower = 0.0, 0.0
    for bound in SECONDS:
        count = buckets.get(bound, 0)
        if count and below + count >= wanted:
            return lower + (float(bound) - lower) * (wanted - below) / count
        below, lower = below + count, float(bound)
    return lower


def _spelled(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"
    return f"{number} {unit}".strip()
