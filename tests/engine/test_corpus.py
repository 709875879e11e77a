"""Every hostile document of the corpus becomes pages or gets a named reason.

The others go through the whole product: tests/flows/test_corpus.py.
"""

from __future__ import annotations

import time
import typing
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from apps.conversion.engines import compare_host
from apps.conversion.engines.protocol import FailureCode
from tests import corpus
from tests.engine_process import EngineProcess, Outcome, command_of

_BAD = corpus.entries("hostile")
_CODES = set(typing.get_args(FailureCode)) - {"engine_crashed", "engine_unavailable"}

pytestmark = corpus.requires_corpus
Results = dict[str, "Future[tuple[Outcome, Outcome | None]]"]


def _convert(engine: EngineProcess, entry: corpus.Entry) -> tuple[Outcome, Outcome | None]:
    params = {"password": entry.password} if entry.password else {}
    # A bound, for the one spreadsheet of a thousand pages.
    outcome = engine.pdf(entry.path, max_pages=30, **params)
    if "whole" not in outcome.parts:
        return outcome, None
    first = {"first": 0, "last": 0, "width": 400, **params}
    return outcome, engine.run("pages", "raster", outcome.file("whole"), first)


@pytest.fixture(scope="module")
def results(engine: EngineProcess) -> Iterator[Results]:
    with ThreadPoolExecutor(3) as pool:
        yield {entry.id: pool.submit(_convert, engine, entry) for entry in _BAD}


@pytest.mark.parametrize("entry", _BAD, ids=lambda entry: ascii(entry.id))
def test_bad_documents_become_pages_or_reasons(results: Results, entry: corpus.Entry) -> None:
    outcome, raster = results[entry.id].result()
    assert outcome.code in _CODES | {"done"}, outcome.events
    assert outcome.code != "timeout"
    if raster is not None:
        assert raster.code in _CODES | {"done"}, raster.events


def test_all_is_well_afterwards(engine: EngineProcess, results: Results) -> None:
    for future in results.values():
        future.result()
    assert engine.process.poll() is None
    # The supervisor, four zygotes, and the child of each that waits for its next job.
    until = time.monotonic() + 10
    while len(processes := _processes(engine)) != 9:
        assert time.monotonic() < until, processes
        time.sleep(0.02)


def _processes(engine: EngineProcess) -> list[str]:
    """The command lines of all but one host, which waits where documents were compared before."""
    commands = [command for pid in engine.processes() if (command := command_of(pid))]
    hosts = [command for command in commands if compare_host.PROGRAM in command]
    assert len(hosts) <= 1
    return [command for command in commands if command not in hosts]
