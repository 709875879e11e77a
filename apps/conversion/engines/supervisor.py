"""Starts the engines, tests their jail, keeps them alive, stops them.

`python -m apps.conversion.engines.supervisor --run-dir DIR --jobs-dir DIR --state-dir DIR`. Serves
at DIR/office.sock, DIR/pages.sock, DIR/templates.sock and DIR/ocr.sock; a socket appears only when
its engine is ready and its jail has held. Exits 3 when this host can jail no documents, 5 when a
jail leaks.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import select
import signal
import sys
import time
from pathlib import Path

from . import jail, launch
from .launch import Launched, Plan

_NO_JAIL, _LEAK = 3, 5
_STOP_SECONDS = 3.0
_SLOWEST_RESTART = 60.0
_HEALTHY_AFTER = 60.0

log = logging.getLogger("recto.engines")


class _Stop(BaseException):
    """SIGTERM or SIGINT arrived."""


class _Service:
    """One engine name: its serving process, those that retire, when to act next."""

    def __init__(self, plan: Plan, recycle_seconds: float) -> None:
        self.plan = plan
        self.current: Launched | None = None
        self.fresh: Launched | None = None
        self.retiring: list[Launched] = []
        self.failures = 0
        self.next_start = 0.0
        self.recycle_seconds = recycle_seconds

    def processes(self) -> list[Launched]:
        return [*self.retiring, *(p for p in (self.current, self.fresh) if p)]

    def start(self) -> None:
        """Start a process that is to take over once it has proved itself."""
        self.fresh = launch.start(self.plan)

    def next_moment(self) -> float:
        """When something is due (monotonic seconds)."""
        if self.current is None:
            return self.next_start
        return self.current.started + self.recycle_seconds

    def tend(self) -> None:
        """Reap what ended, start what is due. Raises launch.JailFailure."""
        self.retiring = [process for process in self.retiring if not process.ended()]
        if self.current and self.current.ended():
            log.error("%s ended with code %s", self.plan.name, self.current.process.returncode)
            self.plan.withdraw()
            if time.monotonic() - self.current.started > _HEALTHY_AFTER:
                self.failures = 0
            self.current = None
            self._back_off()
        if time.monotonic() >= self.next_moment():
            self._replace()

    def _back_off(self) -> None:
        self.next_start = time.monotonic() + min(_SLOWEST_RESTART, 0.25 * 2**self.failures)
        self.failures += 1

    def _replace(self) -> None:
        if not self.fresh:
            self.start()
        assert self.fresh  # noqa: S101 - for the type checker
        try:
            launch.wait_until_ready(self.fresh, self.plan)
        except launch.NotReady as error:
            self.fresh.kill()
            self.fresh = None
            self._give_up(error)
            return
        self.plan.publish(self.fresh)
        if self.current:
            launch.retire(self.current)
            self.retiring.append(self.current)
        self.current, self.fresh = self.fresh, None
        log.info("%s serves (%s)", self.plan.name, ", ".join(self.current.facts))

    def _give_up(self, error: launch.NotReady) -> None:
        log.error("%s does not start: %s", self.plan.name, error)
        if self.current:
            # The old one serves on; the next attempt is a full period away.
            self.current.started = time.monotonic()
        elif self.plan.fall_back(error):
            log.error("%s: the FALLBACK engine serves from now on, slower", self.plan.name)
        else:
            self._back_off()


def run(plans: list[Plan], recycle_seconds: float) -> None:
    """Keep the engines of these plans serving until a signal; raises launch.JailFailure."""
    services = [_Service(plan, recycle_seconds) for plan in plans]
    try:
        for service in services:
            service.start()
        while True:
            for service in services:
                service.tend()
            _wait(services)
    except _Stop:
        log.info("stopping")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        _stop_all([process for service in services for process in service.processes()])
        for plan in plans:
            plan.withdraw()


def _wait(services: list[_Service]) -> None:
    """Sleep until a process ends or something is due."""
    poller = select.poll()
    with contextlib.ExitStack() as stack:
        for service in services:
            for process in service.processes():
                descriptor = os.pidfd_open(process.process.pid)
                stack.callback(os.close, descriptor)
                poller.register(descriptor, select.POLLIN)
        due = min(service.next_moment() for service in services)
        poller.poll(max(0.0, due - time.monotonic()) * 1000 + 1)


def _stop_all(processes: list[Launched]) -> None:
    for process in processes:
        process.process.terminate()
    until = time.monotonic() + _STOP_SECONDS
    for process in processes:
        process.stop(max(0.0, until - time.monotonic()))


def _raise_stop(number: int, frame: object) -> None:
    raise _Stop


def main() -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description="Run the conversion engines.")
    parser.add_argument("--run-dir", type=Path, required=True, help="for sockets and scratch")
    parser.add_argument("--jobs-dir", type=Path, required=True, help="holds one directory a job")
    parser.add_argument("--state-dir", type=Path, required=True, help="kept between starts")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--recycle-hours", type=float, default=24.0)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    layers = jail.capabilities()
    if not layers.complete and not layers.bubblewrap:
        log.critical("This host can jail no documents: no Landlock, no bubblewrap.")
        if not jail.unjailed_allowed():
            log.critical("Set RECTO_ALLOW_UNJAILED=1 only where every document is trusted.")
            return _NO_JAIL
    for directory in (options.run_dir, options.jobs_dir, options.state_dir):
        directory.mkdir(parents=True, exist_ok=True)
    launch.sweep(options.run_dir, options.jobs_dir)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _raise_stop)
    os.environ.update(launch.CANARY)
    try:
        run(launch.plans(options, layers), options.recycle_hours * 3600)
    except launch.JailFailure as failure:
        log.critical("The jail leaks, so nothing is served: %s", failure)
        return _LEAK
    return 0


if __name__ == "__main__":
    sys.exit(main())
