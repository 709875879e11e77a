"""The administration shows who has what open, and neither tokens nor content."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.editing import services
from apps.editing.models import LaunchToken
from tests.unit.editing.conftest import Partner, save

MODELS = ("launchtoken", "editdetail", "editeddocument", "revision")


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages(partner: Partner, admin_client: Client, model: str) -> None:
    token = partner.token(sessionId="partners-own-secret")
    opened = services.open_session(token, dialect="kudo")
    save(opened.editing, b"what anna wrote\n", 1)
    listed = admin_client.get(reverse(f"admin:editing_{model}_changelist"))
    assert listed.status_code == 200
    assert "anna" in listed.content.decode() or model == "editeddocument"
    row = listed.context["cl"].queryset.first()
    shown = admin_client.get(reverse(f"admin:editing_{model}_change", args=[row.pk]))
    assert shown.status_code == 200
    for page in (listed.content.decode(), shown.content.decode()):
        for secret in (token, opened.secret, "partners-own-secret", "what anna wrote"):
            assert secret not in page


@pytest.mark.parametrize("state", ["live", "used", "expired", "revoked"])
def test_tokens_by_state(partner: Partner, admin_client: Client, state: str) -> None:
    services.open_session(partner.token(), dialect="kudo")
    partner.token()
    address = reverse("admin:editing_launchtoken_changelist")
    found = admin_client.get(address, {"now": state}).context["cl"].queryset
    assert found.count() == (1 if state in ("live", "used") else 0)


def test_revoking(partner: Partner, admin_client: Client) -> None:
    services.open_session(partner.token(), dialect="kudo")
    partner.token()
    sent = {
        "action": "revoke_tokens",
        "_selected_action": list(LaunchToken.objects.values_list("pk", flat=True)),
    }
    page = reverse("admin:editing_launchtoken_changelist")
    asked = admin_client.post(page, sent).content.decode()
    assert "Revoke 2 launch token(s)?" in asked
    assert not LaunchToken.objects.exclude(revoked_at=None).exists()
    answer = admin_client.post(page, sent | {"confirmed": "yes"}, follow=True)
    assert "1 launch token(s) revoked." in answer.content.decode()
    assert LaunchToken.objects.filter(revoked_at=None).count() == 1
