"""Who did what: complete, unchangeable, without secrets, and gone by age."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import trail
from apps.audit.models import AuditEvent
from apps.clients import services as clients
from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import ApiClient, Credential
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "admin:audit_auditevent_changelist"


def events() -> list[tuple[str, str, str]]:
    return [(e.by, e.action, e.thing) for e in AuditEvent.objects.order_by("pk")]


def test_an_administrator_who_changes_a_client(admin_client: Client) -> None:
    program = factories.actor("Archive").require_client()
    AuditEvent.objects.all()._raw_delete("default")
    page = reverse("admin:clients_apiclient_rotate", args=[program.pk])
    headers = {"X-Correlation-Id": "abc-1"}
    answer = admin_client.post(page, {"label": "new"}, headers=headers)
    assert answer.status_code == 200
    event = AuditEvent.objects.get()
    assert (event.by, event.who, event.thing) == ("admin", "admin", "Archive")
    assert event.detail.startswith("Issued the secret rcs_")
    assert (event.address, event.correlation_id) == ("127.0.0.1", "abc-1")
    assert (event.kind, event.thing_id) == ("clients.apiclient", str(program.pk))
    secret = Credential.objects.latest("pk")
    assert len(event.detail) < 40 and secret.digest not in event.detail


def test_what_an_administrator_deletes(admin_client: Client) -> None:
    for name in ("One", "Two"):
        factories.actor(name)
    chosen = list(ApiClient.objects.filter(name__in=["One", "Two"]).values_list("pk", flat=True))
    AuditEvent.objects.all()._raw_delete("default")
    admin_client.post(
        reverse("admin:clients_apiclient_changelist"),
        {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
    )
    assert sorted(events()) == [("admin", "deleted", "One"), ("admin", "deleted", "Two")]


def test_signing_in_and_failing_to(client: Client) -> None:
    User.objects.create_superuser("anna", password="right-9-horse")
    login = reverse("admin:login")
    for password in ("wrong", "right-9-horse"):
        client.post(login, {"username": "anna", "password": password, "next": "/admin/"})
    client.post(reverse("admin:logout"))
    assert events() == [
        ("nobody", "failed to sign in", ""),
        ("admin", "signed in", "anna"),
        ("admin", "signed out", "anna"),
    ]
    failed = AuditEvent.objects.earliest("pk")
    assert failed.who == "anna" and "wrong" not in failed.detail


def test_keys_and_webhooks_made_by_a_command_are_noted() -> None:
    program = factories.actor("Archive").require_client()
    AuditEvent.objects.all()._raw_delete("default")
    clients.issue_secret(Actor.system(), program)
    clients.rotate_secret(Actor.system(), program)
    clients.revoke(Actor.system(), program.credentials.first())  # type: ignore[arg-type]
    webhooks.register(Actor.system(), program, "https://example.org/hook")
    assert [(by, action) for by, action, _ in events()] == [
        ("system", "secret issued"),
        ("system", "secret issued"),
        ("system", "secret revoked"),
        ("system", "webhook added"),
    ]


def test_the_database_refuses_to_change_an_event() -> None:
    trail.record(trail.By.SYSTEM, "portal", "tested")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.update(action="nothing")
    assert AuditEvent.objects.get().action == "tested"


def test_nobody_adds_changes_or_deletes_one_here(admin_client: Client) -> None:
    trail.record(trail.By.SYSTEM, "portal", "tested")
    event = AuditEvent.objects.latest("pk")
    assert admin_client.get(reverse(LIST)).status_code == 200
    assert admin_client.get(reverse("admin:audit_auditevent_add")).status_code == 403
    change = reverse("admin:audit_auditevent_change", args=[event.pk])
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {"action": "x"}).status_code == 403
    delete = reverse("admin:audit_auditevent_delete", args=[event.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def test_events_are_found_and_exported(admin_client: Client) -> None:
    trail.record(trail.By.CLIENT, "=cmd()", "session stopped", detail="why, really?")
    trail.record(trail.By.SYSTEM, "portal", "tested")
    found = admin_client.get(reverse(LIST), {"q": "cmd", "by__exact": "client"})
    assert found.context["cl"].result_count == 1
    chosen = list(AuditEvent.objects.values_list("pk", flat=True))
    answer = admin_client.post(reverse(LIST), {"action": "export", "_selected_action": chosen})
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = {row["action"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["session stopped"]["who"] == "'=cmd()"  # no formula
    assert rows["session stopped"]["detail"] == "why, really?"


def test_old_events_go(settings: object) -> None:
    for days in (1, 401, 500):
        AuditEvent.objects.create(
            by="system", who="x", action="y", at=timezone.now() - timedelta(days=days)
        )
    assert trail.sweep() == 2
    assert AuditEvent.objects.count() == 1
