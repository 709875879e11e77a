"""The doctor finds what is wrong, says what to do, and tells it by its exit code."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from apps.tallies import store
from portal import examining
from portal.management.commands import doctor
from tests import factories

pytestmark = pytest.mark.django_db


def look(name: str) -> str:
    return next(one.look for one in examining.EXAMINATIONS if one.name == name)()


def job(**values: Any) -> None:
    rendition = conversion.request(factories.work_file(), PDF, client=None)
    Rendition.objects.filter(pk=rendition.pk).update(**values)


def test_a_fault_has_a_remedy_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise RuntimeError("it rains in")

    roof = examining.Examination("roof", broken, "Mend it.")
    well = examining.Examination("walls", lambda: "dry", "")
    monkeypatch.setattr(doctor.examining, "EXAMINATIONS", (roof, well))
    with pytest.raises(CommandError) as caught:
        call_command("doctor", "--json")
    assert caught.value.returncode == 1
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is False
    assert told["parts"]["roof"] == {"ready": False, "detail": "it rains in", "remedy": "Mend it."}
    assert told["parts"]["walls"] == {"ready": True, "detail": "dry"}


def test_every_examination_knows_what_to_do() -> None:
    names = [one.name for one in examining.EXAMINATIONS]
    assert len(names) == len(set(names))
    assert all(one.remedy.endswith(".") for one in examining.EXAMINATIONS)


@pytest.mark.parametrize("name", ["version", "migrations", "files", "clock", "queue", "jobs"])
def test_what_is_well_is_well(name: str) -> None:
    assert look(name)


def test_jobs_that_wait_too_long_or_lost_their_worker() -> None:
    job(requested_at=timezone.now() - timedelta(minutes=6))
    with pytest.raises(RuntimeError, match="1 jobs have waited"):
        look("queue")
    job(state="running", lease_until=timezone.now() - timedelta(minutes=3))
    with pytest.raises(RuntimeError, match="lost their worker"):
        look("jobs")


def test_a_schedule_that_stands() -> None:
    store.note("recto_measured_timestamp_seconds", [({}, timezone.now().timestamp() - 600)])
    with pytest.raises(RuntimeError, match="10 minutes ago"):
        look("schedule")
    store.note("recto_measured_timestamp_seconds", [({}, timezone.now().timestamp())])
    assert look("schedule") == "measured 0 s ago"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"PUBLIC_URL": "http://portal.example.com"}, "ALLOWED_HOSTS"),
        ({"PUBLIC_URL": "https://localhost"}, "BEHIND_PROXY"),
        ({"DEBUG": True}, "DEBUG"),
    ],
)
def test_settings_that_do_not_fit_together(
    settings: Any, values: dict[str, Any], fault: str
) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    with pytest.raises(RuntimeError, match=fault):
        look("address")


def test_a_storage_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise PermissionError("read only")

    monkeypatch.setattr("apps.workfiles.storage.put", refuse)
    with pytest.raises(PermissionError):
        look("files")
