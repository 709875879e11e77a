"""Administrators see what was done with envelopes, and nothing that is in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.envelopes import contents, services, sharing
from apps.envelopes.models import Envelope, EnvelopeEvent
from tests.unit.envelopes.conftest import Files, client_id, guid, made, program

NAME, NOTE, TEXT = "Planted-Name-7261.pdf", "planted-note-5512", b"planted text 9034"
SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(settings: LazySettings) -> SignIn:
    """Somebody with the permissions to do this with envelopes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}

    def _sign_in(*may: str) -> Client:
        person = User.objects.create_user("-".join(("person", *may)), is_staff=True)
        names = [f"{one}_envelope" for one in may]
        person.user_permissions.set(Permission.objects.filter(codename__in=names))
        browser = Client()
        browser.force_login(person)
        return browser

    return _sign_in


@pytest.fixture
def envelope() -> Envelope:
    """One with an item, shared with a person of another program, and its trail."""
    attached, key = made(label="Loan 12")
    sharing.grant(attached, client_id("reader"), "write", subject="anna")
    reader = services.attach(program("reader"), guid(attached), key, subject="anna")
    contents.put(reader, name=NAME, media_type="text/x-planted", content=TEXT, meta={"n": NOTE})
    return attached.envelope


def page(envelope: Envelope, name: str = "change") -> str:
    return reverse(f"admin:envelopes_envelope_{name}", args=[envelope.pk])


def text(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return response.content.decode()


LIST = "/admin/envelopes/envelope/"


def test_the_page_shows_access_and_trail(envelope: Envelope, sign_in: SignIn) -> None:
    shown = text(sign_in("view"), page(envelope))
    for expected in (
        "Loan 12",
        str(envelope.guid),
        "archive",
        "reader",
        "anna",
        "Read and write",
        "Audit trail (4 events)",
        "Attached to a session",
        "Item added",
        "17 bytes",
    ):
        assert expected in shown.replace("\xa0", " "), expected


def test_nothing_of_the_contents_is_shown(envelope: Envelope, sign_in: SignIn) -> None:
    browser = sign_in("view", "delete")
    key = bytes(Envelope.objects.get().wrapped_key)
    for url in (LIST, page(envelope), page(envelope, "destroy"), page(envelope, "history")):
        shown = text(browser, url)
        for hidden in (NAME, NOTE, TEXT.decode(), "x-planted", key.hex(), repr(key)):
            assert hidden not in shown, (url, hidden)


def test_the_list_tells_the_state_now(envelope: Envelope, sign_in: SignIn) -> None:
    browser = sign_in("view")
    over, _ = made(label="Over")
    Envelope.objects.filter(pk=over.envelope.pk).update(retain_until=timezone.now())
    gone, _ = made(label="Gone")
    services.delete(program(), gone.envelope)
    for state, label in (("live", "Loan 12"), ("expired", "Over"), ("deleted", "Gone")):
        shown = text(browser, f"{LIST}?now={state}")
        assert [one for one in ("Loan 12", "Over", "Gone") if f">{one}<" in shown] == [label]
    assert "Loan 12" in text(browser, f"{LIST}?q={envelope.guid}")
    assert "Loan 12" not in text(browser, f"{LIST}?q=nothing")


def test_an_empty_list_says_what_envelopes_are(sign_in: SignIn) -> None:
    assert "An envelope keeps documents" in text(sign_in("view"), LIST)


def test_a_long_trail_is_read_page_by_page(envelope: Envelope, sign_in: SignIn) -> None:
    browser = sign_in("view")
    for _ in range(60):
        services.audit.record(program(), envelope, services.Action.ATTACHED)
    first = text(browser, page(envelope))
    assert "?before=15" in first
    older = text(browser, page(envelope) + "?before=15")
    assert "Access granted" in older
    assert "Older events" not in older
    for strange in ("x", "-1", "9" * 5000, "²"):
        text(browser, f"{page(envelope)}?before={strange}")


def test_deleting_asks_and_then_destroys(
    envelope: Envelope, sign_in: SignIn, stored: Files, django_capture_on_commit_callbacks: Any
) -> None:
    browser = sign_in("view", "delete")
    assert page(envelope, "destroy") in text(browser, page(envelope))
    asked = text(browser, page(envelope, "destroy"))
    assert "Nobody can bring it back" in asked
    assert Envelope.objects.get().state == "live"
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post(page(envelope, "destroy"), follow=True)
    assert "are destroyed" in response.content.decode()
    ended = Envelope.objects.get()
    assert (ended.state, bytes(ended.wrapped_key), stored()) == ("deleted", b"", [])
    last = EnvelopeEvent.objects.latest("number")
    assert (last.action, last.actor_kind, last.actor) == ("deleted", "admin", "")
    assert LogEntry.objects.get().change_message == "Deleted, key destroyed."
    again = browser.post(page(envelope, "destroy"), follow=True)
    assert "ended already" in again.content.decode()
    assert EnvelopeEvent.objects.filter(action="deleted").count() == 1


def test_who_may_only_look_changes_nothing(envelope: Envelope, sign_in: SignIn) -> None:
    browser = sign_in("view", "change", "add")
    assert page(envelope, "destroy") not in text(browser, page(envelope))
    assert browser.get(page(envelope, "destroy")).status_code == 403
    assert browser.post(page(envelope, "destroy")).status_code == 403
    assert browser.post(page(envelope), {"label": "other"}).status_code == 403
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(page(envelope, "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [envelope.pk], "post": "yes"}
    browser.post(LIST, chosen)
    assert Envelope.objects.get().label == "Loan 12"
    assert Envelope.objects.get().state == "live"


def test_not_even_who_may_delete_removes_the_tombstone(envelope: Envelope, sign_in: SignIn) -> None:
    browser = sign_in("view", "delete")
    assert browser.post(page(envelope, "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [envelope.pk], "post": "yes"}
    browser.post(LIST, chosen)
    assert Envelope.objects.exists()


def test_the_retention_of_a_client_is_set_on_its_page(sign_in: SignIn) -> None:
    owner = program().require_client()
    person = User.objects.create_superuser("root")
    browser = Client()
    browser.force_login(person)
    shown = text(browser, reverse("admin:clients_apiclient_change", args=[owner.pk]))
    assert 'name="envelope_days"' in shown
    assert 'name="envelope_maximum_days"' in shown
    owner.envelope_days, owner.envelope_maximum_days = 90, 30
    with pytest.raises(Exception, match="shorter than the usual retention"):
        owner.full_clean()
    assert made()[0].envelope.retain_until > timezone.now() + timedelta(days=89)
