"""A zygote with operations that misbehave, to test what holds them."""

from __future__ import annotations

import ctypes
import os
import time

from apps.conversion.engines import zygote
from apps.conversion.engines.job import Engine, Job, Operation
from apps.conversion.engines.protocol import Meta


def echo(job: Job) -> Meta:
    return {"text": job.source.read_text(), "pid": os.getpid(), "tmp": os.environ["TMPDIR"]}


def crash(job: Job) -> Meta:
    ctypes.string_at(0)
    return {}


def loop(job: Job) -> Meta:
    while True:
        pass


def sleep(job: Job) -> Meta:
    time.sleep(job.params["seconds"])
    return {}


def bomb(job: Job) -> Meta:
    hoard = []
    while True:
        hoard.append(bytearray(16 * 1024**2))


def flood(job: Job) -> Meta:
    for number in range(100_000):
        job.part(f"part/{number}", None, "text/plain", {"filler": "x" * 1000})
    return {}


def vanish(job: Job) -> Meta:
    os._exit(7)


OPERATIONS = {
    run.__name__: Operation(run) for run in (echo, crash, loop, sleep, bomb, flood, vanish)
}

if __name__ == "__main__":
    zygote.serve(
        Engine("faulty", "test", "1", OPERATIONS), zygote.parse_arguments("Misbehave on demand.")
    )
