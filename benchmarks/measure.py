"""Taking turns, medians, ratios, and the row of a table."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


class Failed(Exception):
    """A contender made nothing of this item."""


@dataclass(frozen=True)
class Cost:
    """Seconds that something took: on the clock, and of processors in whatever process."""

    wall: float
    cpu: float

    def per(self, count: int) -> Cost:
        """The same for one of so many."""
        return Cost(self.wall / count, self.cpu / count)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


Costs = list[Cost | None]  # one an item; None where the contender failed


@dataclass(frozen=True)
class Row:
    """One comparison. Ratios are cost over cost: below 1 Recto is cheaper than the baseline."""

    what: str
    n: int
    recto: str
    baseline: str = ""
    theirs: str = ""
    ratio: float | None = None
    cpu_ratio: float | None = None
    aim: str = ""
    met: bool | None = None
    note: str = ""


def timed(action: Callable[[], float | None], processes: Iterable[int] = ()) -> Cost:
    """The cost of one call.

    Counted are this process, the children it waits for, the given processes that live on, and
    what the action returns: processor seconds spent on its behalf elsewhere.
    """
    clocks = [_cpu_clock(pid) for pid in processes]
    cpu, began = _cpu(clocks), time.perf_counter()
    elsewhere = action()
    wall = time.perf_counter() - began
    return Cost(wall, _cpu(clocks) - cpu + (elsewhere or 0.0))


def _cpu(clocks: list[int]) -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time() + children.ru_utime + children.ru_stime
    return own + sum(time.clock_gettime(clock) for clock in clocks)


def _cpu_clock(pid: int) -> int:
    """The clock of a process's processor time: clock_getcpuclockid(3)."""
    return (~pid << 3) | 2


def take_turns(
    items: Sequence[T], contenders: Mapping[str, Callable[[T], Cost]]
) -> dict[str, Costs]:
    """What each item cost each contender.

    Item by item, each time beginning with another contender: what else the machine does meanwhile
    hits them alike. A contender that raises Failed has None for that item.
    """
    taken: dict[str, Costs] = {name: [] for name in contenders}
    names = list(contenders)
    for number, item in enumerate(items):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            try:
                taken[name].append(contenders[name](item))
            except Failed:
                taken[name].append(None)
    return taken


def wall(costs: Costs) -> float:
    """The median on the clock of what succeeded; NaN when nothing did."""
    return _median(cost.wall for cost in costs if cost)


def cpu(costs: Costs) -> float:
    """The median processor time of what succeeded; NaN when nothing did."""
    return _median(cost.cpu for cost in costs if cost)


def _median(values: Iterable[float]) -> float:
    found = list(values)
    return median(found) if found else float("nan")


@dataclass(frozen=True)
class Ratio:
    """Medians of the ratios item by item, over the `n` items that both could do."""

    wall: float | None
    cpu: float | None
    n: int

    def at_most(self, limit: float) -> bool | None:
        """Whether an aim for the ratio on the clock is met; None when nothing was measured."""
        return None if self.wall is None else self.wall <= limit


def ratio(ours: Costs, theirs: Costs) -> Ratio:
    """How many times the baseline's cost ours is."""
    pairs = [(own, other) for own, other in zip(ours, theirs, strict=True) if own and other]
    if not pairs:
        return Ratio(None, None, 0)
    return Ratio(
        median(own.wall / other.wall for own, other in pairs),
        median(own.cpu / max(other.cpu, 1e-6) for own, other in pairs),
        len(pairs),
    )


def failures(costs: Costs) -> int:
    """How many items a contender failed on."""
    return sum(cost is None for cost in costs)


def ms(seconds: float) -> str:
    """Seconds as the table shows them."""
    if seconds < 0.01:
        return f"{seconds * 1000:.2f} ms"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"
