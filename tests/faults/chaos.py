"""`python -m tests.faults`: everything goes wrong, one after the other, while people work.

From the environment: CHAOS_CONVERSIONS, how many documents are sent one after the other when the
faults are over (200), and CHAOS_SAVES, how many texts are saved during them (200). Exit code 1 when
anything was lost or left behind.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes import wait_until
from tests.faults import people
from tests.faults.acts import ACTS, ENDS_ONE, Act
from tests.faults.installation import Installation, installation
from tests.flows.test_editing import Backend
from tests.stack import PROJECT, Integrator

SETTLED_SECONDS = 120.0
DRIFT = 0.05  # by how much an engine's memory may grow
_DURING_A_FAULT = 12  # documents, at least
_SENDERS, _BATCH = 6, 300
_LISTED = 5


@dataclass
class Result:
    """What came of one fault."""

    fault: str
    acts: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    wedged: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    recovery: float = 0.0
    seconds: float = 0.0

    @property
    def well(self) -> bool:
        """Whether nothing was lost, wedged or left behind."""
        return not (self.lost or self.wedged or self.orphans)


class Crowd:
    """People at work on an installation, with credentials of their own."""

    def __init__(self, place: Installation) -> None:
        self.place = place
        self.credentials = place.stack.register("Senders")
        self.backend = Backend(place.stack)

    def user(self) -> Integrator:
        """One who calls with their credentials, as soon as there is somebody to answer."""

        def comes() -> Integrator | None:
            with suppress(*people.PATIENCE):
                return Integrator(self.place.stack.url, self.credentials)
            return None

        user: Integrator = wait_until(comes, seconds=60)
        return user

    @contextmanager
    def at_work(self) -> Iterator[tuple[list[people.Sender], list[people.Writer]]]:
        """Two who send documents and one who writes, until the end of the block."""
        sending = [people.Sender(self.place.stack, self.credentials) for _ in range(2)]
        writing = [people.Writer(self.backend)]
        everybody: list[people.Sender | people.Writer] = [*sending, *writing]
        for person in everybody:
            person.start()
        try:
            yield sending, writing
        finally:
            for person in everybody:
                person.ended.set()
            for person in everybody:
                person.join(60)


def strike(
    crowd: Crowd, faults: Iterable[tuple[str, Act]], *, documents: int, saves: int
) -> Result:
    """Carries out faults while people work, at least until so much was sent and saved after them.

    The slowest recovery is how long after the last fault every document of before was shown.
    """
    named = list(faults)
    result = Result(", ".join(name for name, _ in named))
    with crowd.at_work() as (sending, writing):
        for _, act in named:
            before = sum(len(one.sent) for one in sending)
            wait_until(lambda: sum(len(one.sent) for one in sending) > before, seconds=120)  # noqa: B023
            act(crowd.place)
        over = time.monotonic()
        struck = [one for person in sending for one in person.sent]
        people.outcome(crowd.user(), struck, SETTLED_SECONDS)
        result.recovery = time.monotonic() - over
        wait_until(lambda: sum(len(one.sent) for one in sending) >= documents, seconds=3600)
        wait_until(lambda: sum(len(one.confirmed) for one in writing) > saves, seconds=600)
    may_fail = sum(name in ENDS_ONE for name, _ in named)
    _ask_for_all(crowd, result, sending, may_fail)
    for writer in writing:
        result.lost += writer.lost()
        result.acts += len(writer.confirmed) - 1
        result.refused += writer.refused
    return result


def in_a_row(crowd: Crowd, documents: int) -> Result:
    """At least so many documents one after the other, with nothing in their way."""
    result = Result(f"none, {documents} in a row")
    while result.acts < documents:
        sending = [
            people.Sender(crowd.place.stack, crowd.credentials, _BATCH // _SENDERS)
            for _ in range(_SENDERS)
        ]
        begun = time.monotonic()
        for person in sending:
            person.start()
        for person in sending:
            person.join()
        result.seconds += time.monotonic() - begun
        # Before the next: a session that nobody looks at ends after a while.
        _ask_for_all(crowd, result, sending)
    return result


def _ask_for_all(
    crowd: Crowd, result: Result, sending: list[people.Sender], may_fail: int = 0
) -> None:
    sent = [one for person in sending for one in person.sent]
    ends = people.outcome(crowd.user(), sent, SETTLED_SECONDS)
    result.wedged += ends.wedged
    result.lost += [f"document {one}: {why}" for one, why in ends.failed.items()][may_fail:]
    result.lost += people.lost(crowd.user(), [one for one in sent if one.number not in ends.failed])
    result.acts += len(sent)
    result.refused += sum(one.refused for one in sending)


def inspect(place: Installation) -> dict[str, Any]:
    """What the sweep leaves (`inspection`)."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.faults.inspection"],
        cwd=PROJECT,
        env=place.stack.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def judge(place: Installation, result: Result) -> None:
    """Adds to a result what the sweep finds when everybody is gone."""
    found = inspect(place)
    result.wedged += found["wedged"]
    result.lost += [f"bytes of {location}" for location in found["missing"]]
    result.orphans += found["orphans"]


def memory(place: Installation) -> dict[str, int]:
    """KiB that each engine's zygote has written to, whoever else has a part in them meanwhile."""
    held = {}
    for name, pid in place.zygotes().items():
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        held[name] = next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
    return held


def table(results: Iterable[Result]) -> str:
    """The results in columns."""
    numbers = f"{'acts':>6}{'refused':>9}{'lost':>6}{'wedged':>8}{'orphans':>9}{'recovery':>10}"
    head = f"{'fault':<32}{numbers}"
    lines = [head, "-" * len(head)]
    for one in results:
        lines.append(
            f"{one.fault[:31]:<32}{one.acts:>6}{one.refused:>9}{len(one.lost):>6}"
            f"{len(one.wedged):>8}{len(one.orphans):>9}{one.recovery:>8.1f} s"
        )
        for what in ("lost", "wedged", "orphans"):
            lines += [f"    {what}: {each}" for each in getattr(one, what)[:_LISTED]]
    return "\n".join(lines)


def main() -> int:
    """Each fault alone, then a long run without any for the memory."""
    documents = int(os.environ.get("CHAOS_CONVERSIONS", "200"))
    saves = int(os.environ.get("CHAOS_SAVES", "200")) // len(ACTS)
    results = []
    with installation() as place:
        crowd = Crowd(place)
        for name, act in ACTS.items():
            if name == "disk full" and not place.small_disk:
                print("disk full: left out, no tmpfs may be mounted here")
                continue
            result = strike(crowd, [(name, act)], documents=_DURING_A_FAULT, saves=saves)
            judge(place, result)
            results.append(result)
            print(table([result]).splitlines()[2], flush=True)
        in_a_row(crowd, 1)  # what is made once is made
        before = memory(place)
        result = in_a_row(crowd, documents)
        after = memory(place)
        judge(place, result)
        results.append(result)
    print("\n" + table(results))
    print(f"{result.acts} in a row: {result.acts / result.seconds:.1f} documents in a second")
    drift = {name: after[name] / held - 1 for name, held in before.items()}
    for name, grown in drift.items():
        print(f"{name} zygote: {before[name]} KiB, then {after[name]} KiB ({grown:+.1%})")
    return 0 if all(one.well for one in results) and max(drift.values()) <= DRIFT else 1
