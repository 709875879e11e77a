"""Documents that live on the client's own server, and those that are fetched by address."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery
from apps.core import remote
from apps.core.errors import ErrorCode, PortalError
from apps.editing import pushing, saving, services, sources, upkeep
from apps.editing.models import EditDetail, EditedDocument, Push
from tests import factories
from tests.unit.editing.conftest import TEXT, Partner, again, content, labels, save

SERVER = "https://files.example.com/api"
ADDRESS = f"{SERVER}/files/plans%2Fa%20b.txt"


class Answer:
    """What `remote.send` and `remote.fetch` give."""

    def __init__(self, status: int, body: bytes = b"", etag: str = "") -> None:
        self.status, self.etag, self._body = status, etag, io.BytesIO(body)

    def read(self, size: int, /) -> bytes:
        return self._body.read(size)


class Store:
    """The partner's server, after the contract."""

    def __init__(self) -> None:
        self.content, self.version = TEXT, 1
        self.holder = ""
        self.locks = True
        self.down = False
        self.requests: list[tuple[str, str, dict[str, str]]] = []

    @property
    def etag(self) -> str:
        return f'"v{self.version}"'

    def change(self, text: bytes) -> None:
        self.content, self.version = text, self.version + 1

    @contextmanager
    def send(
        self,
        method: str,
        url: str,
        *,
        hosts: Any,
        headers: dict[str, str],
        body: Any = None,
        seconds: float = 60.0,
    ) -> Iterator[Answer]:
        assert remote.check(url, hosts=hosts).scheme == "https"
        self.requests.append((method, url, headers))
        if self.down:
            raise PortalError(ErrorCode.REMOTE_FAILED, "files.example.com did not answer.")
        yield self._answer(method, url, headers, body)

    def _answer(self, method: str, url: str, headers: dict[str, str], body: Any) -> Answer:
        if url.endswith("/lock"):
            return self._lock(method, headers["X-Lock-Id"])
        assert url == ADDRESS
        if method == "GET":
            if headers.get("If-None-Match") == self.etag:
                return Answer(304, etag=self.etag)
            return Answer(200, self.content, self.etag)
        sent = b"".join(body)
        assert len(sent) == int(headers["Content-Length"])
        if headers["If-Match"] != self.etag:
            return Answer(412)
        self.change(sent)
        return Answer(204, etag=self.etag)

    def _lock(self, method: str, name: str) -> Answer:
        if not self.locks:
            return Answer(404)
        if self.holder not in ("", name):
            return Answer(423)
        self.holder = name if method == "PUT" else ""
        return Answer(204)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store()
    monkeypatch.setattr(remote, "send", store.send)
    return store


@pytest.fixture
def owner(partner: Partner) -> Partner:
    client = partner.actor.require_client()
    client.download_hosts = "files.example.com"
    client.save()
    return partner


def opened(owner: Partner, **parameters: Any) -> services.Editing:
    sent = {"file": "plans/a b.txt", "server": SERVER, "sessionId": "their-session"} | parameters
    editing = owner.open(**sent)
    services.fetch(editing.session.pk)
    return again(editing)


def sent(editing: services.Editing) -> None:
    """What a worker does."""
    pushing.push(editing.document.pk)


def told(event: str) -> Any:
    """What the client was told last of such an event."""
    newest = WebhookDelivery.objects.filter(event=event).latest("pk")
    return json.loads(newest.message)["data"]


def test_opened_and_saved_there(owner: Partner, store: Store) -> None:
    editing = opened(owner)
    assert content(services.revision(editing)) == TEXT
    made = save(editing, b"changed\n", 1)
    sent(editing)
    assert (made.label, store.content) == ("2", b"changed\n")
    assert save(editing, b"changed again\n", 2).label == "3"
    sent(editing)
    assert store.content == b"changed again\n"
    for _, _, headers in store.requests:
        assert headers["X-Session-Id"] == "their-session"
        assert headers["X-User-Id"] == "anna"


