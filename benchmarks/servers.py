"""The product on PostgreSQL, Redis and an S3 server: sessions a second, and who waits for whom."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import requests

from benchmarks import documents
from benchmarks.end_to_end import first_image, fresh
from benchmarks.measure import Row, ms
from portal import settings
from tests import servers
from tests.fakes import Endless
from tests.flows import processes
from tests.stack import Integrator, Stack, running_stack

_RATE, _SESSION_P95 = 100, 0.050
_WAITING, _PARALLEL, _MIB = 1.3, 0.85, 64


def measure(directory: Path, *, quick: bool) -> Iterator[Row]:
    """Rows for creating sessions, for waiting, for users at once, and for a large upload."""
    each = 6 if quick else 16
    with _one_core(), _installation(directory / "one") as stack:
        alone = _rate(_users(stack, 1), each)
    with _installation(directory / "all") as stack:
        users = _users(stack, 2 * settings.CORES)
        yield _creating(users, 5.0 if quick else 20.0)
        yield _parallel(users[: settings.CORES], each, alone)
        yield _waiting(users, 8 if quick else 30)
        yield _large(stack, users[0], 256 if quick else 1024)


@contextmanager
def _installation(directory: Path) -> Iterator[Stack]:
    directory.mkdir()
    with (
        servers.postgresql(directory) as database,
        servers.redis(directory) as queue,
        servers.s3(directory) as storage,
        running_stack(
            DATABASE_URL=database, BROKER_URL=queue, CACHE_URL=queue, STORAGE_URL=storage
        ) as stack,
    ):
        yield stack


@contextmanager
def _one_core() -> Iterator[None]:
    """All that is started in this block, callers too, has one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _users(stack: Stack, count: int) -> list[Integrator]:
    """Callers who have been here before."""
    credentials = stack.register("Benchmarks")
    users = [Integrator(stack.url, credentials) for _ in range(count)]
    for user in users:
        first_image(user, fresh())
    return users


def _creating(users: list[Integrator], seconds: float) -> Row:
    """Everybody opens sessions for so long; the callers' own work is taken off."""
    taken: list[float] = []
    busy, own = _busy(), time.process_time()
    end = time.perf_counter() + seconds

    def work(open_session: Callable[[], None]) -> None:
        while (began := time.perf_counter()) < end:
            open_session()
            taken.append(time.perf_counter() - began)

    _together([partial(work, _opening(user)) for user in users])
    served = _busy() - busy - (time.process_time() - own)
    rate = len(taken) / served
    p95 = _p95(taken)
    return Row(
        what="creating sessions, PostgreSQL and Redis",
        n=len(taken),
        recto=f"{rate:.0f}/s per core",
        aim=f">= {_RATE}/s, p95 < {ms(_SESSION_P95)}",
        met=rate >= _RATE and p95 < _SESSION_P95,
        note=f"a core's second of everything but the callers: web, database, queue; p50 "
        f"{ms(median(taken))}, p95 {ms(p95)}; {len(taken) / seconds:.0f}/s with {len(users)} "
        f"callers on the same {settings.CORES} cores",
    )


def _opening(user: Integrator) -> Callable[[], None]:
    """What opens a session over one connection; callers share the cores, so it does little else."""
    address = urlsplit(user.url)
    connection = HTTPConnection(str(address.hostname), address.port)
    headers = {"Content-Type": "application/json"} | dict(user.http.headers)

    def act() -> None:
        connection.request(
            "POST", "/PCCIS/V1/ViewingSession", b'{"externalId": "benchmark"}', headers
        )
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == requests.codes.ok, body

    return act


def _busy() -> float:
    """Seconds that this machine's processors have worked (proc(5), stat)."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq = (int(field) for field in fields[:7])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _parallel(users: list[Integrator], each: int, alone: float) -> Row:
    """First images a second of one user on one core, and of as many as there are cores."""
    one = _rate(users[:1], each)
    together = _rate(users, each)
    gain = together / alone / len(users)
    return Row(
        what=f"first images, {len(users)} users on {settings.CORES} cores",
        n=each * len(users),
        recto=f"{together:.2f}/s",
        baseline="one user on one core",
        theirs=f"{alone:.2f}/s",
        aim=f">= {_PARALLEL} n",
        met=gain >= _PARALLEL,
        note=f"{gain:.2f} n; one user who has all cores, and keeps more than one of them busy: "
        f"{one:.2f}/s",
    )


def _rate(users: list[Integrator], each: int) -> float:
    loads = [[fresh() for _ in range(each)] for _ in users]

    def work(user: Integrator, contents: list[bytes]) -> None:
        for content in contents:
            first_image(user, content)

    pairs = list(zip(users, loads, strict=True))
    began = time.perf_counter()
    _together([lambda pair=pair: work(*pair) for pair in pairs])
    return each * len(users) / (time.perf_counter() - began)


def _waiting(users: list[Integrator], times: int) -> Row:
    """Small documents while nothing else goes on, then while a thousand pages are converted."""
    idle = [first_image(users[0], fresh()) for _ in range(times)]
    book = users[1].open(externalId="book.docx")
    users[1].upload(book, documents.docx(1000, str(time.time_ns())), "docx")
    busy, whole = [], 0
    for _ in range(times):
        busy.append(first_image(users[0], fresh()))
        whole += users[1].view(book).get("state") == "converting"
    ratio = _p95(busy) / _p95(idle)
    return Row(
        what="small documents' p95 beside 1,000 pages under way",
        n=times,
        recto=ms(_p95(busy)),
        baseline="nothing under way",
        theirs=ms(_p95(idle)),
        ratio=ratio,
        aim=f"<= {_WAITING}",
        met=ratio <= _WAITING,
        note=f"the book was under way during {whole} of them",
    )


def _large(stack: Stack, user: Integrator, size: int) -> Row:
    """How much memory the web processes take for an upload of so many MiB."""

    def pieces() -> Iterator[bytes]:
        stream = Endless(size * 1024**2)
        while chunk := stream.read(256 * 1024):
            yield chunk

    below = processes.descendants(stack.process.pid)
    web = [pid for pid, line in below.items() if "recto-web" in line]
    for pid in web:
        processes.forget_peak(pid)
    before = {pid: processes.peak_memory(pid) for pid in web}
    began = time.perf_counter()
    answer = user.upload(user.open(), pieces(), "pdf")
    took = time.perf_counter() - began
    growth = max(processes.peak_memory(pid) - before[pid] for pid in web)
    stored = answer.status_code == 200
    return Row(
        what=f"upload of {size} MiB to S3, memory of web",
        n=1,
        recto=f"+{growth} MiB",
        aim=f"< {_MIB} MiB",
        met=growth < _MIB and stored,
        note=f"{size / took:.0f} MiB/s" if stored else f"{answer.status_code}: {answer.text}",
    )


def _together(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[round(0.95 * (len(seconds) - 1))]
