"""Each group sees and does in the administration what it is for: every page, by everybody.

The pages are those of the URL map: one that is new fails until it is placed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.accounts.models import SignInTries, User
from apps.audit.models import AnsweredRequest
from apps.connect.models import SessionTemplate
from apps.conversion.models import Rendition
from apps.core.ids import seal
from apps.document_sessions.models import DocumentSession
from apps.document_templates.models import Datasource
from apps.editing.models import EditedDocument, Push
from tests import factories, libraries
from tests.security import holdings

AREA = "The administration: pages x groups"

pytestmark = pytest.mark.django_db
_GRANTED = [
    importlib.import_module(f"portal.migrations.{name}").GROUPS
    for name in ("0001_groups", "0002_request_log")
]
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    group: {model: may for granted in _GRANTED for model, may in granted.get(group, {}).items()}
    for group in _GRANTED[0]
}
EVERYTHING = "everything"
# Of each model's pages: what must be granted to see them, and to act there.
USUAL = {
    "changelist": ("view", "view"),
    "history": ("view", "view"),
    "change": ("view", "change"),
    "add": ("add", "add"),
    "delete": ("delete", "delete"),
}
TEMPLATES, CLIENTS = "document_templates.documenttemplate", "clients.apiclient"
HOOKS = "clients.webhookendpoint"
OWN = {
    "accounts_user": {"auth_user_password_change": ("accounts.user", "change", "change")},
    "templates": {
        **{
            f"document_templates_documenttemplate_{name}": (TEMPLATES, "view", "view")
            for name in ("editor", "form", "preview", "file", "filled")
        },
        **{
            f"document_templates_documenttemplate_{name}": (TEMPLATES, "change", "change")
            for name in ("new_file", "compare", "save", "publish", "retire", "draft", "examine")
        },
        "document_templates_documenttemplate_upload": (TEMPLATES, "add", "add"),
    },
    "programs": {
        f"clients_apiclient_{name}": (CLIENTS, "change", "change")
        for name in ("new-secret", "rotate", "new-access-key", "revoke")
    },
    "webhooks": {
        f"clients_webhookendpoint_{name}": (HOOKS, "change", "change")
        for name in ("show_secret", "rotate_secret")
    },
    "envelopes": {"envelopes_envelope_destroy": ("envelopes.envelope", "delete", "delete")},
}
PLACED = {name: row for rows in OWN.values() for name, row in rows.items()}
# Whoever signs in to the administration may; `autocomplete` and `search` ask for each model.
EVERYBODY = {
    *("index", "search", "second_factor", "password_change", "password_change_done"),
    *("jsi18n", "login", "logout", "sign_in_code"),
}
ASK_THEMSELVES = {"autocomplete", "app_list", "view_on_site"}


def named_pages() -> Iterator[str]:
    """The names of the administration's pages."""
    waiting: list[URLPattern | URLResolver] = [
        one for one in get_resolver().url_patterns if str(one.pattern) == "admin/"
    ]
    while waiting:
        one = waiting.pop()
        if isinstance(one, URLResolver):
            waiting += one.url_patterns
        elif one.name:
            yield one.name


def placed(name: str) -> tuple[str, str, str] | None:
    """The model whose page it is, and what must be granted: to see it, to act there."""
    if name in PLACED:
        return PLACED[name]
    of, _, page = name.rpartition("_")
    app, _, model = of.rpartition("_")
    return (f"{app}.{model}", *USUAL[page]) if page in USUAL and app else None


PAGES = [(name, row) for name in named_pages() if (row := placed(name))]


def address(name: str) -> str:
    """Of the page, about a thing that is there."""
    row = placed(name)
    assert row
    thing = apps.get_model(row[0])._default_manager.order_by("pk").first()
    for arguments in ([], [(thing and thing.pk) or 1], [(thing and thing.pk) or 1, 1]):
        with suppress(NoReverseMatch):
            return reverse(f"admin:{name}", args=arguments)
    raise AssertionError(name)


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """One of almost everything."""
    holdings.nobody_waits(monkeypatch, settings)
    holdings.of("Archive")
    AnsweredRequest.objects.create(method="GET", status=404, milliseconds=1, surface="native")
    SignInTries.objects.create(username="anna", network="198.51.100.7")
    program = factories.actor("Archive").client
    soon = timezone.now() + timedelta(hours=1)
    get_access_token_model().objects.create(application=program, token="t", expires=soon)
    document = EditedDocument.objects.earliest("pk")
    Push.objects.create(document=document, number=1, parameters=seal("{}"))
    SessionTemplate.objects.create(datasource=Datasource.objects.earliest("pk"), name="offer")


