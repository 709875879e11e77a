"""Work is named, and sent when the transaction has committed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from celery import Task
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_prerun
from django.db import connections, transaction
from django.utils.module_loading import autodiscover_modules

from apps.core import queue
from portal import run
from portal.celery import app

Sent = list[tuple[str, tuple[object, ...]]]
Commit = Callable[..., AbstractContextManager[object]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    messages: Sent = []

    def send_task(name: str, args: tuple[object, ...], retry: bool, headers: object) -> None:
        messages.append((name, args))

    monkeypatch.setattr(queue.current_app, "send_task", send_task)
    return messages


@pytest.mark.django_db
def test_nothing_is_sent_before_the_commit(
    sent: Sent, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        queue.enqueue("conversion.work", 1)
        assert sent == []
    assert sent == [("conversion.work", (1,))]


@pytest.mark.django_db
def test_nothing_is_sent_when_the_transaction_fails(
    sent: Sent, django_capture_on_commit_callbacks: Commit
) -> None:
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        queue.enqueue("conversion.work")
        _ = 1 / 0
    assert sent == []


@pytest.mark.django_db
def test_a_broker_that_cannot_be_reached_is_logged_and_not_raised(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    def send_task(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(queue.current_app, "send_task", send_task)
    with (
        caplog.at_level(logging.ERROR, logger="apps.core.queue"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        queue.enqueue("conversion.work")
    assert "the schedule will send it again" in caplog.text


@pytest.mark.parametrize("name", ["clients.deliver", "viewing.fetch", "viewing.fetch_package"])
def test_what_waits_for_other_servers_has_a_worker_of_its_own(name: str) -> None:
    assert name in names_of_tasks()
    assert queue_of(name) == "network" != queue_of("conversion.work")


def test_each_queue_has_a_worker() -> None:
    served = [
        program.command[program.command.index("--queues") + 1]
        for program in run.programs()
        if "--queues" in program.command
    ]
    assert sorted(served) == sorted({queue_of(name) for name in names_of_tasks()})


def names_of_tasks() -> list[str]:
    autodiscover_modules("tasks")
    return [name for name in app.tasks if not name.startswith("celery.")]


def queue_of(name: str) -> str:
    return str(app.amqp.router.route({}, name)["queue"].name)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The database connections that are closed from now on."""
    closed: list[str] = []
    own = connections["default"]
    monkeypatch.setattr(own, "close", lambda: closed.append(own.alias))
    monkeypatch.setattr(own, "connection", object())
    monkeypatch.setattr(own, "get_autocommit", lambda: True)
    return closed


@pytest.fixture
def task() -> Task:
    autodiscover_modules("tasks")
    found: Task = app.tasks["conversion.work"]
    return found


def test_a_worker_keeps_its_connection_from_task_to_task(closed: list[str], task: Task) -> None:
    fixup = DjangoWorkerFixup(app)
    for _ in range(3):
        fixup.on_task_prerun(task)
        task_prerun.send(sender=task)
        fixup.on_task_postrun(task)
    assert closed == []


def test_a_connection_that_is_old_enough_is_replaced(
    closed: list[str], task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections["default"], "close_at", 0.0)
    task_prerun.send(sender=task)
    assert closed == ["default"]


def test_one_that_broke_is_replaced(
    closed: list[str], task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections["default"], "errors_occurred", True)
    monkeypatch.setattr(connections["default"], "is_usable", lambda: False)
    task_prerun.send(sender=task)
    assert closed == ["default"]


def test_what_runs_inside_a_request_keeps_its_connection(
    closed: list[str], task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections["default"], "close_at", 0.0)
    monkeypatch.setattr(task.request, "is_eager", True)
    task_prerun.send(sender=task)
    assert closed == []
