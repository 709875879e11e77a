"""Staff who may only look change nothing, and no page of the administration acts on a GET."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.serializers import serialize
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.conversion.models import Rendition
from apps.document_sessions.models import DocumentSession
from apps.document_templates.models import DocumentTemplate
from apps.document_templates.version_pages import NAME
from tests import factories, libraries

pytestmark = pytest.mark.django_db
# Of a template's version; each takes (template, number).
VERSION_PAGES = ["save", "publish", "retire", "draft", "examine"]


@pytest.fixture
def template() -> DocumentTemplate:
    """One row of everything that has an action: a session, a failed job, a message, a template."""
    factories.view(content=factories.PDF_BYTES)
    factories.fail(Rendition.objects.get(), "timeout")
    client = DocumentSession.objects.get().client
    webhooks.register(Actor.system(), client, "https://example.org/hook")
    webhooks.send(client, "connect.completed", {"sessionId": "s"})
    template: DocumentTemplate = libraries.template(libraries.datasource())
    return template


@pytest.fixture
def signed_in(db: None) -> Callable[[str], Client]:
    """Somebody with the permissions whose names begin so."""

    def sign_in(prefix: str) -> Client:
        person = User.objects.create_user(f"person-{prefix}", is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename__startswith=prefix))
        browser = Client()
        browser.force_login(person)
        return browser

    return sign_in


def everything() -> str:
    """All rows of this product, as text."""
    models = [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("apps.") and config.label != "accounts"
        for model in config.get_models()
    ]
    return "\n".join(serialize("json", model.objects.order_by("pk")) for model in models)


def own_actions() -> list[tuple[Any, str]]:
    return [
        (model, str(name))
        for model, model_admin in admin.site._registry.items()
        for name in ("delete_selected", *(model_admin.actions or ()))
    ]


def act(browser: Client, model: Any, action: str) -> None:
    """Has an action done to all rows."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    chosen = list(model.objects.values_list("pk", flat=True))
    sent = {"action": action, "_selected_action": chosen, "confirmed": "yes", "post": "yes"}
    browser.post(url, sent)


def test_actions_of_those_who_may_change_things_change_something(
    template: DocumentTemplate, signed_in: Callable[[str], Client]
) -> None:
    changer = signed_in("")
    tried = {"stop_sessions", "retry_jobs", "send_again", "deactivate"}
    for model, name in own_actions():
        if name in tried:
            before = everything()
            act(changer, model, name)
            assert everything() != before, name
            tried.remove(name)
    assert not tried


def test_actions_of_those_who_may_only_look_change_nothing(
    template: DocumentTemplate, signed_in: Callable[[str], Client]
) -> None:
    looker, before = signed_in("view_"), everything()
    for model, name in own_actions():
        act(looker, model, name)
        assert everything() == before, (model, name)
    assert not LogEntry.objects.exists()


def test_pages_of_those_who_may_only_look_change_nothing(
    template: DocumentTemplate, signed_in: Callable[[str], Client]
) -> None:
    looker, before = signed_in("view_"), everything()
    number = template.versions.get().number
    for page in VERSION_PAGES:
        answer = looker.post(reverse(f"admin:{NAME}_{page}", args=[template.pk, number]))
        assert answer.status_code == 403, page
    assert looker.post(reverse(f"admin:{NAME}_upload")).status_code == 403
    assert looker.post(reverse(f"admin:{NAME}_new_file", args=[template.pk])).status_code == 403
    for model in admin.site._registry:
        for row in model._default_manager.all():
            for page in ("change", "delete"):
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
                answer = looker.post(reverse(name, args=[row.pk]), {"post": "yes"})
                assert answer.status_code == 403, (model, page)
    assert everything() == before
    assert not LogEntry.objects.exists()


def test_following_links_changes_nothing(template: DocumentTemplate, admin_client: Client) -> None:
    before, number = everything(), template.versions.get().number
    for page in VERSION_PAGES:
        admin_client.get(reverse(f"admin:{NAME}_{page}", args=[template.pk, number]))
    for model, model_admin in admin.site._registry.items():
        pages = ["delete", *(action.__name__ for action in _links(model_admin))]
        for row in model._default_manager.all():
            for page in pages:
                name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
                admin_client.get(reverse(name, args=[row.pk]))
    assert everything() == before
    assert not LogEntry.objects.exists()


def _links(model_admin: Any) -> list[Any]:
    """Actions that the administration shows as links."""
    names = (*model_admin.actions_detail, *model_admin.actions_row)
    return [getattr(model_admin, name) for name in names]