def person(group: str) -> Client:
    """Signed in, of this group alone."""
    somebody = User.objects.create_user(f"some {group}", is_staff=True)
    somebody.groups.set(Group.objects.filter(name=group))
    browser = Client()
    browser.force_login(somebody)
    return browser


def test_every_page_is_placed() -> None:
    left = {name for name in named_pages() if not placed(name)} - EVERYBODY - ASK_THEMSELVES
    assert not left
    assert not set(PLACED) - set(named_pages())
    assert len(PAGES) > 130


@pytest.mark.security_slow
def test_who_may_do_everything_is_refused_nothing_that_exists(
    things: None, admin_client: Client
) -> None:
    """The trap works: what refuses is the group, not the page."""
    never = {"add", "change", "delete"}  # of rows that only the portal makes
    for name, _ in PAGES:
        answer = admin_client.get(address(name))
        assert answer.status_code != 403 or name.rpartition("_")[2] in never, name


@pytest.mark.parametrize("group", [*GROUPS, "of no group"])
def test_a_group_gets_exactly_its_pages(group: str, things: None, admin_client: Client) -> None:
    browser, granted = person(group), GROUPS.get(group, {})
    for name, (model, to_see, to_act) in PAGES:
        where = address(name)
        for method, needed in (("get", to_see), ("post", to_act)):
            may = needed in granted.get(model, ())
            refused = getattr(browser, method)(where).status_code == 403
            if may and not refused:
                continue
            # What nobody may, as with rows that only the portal makes, tells nothing.
            assert refused, (group, method, name)
            assert not may or getattr(admin_client, method)(where).status_code == 403, name


@pytest.mark.parametrize("group", [*GROUPS, "of no group"])
def test_what_a_group_gets_beside_that_tells_nothing(group: str, things: None) -> None:
    browser = person(group)
    own = {model.partition(".")[0] for model in GROUPS.get(group, {})}
    for app in ("accounts", "clients", "conversion", "envelopes", "viewing"):
        answer = browser.get(reverse("admin:app_list", args=[app]))
        assert answer.status_code == (200 if app in own else 404), (group, app)
    suggested = {"app_label": "connect", "model_name": "sessiontemplate", "field_name": "template"}
    sees_templates = TEMPLATES in GROUPS.get(group, {})
    answer = browser.get(reverse("admin:autocomplete"), suggested)
    assert answer.status_code == (200 if sees_templates else 403), group
    found = browser.get(reverse("admin:search"), {"s": "Archive", "extended": "1"})
    assert b"/admin/clients/apiclient/" not in found.content
    assert browser.get(reverse("admin:view_on_site", args=["1", "1"])).status_code == 404
    menu = browser.get(reverse("admin:index")).content.decode()
    assert ("/admin/audit/auditevent/" in menu) is (group == "auditor")


def test_an_operator_stops_and_tries_again() -> None:
    factories.view(content=factories.PDF_BYTES)
    factories.fail(Rendition.objects.get(), "timeout")
    browser = person("operator")
    chosen = {"_selected_action": [DocumentSession.objects.get().pk], "confirmed": "yes"}
    sessions = reverse("admin:document_sessions_documentsession_changelist")
    browser.post(sessions, chosen | {"action": "stop_sessions"})
    assert DocumentSession.objects.get().state == "stopped"
    jobs = reverse("admin:conversion_rendition_changelist")
    failed = {"_selected_action": [Rendition.objects.get().pk], "action": "retry_jobs"}
    browser.post(jobs, failed)
    assert Rendition.objects.get().state != Rendition.State.FAILED


def test_a_template_author_publishes() -> None:
    template = libraries.template(libraries.datasource())
    version = template.versions.get()
    page = "admin:document_templates_documenttemplate_retire"
    person("template author").post(reverse(page, args=[template.pk, version.number]))
    version.refresh_from_db()
    assert version.state == "retired"


def test_an_auditor_reads_no_password_and_no_secret(admin_user: User) -> None:
    person("operator")
    admin_user.set_password("right-9-horse-staple")
    admin_user.save()
    browser = person("auditor")
    page = browser.get(reverse("admin:accounts_user_change", args=[admin_user.pk]))
    assert page.status_code == 200
    assert admin_user.password not in page.content.decode()
    assert admin_user.password.split("$")[-1][:12] not in page.content.decode()
