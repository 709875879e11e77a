"""Real processes at the same moment on one database file: each rule holds, nobody is lost."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.prepared import prepare
from tests.stack import PROJECT

ROUNDS = 8


class Track:
    """A data directory and the processes that race on it."""

    def __init__(self, data_dir: Path, racers: int) -> None:
        self.data_dir = data_dir
        prepare(data_dir)
        self._racers = [self._start() for _ in range(racers)]
        for racer in self._racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        assert self.race(("prepare", {})) == [None]

    def race(self, *acts: tuple[str, dict[str, Any]]) -> list[Any]:
        """Runs each act in a process of its own, all at the same moment; their results."""
        at = time.monotonic() + 0.05
        runners = list(zip(self._racers, acts, strict=False))
        for racer, (act, values) in runners:
            assert racer.stdin is not None
            racer.stdin.write(json.dumps({"act": act, "at": at, "values": values}) + "\n")
            racer.stdin.flush()
        return [json.loads(racer.stdout.readline()) for racer, _ in runners if racer.stdout]

    def tell(self, expression: str) -> Any:
        """The value of an expression, in one of the processes."""
        return self.race(("tell", {"expression": expression}))[0]

    def files(self) -> set[str]:
        """The locations that hold bytes."""
        root = self.data_dir / "blobs"
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}

    def close(self) -> None:
        for racer in self._racers:
            racer.kill()
            racer.wait()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.flows.racer"],
            cwd=PROJECT,
            env=os.environ | {"DATA_DIR": str(self.data_dir), "LOG_LEVEL": "ERROR"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    track = Track(tmp_path_factory.mktemp("races"), racers=4)
    yield track
    track.close()


def sessions(track: Track) -> list[str]:
    """Ids of as many fresh sessions as there are rounds."""
    ids: list[str] = track.tell(f"[factories.view() for _ in range({ROUNDS})]")
    return ids


def test_the_same_content_uploaded_at_once_is_kept_once(track: Track) -> None:
    for number in range(ROUNDS):
        act = ("upload", {"content": f"%PDF-1.4 round {number} " + "x" * 100_000})
        locations = track.race(act, act, act)
        assert len(set(locations)) == 1, locations
        assert locations[0] in track.files()
    kept = track.tell("list(Blob.objects.values_list('location', flat=True))")
    assert set(kept) == track.files()


def test_of_two_documents_for_one_session_exactly_one_wins(track: Track) -> None:
    for number, identity in enumerate(sessions(track)):
        acts = [
            ("assign", {"identity": identity, "content": f"%PDF-1.4 {number} {side}"})
            for side in "ab"
        ]
        assert sorted(track.race(*acts)) == ["assigned", "document_already_assigned"]


def test_a_stop_and_a_use_at_once_end_in_a_stop(track: Track) -> None:
    identities = sessions(track)
    for identity in identities:
        stopped, *uses = track.race(
            ("stop", {"identity": identity, "message": "over"}),
            ("touch", {"identity": identity}),
            ("touch", {"identity": identity}),
        )
        assert stopped == "stopped"
        assert set(uses) <= {"touched", "session_stopped"}
    states = track.tell(
        f"[DocumentSession.objects.get(digest=digest(i)).state for i in {identities}]"
    )
    assert set(states) == {"stopped"}


def test_of_two_stops_at_once_the_first_is_kept(track: Track) -> None:
    for identity in sessions(track):
        acts = [("stop", {"identity": identity, "message": message}) for message in "ab"]
        assert sorted(track.race(*acts)) == ["session_stopped", "stopped"]


def test_eight_askers_for_one_rendition_are_one_job(track: Track) -> None:
    file_ids = track.tell(
        f"[factories.work_file(content=b'%%PDF-ask %d' % n).file_id for n in range({ROUNDS})]"
    )
    for file_id in file_ids:
        answers = track.race(*[("ask", {"file_id": file_id})] * 4)
        assert all(isinstance(answer, list) for answer in answers), answers
        keys = [key for asked, _ in answers for key in asked]
        assert len(keys) == 8
        assert len(set(keys)) == 1
        assert sum(calls for _, [calls] in answers) == 1


def test_a_sweep_takes_no_content_that_is_uploaded_meanwhile(track: Track) -> None:
    """Content nobody refers to any more is swept at the moment somebody uploads it again."""
    for number in range(ROUNDS):
        content = f"%PDF-1.4 swept {number}"
        track.tell(
            f"[bool(factories.work_file(content={content.encode()!r}).delete()),"
            " Blob.objects.update(claimed_at=timezone.now() - timedelta(days=2))]"
        )
        _, location = track.race(("sweep", {}), ("upload", {"content": content}))
        assert location in track.files()
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        assert track.tell(f"Blob.objects.get(sha256={sha256!r}).location") == location


def test_a_quota_is_exact_however_many_ask_at_once(track: Track) -> None:
    limit = 6
    track.tell(f"str(factories.actor('limited', maximum_live_sessions={limit}))")
    answers = []
    for _ in range(ROUNDS):
        answers += track.race(*[("open_limited", {"limit": limit})] * 4)
    assert set(answers) == {"opened", "quota_exceeded"}
    assert answers.count("opened") == limit
    live = "DocumentSession.objects.filter(client__name='limited')"
    assert track.tell(f"{live}.count()") == limit
    # One ends: one more may begin, however many ask.
    track.tell(f"{live}.first().delete()[0]")
    answers = track.race(*[("open_limited", {"limit": limit})] * 4)
    assert sorted(answers) == ["opened", *["quota_exceeded"] * 3]


def test_requests_counted_at_once_are_all_counted(track: Track) -> None:
    track.tell("str(factories.actor('hasty', requests_per_minute=1000))")
    act = ("count_requests", {"name": "hasty", "times": 10})
    assert max(track.race(act, act, act, act)) == 40