def test_it_is_loading_until_it_is_here(owner: Partner, store: Store) -> None:
    editing = owner.open(file="plans/a b.txt", server=SERVER)
    assert services.head(editing) is None
    with pytest.raises(PortalError) as caught:
        save(editing, b"x\n", 1)
    assert caught.value.code == ErrorCode.DOCUMENT_MISSING


def test_whom_the_server_refuses_sees_and_writes_no_version(
    owner: Partner, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(owner)
    waiting = owner.open(file="plans/a b.txt", server=SERVER, userId="ben")
    for look in (lambda: services.revision(waiting, "1"), lambda: services.revisions(waiting)):
        with pytest.raises(PortalError) as caught:
            look()
        assert caught.value.code == ErrorCode.NOT_READY

    @contextmanager
    def refuse(*_: object, **__: object) -> Iterator[Answer]:
        yield Answer(403)

    monkeypatch.setattr(remote, "send", refuse)
    services.fetch(waiting.session.pk)
    refused = again(waiting)
    for look in (lambda: services.revision(refused, "1"), lambda: services.revisions(refused)):
        with pytest.raises(PortalError) as caught:
            look()
        assert caught.value.code == ErrorCode.REMOTE_FAILED
    with pytest.raises(PortalError) as caught:
        save(refused, b"x\n", 1)
    assert caught.value.code == ErrorCode.REMOTE_FAILED
    assert labels(refused.document) == ["1"]


def test_changed_there_between_two_sessions(owner: Partner, store: Store) -> None:
    editing = opened(owner)
    save(editing, b"ours\n", 1)
    sent(editing)
    assert labels(opened(owner).document) == ["1", "2"]
    store.change(b"theirs\n")
    editing = opened(owner)
    newest = services.revision(editing)
    assert (newest.label, newest.reason, content(newest)) == ("3", "external", b"theirs\n")


def test_changed_there_while_we_edit(owner: Partner, store: Store) -> None:
    webhooks.register(Actor.system(), owner.actor.require_client(), "https://example.org/hook")
    store.locks = False
    editing = opened(owner)
    store.change(b"theirs\n")
    assert save(editing, b"ours\n", 1).label == "2"
    sent(editing)
    # Theirs is the newest, ours stays in the list, and both sides are in step.
    assert (labels(editing.document), store.content) == (["1", "2", "3"], b"theirs\n")
    newest = services.revision(again(editing))
    assert (newest.reason, content(newest)) == ("external", b"theirs\n")
    assert not Push.objects.exists()
    assert told("save.failed")["reason"] == "revision_conflict"
    # The page that goes on hears of it, and loses nothing either.
    with pytest.raises(PortalError) as caught:
        save(editing, b"ours and more\n", 2)
    assert (caught.value.code, caught.value.data["kept"]) == (ErrorCode.REVISION_CONFLICT, "s1")
    assert saving.restore(again(editing), "s1", expected=3).label == "4"
    sent(editing)
    assert store.content == b"ours and more\n"


def test_changed_there_before_ours_was_sent(owner: Partner, store: Store) -> None:
    webhooks.register(Actor.system(), owner.actor.require_client(), "https://example.org/hook")
    store.locks = False
    editing = opened(owner)
    save(editing, b"ours\n", 1)
    store.change(b"theirs\n")
    other = opened(owner, userId="ben")
    assert content(services.revision(other)) == b"theirs\n"
    assert not Push.objects.exists()
    assert told("save.failed")["version"] == "2"


def test_a_server_that_is_down_loses_nothing(owner: Partner, store: Store) -> None:
    webhooks.register(Actor.system(), owner.actor.require_client(), "https://example.org/hook")
    editing = opened(owner)
    store.down = True
    assert save(editing, b"ours\n", 1).label == "2"
    for attempt in range(1, len(pushing.PAUSES) + 2):
        sent(editing)
        push = Push.objects.get()
        assert (push.number, push.attempts) == (2, attempt)
        assert "did not answer" in push.error
        pushing.push(editing.document.pk)  # too early: nothing is asked
        assert Push.objects.get().attempts == attempt
        Push.objects.update(due_at=timezone.now())
    # Told once, and what is saved meanwhile is what will be sent.
    assert WebhookDelivery.objects.filter(event="save.failed").count() == 1
    assert told("save.failed")["reason"] == "remote_failed"
    assert save(editing, b"ours and more\n", 2).label == "3"
    store.down = False
    sent(editing)
    assert store.content == b"ours and more\n"
    assert not Push.objects.exists()


def test_an_answer_that_was_lost_is_no_conflict(owner: Partner, store: Store) -> None:
    editing = opened(owner)
    save(editing, b"ours\n", 1)
    store.change(b"ours\n")  # it has it, and we do not know
    sent(editing)
    assert (labels(editing.document), Push.objects.count()) == (["1", "2"], 0)
    save(editing, b"more\n", 2)
    sent(editing)
    assert store.content == b"more\n"


def test_our_own_version_is_not_taken_for_theirs(owner: Partner, store: Store) -> None:
    """A look at their server that was on its way while ours was sent there."""
    store.locks = False
    editing = opened(owner)
    stale = EditedDocument.objects.get(pk=editing.document.pk)
    save(editing, b"ours\n", 1)
    sent(editing)
    received = factories.work_file(owner.actor, TEXT + b"older\n", extension="txt")
    sources._arrived(stale, received, etag='"v1"')
    assert labels(editing.document) == ["1", "2"]


def test_one_worker_at_a_time(owner: Partner, store: Store) -> None:
    editing = opened(owner)
    save(editing, b"ours\n", 1)
    Push.objects.update(busy_until=timezone.now() + timedelta(minutes=1))
    asked = len(store.requests)
    sent(editing)
    assert len(store.requests) == asked
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert pushing.upkeep() == 1
        sent(editing)
    assert store.content == b"ours\n"


def test_saving_does_not_wait_for_the_server(owner: Partner, store: Store) -> None:
    editing = opened(owner)
    asked = len(store.requests)
    save(editing, b"ours\n", 1)
    assert len(store.requests) == asked


def test_administrators_see_and_hasten(owner: Partner, store: Store, admin_client: Client) -> None:
    editing = opened(owner)
    store.down = True
    save(editing, b"ours\n", 1)
    sent(editing)
    address = reverse("admin:editing_push_changelist")
    assert "did not answer" in admin_client.get(address).content.decode()
    wanted = {"action": "send_now", "_selected_action": [editing.document.pk]}
    answer = admin_client.post(address, wanted, follow=True)
    assert "Sending 1." in answer.content.decode()
    assert Push.objects.get().due_at <= timezone.now()
    with pytest.raises(PortalError):
        pushing.try_now(owner.actor, Push.objects.all())


def test_what_is_left_unsaved_is_saved_there(owner: Partner, store: Store) -> None:
    editing = opened(owner)
    saving.keep_draft(editing, io.BytesIO(b"draft\n"), expected=1)
    assert store.content == TEXT
    with time_machine.travel(timezone.now() + timedelta(minutes=21), tick=False):
        assert upkeep.sweep() == 1
        sent(editing)
    assert store.content == b"draft\n"


def test_locks(owner: Partner, store: Store) -> None:
    anna = opened(owner)
    assert (anna.detail.locked, store.holder) == (True, anna.handle)
    ben = opened(owner, userId="ben")
    assert (ben.detail.access, ben.detail.locked) == ("view", False)
    saving.close(anna)
    services.unlock(anna.session.pk)
    assert store.holder == ""
    assert opened(owner, userId="ben").detail.access == "edit"
    store.locks = False
    assert opened(owner, userId="cleo").detail.access == "edit"


def test_a_lock_is_renewed_while_the_session_lives(owner: Partner, store: Store) -> None:
    anna = opened(owner)
    taken = anna.detail.locked_at
    assert taken is not None
    assert pushing.upkeep() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        services.relock(anna.session.pk)
        renewed = again(anna).detail.locked_at
        assert renewed is not None and renewed > taken
        assert [one[0] for one in store.requests if one[1].endswith("/lock")] == ["PUT", "PUT"]
        # Nobody answers: it is tried again. Somebody else has it: the entity tags guard it alone.
        store.down = True
        services.relock(anna.session.pk)
        assert again(anna).detail.locked
        store.down, store.holder = False, "somebody"
        services.relock(anna.session.pk)
        assert not again(anna).detail.locked


def test_locks_that_are_due(owner: Partner, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[tuple[object, ...]] = []
    monkeypatch.setattr(pushing, "enqueue", lambda *words: woken.append(words))
    anna = opened(owner)
    pushing.upkeep()
    assert woken == []
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        pushing.upkeep()
    assert woken == [("editing.relock", anna.session.pk)]
    saving.close(anna)
    pushing.upkeep()
    assert woken[1:] == [("editing.unlock", anna.session.pk)]


def test_a_lock_does_not_stay_when_the_document_cannot_be_had(
    owner: Partner, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "etag", "")  # refused for editing, after the lock was taken
    editing = opened(owner)
    assert editing.detail.error_code == ErrorCode.REMOTE_FAILED
    assert (editing.detail.locked, store.holder) == (False, "")


def test_a_lock_is_held_until_the_last_version_is_there(owner: Partner, store: Store) -> None:
    anna = opened(owner)
    save(anna, b"ours\n", 1)
    saving.close(again(anna))
    services.unlock(anna.session.pk)
    assert store.holder == anna.handle
    sent(anna)
    services.unlock(anna.session.pk)
    assert (store.content, store.holder) == (b"ours\n", "")
    (put,) = [one for one in store.requests if one[0] == "PUT" and one[1] == ADDRESS]
    assert put[2]["X-Lock-Id"] == anna.handle


def test_view_neither_locks_nor_writes(owner: Partner, store: Store) -> None:
    editing = opened(owner, access="view")
    with pytest.raises(PortalError):
        save(editing, b"x\n", 1)
    assert {method for method, _, _ in store.requests} == {"GET"}


def test_a_server_without_entity_tags_is_viewed_only(
    owner: Partner, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "etag", "")
    with pytest.raises(PortalError) as caught:
        services.head(opened(owner))
    assert caught.value.code == ErrorCode.REMOTE_FAILED
    assert content(services.revision(opened(owner, access="view"))) == TEXT


@pytest.mark.parametrize(
    "server",
    [
        "https://127.0.0.1",
        "https://[::1]/",
        "https://elsewhere.example.com",
        "https://files.example.com.evil.test",
        "https://files.example.com:8443",
        "https://2130706433",
    ],
)
def test_servers_that_are_not_on_the_list(owner: Partner, server: str) -> None:
    with pytest.raises(PortalError) as caught:
        owner.token(file="a", server=server)
    assert (caught.value.code, caught.value.at) == (ErrorCode.REMOTE_REFUSED, "server")


def test_a_listed_name_with_a_private_address_is_not_reached(
    owner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name is on the list, what it resolves to is looked at when it is used."""
    inside = [(2, 1, 6, "", ("169.254.169.254", 0))]
    monkeypatch.setattr(remote.socket, "getaddrinfo", lambda *_, **__: inside)
    for parameters in (
        {"file": "a.txt", "server": SERVER},
        {"file": "", "fileUrl": "https://files.example.com/a.txt"},
    ):
        editing = owner.open(**parameters)
        services.fetch(editing.session.pk)
        assert EditDetail.objects.get(pk=editing.detail.pk).error_code == "remote_refused"


def test_by_address_it_is_viewed(owner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def fetch(url: str, *, hosts: Any) -> Iterator[Answer]:
        remote.check(url, hosts=hosts)
        yield Answer(200, TEXT)

    monkeypatch.setattr(sources.remote, "fetch", fetch)
    editing = owner.open(file="", fileUrl="https://files.example.com/x/notes.txt?sig=1")
    services.fetch(editing.session.pk)
    assert content(services.revision(again(editing))) == TEXT
    assert (editing.document.name, editing.detail.access) == ("notes.txt", "view")
