"""The administration's flows, as a browser goes through them."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from oauth2_provider.models import get_access_token_model

from apps.accounts.models import User
from apps.clients import services
from apps.clients.models import ApiClient, Credential, Scope

from .conftest import SYSTEM, Program

LIST = "/admin/clients/apiclient/"
CREDENTIAL = re.compile(r"rc[sk]_[A-Za-z0-9_-]{43}")


@pytest.fixture
def browser(admin_user: User) -> Client:
    """A signed-in administrator whose requests pass the CSRF check only with a token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin_user)
    return browser


def _submit(browser: Client, url: str, **form: object):  # type: ignore[no-untyped-def]
    """Opens the page, then posts its form."""
    page = browser.get(url)
    assert page.status_code == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert token
    return browser.post(url, {"csrfmiddlewaretoken": token[1], **form})


def _client_form(**changes: object) -> dict[str, object]:
    return {
        "name": "Web shop",
        "client_type": "confidential",
        "is_active": "on",
        "allow_download": "on",
        "token_seconds": 3600,
        "session_idle_seconds": 1200,
        "session_maximum_seconds": 86400,
        "envelope_days": 90,
        "envelope_maximum_days": 365,
        "workfile_seconds": 86400,
        "scopes": ["viewing:write", "workfiles:write"],
        **changes,
    }


def _url(program: Program, page: str) -> str:
    return f"{LIST}{program.client.pk}/{page}/"


def test_the_form_offers_every_scope_with_its_description(browser: Client) -> None:
    page = browser.get(LIST + "add/").content.decode()
    scopes = Scope.objects.count()
    assert page.count('name="scopes"') == page.count('name="default_scopes"') == scopes
    assert "Open primedocs Connect sessions" in page
    assert "client_secret" not in page


def test_registering_shows_the_secret_once(browser: Client) -> None:
    response = _submit(browser, LIST + "add/", **_client_form(origins="https://Shop.example.com"))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    page = response.content.decode()
    secret = CREDENTIAL.findall(page)[0]
    client = ApiClient.objects.get()
    assert "curl -u" in page
    assert client.client_id in page
    assert client.origins == "https://shop.example.com"
    assert Program(client, secret).token(scope="viewing:write")

    change = reverse("admin:clients_apiclient_change", args=[client.pk])
    for url in (LIST, change, change.replace("change", "history"), "/admin/"):
        assert secret not in browser.get(url).content.decode()
    assert secret not in str(list(LogEntry.objects.values()))
    assert secret not in str(dict(browser.session))


@pytest.mark.parametrize(
    ("scope", "tried"),
    [
        ("viewing:write", "/PCCIS/V1/ViewingSession"),
        ("workfiles:write", "/api/v1/work-files?name=first.txt"),
        ("jobs:read", "/api/v1/jobs"),
        ("editor:launch", ""),
    ],
)
def test_a_keys_trial_call_is_one_that_it_may_make(browser: Client, scope: str, tried: str) -> None:
    _submit(browser, LIST + "add/", **_client_form(scopes=[scope]))
    client = ApiClient.objects.get()
    page = _submit(browser, f"{LIST}{client.pk}/new-access-key/").content.decode()
    assert "rck_" in page
    assert tried in page
    assert ("curl" in page) == bool(tried)


def test_a_public_client_is_registered_without_a_secret(browser: Client) -> None:
    response = _submit(browser, LIST + "add/", **_client_form(client_type="public"))
    assert response.status_code == 302
    assert not Credential.objects.exists()
    page = browser.get(f"{LIST}{ApiClient.objects.get().pk}/change/").content.decode()
    assert "cannot keep a secret" in page
    assert "new-secret" not in page


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"default_scopes": ["jobs:read"]}, "Tick these under Scopes, too: jobs:read"),
        ({"origins": "https://shop.example.com/path"}, "holds more than an origin"),
        ({"token_seconds": 36000}, "less than or equal to 3600"),
        ({"download_hosts": "https://x"}, "is not"),
        ({"session_maximum_seconds": 60}, "shorter than the idle time"),
    ],
)
def test_mistakes_are_named_at_the_field(
    browser: Client, changes: dict[str, object], message: str
) -> None:
    response = _submit(browser, LIST + "add/", **_client_form(**changes))
    assert message in response.content.decode()
    assert not ApiClient.objects.exists()


@pytest.mark.parametrize(
    ("page", "form", "prefix"),
    [
        ("new-secret", {"label": "staging", "days": "30"}, "rcs_"),
        ("new-access-key", {"label": "staging", "days": ""}, "rck_"),
        ("rotate", {"label": "staging"}, "rcs_"),
    ],
)
def test_new_credentials_are_asked_for_shown_once_and_logged(
    browser: Client, program: Program, page: str, form: dict[str, str], prefix: str
) -> None:
    browser.get(_url(program, page))
    assert Credential.objects.count() == 1

    response = _submit(browser, _url(program, page), **form)
    plain = CREDENTIAL.findall(response.content.decode())[0]
    assert plain.startswith(prefix)
    assert "no-store" in response["Cache-Control"]
    assert Credential.objects.get(label="staging").is_live()
    entry = LogEntry.objects.get()
    assert plain[:8] in entry.get_change_message()
    assert plain not in entry.change_message


def test_rotating_gives_the_older_secrets_a_day(browser: Client, program: Program) -> None:
    _submit(browser, _url(program, "rotate"), label="")
    newer, older = Credential.objects.all()
    assert newer.expires_at is None
    assert older.expires_at is not None
    assert program.ask().status_code == 200


def test_revoking_asks_first_and_is_logged(browser: Client, program: Program) -> None:
    token = program.token()
    url = _url(program, f"revoke/{Credential.objects.get().pk}")
    asked = browser.get(url).content.decode()
    assert "cannot be undone" in asked
    assert f"Revoke the client secret {program.secret[:8]}... of web shop" in asked
    assert Credential.objects.get().is_live()

    response = _submit(browser, url, end_tokens="on")
    assert response.status_code == 302
    assert program.ask().status_code == 401
    assert not get_access_token_model().objects.exists()
    assert "Revoked the client secret" in LogEntry.objects.get().get_change_message()
    assert token


def test_a_credential_is_revoked_on_its_own_clients_page_only(
    browser: Client, program: Program
) -> None:
    other = services.register_client(SYSTEM, "other")
    response = browser.get(f"{LIST}{other.pk}/revoke/{Credential.objects.get().pk}/")
    assert response.status_code == 404


@pytest.mark.parametrize("page", ["new-secret", "new-access-key", "rotate", "revoke/1"])
def test_pages_need_csrf_sign_in_and_the_change_permission(
    browser: Client, program: Program, page: str
) -> None:
    Credential.objects.update(id=1)
    url = _url(program, page)
    assert browser.post(url, {"label": "", "days": ""}).status_code == 403
    assert Client().get(url)["Location"].startswith("/admin/login/")

    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_apiclient"))
    looker = Client()
    looker.force_login(viewer)
    assert looker.get(url).status_code == 403
    assert looker.post(url, {"label": "", "days": ""}).status_code == 403
    shown = looker.get(f"{LIST}{program.client.pk}/change/").content.decode()
    assert program.secret[:8] in shown
    assert "/revoke/" not in shown
    assert "new-secret" not in shown
    assert Credential.objects.get().is_live()


def test_a_public_client_cannot_be_given_a_secret_by_hand(
    browser: Client, program: Program
) -> None:
    ApiClient.objects.update(client_type="public")
    response = _submit(browser, _url(program, "new-secret"), label="", days="")
    assert "cannot keep a secret" in response.content.decode()
    assert Credential.objects.count() == 1


def test_deactivating_refuses_at_once(browser: Client, program: Program) -> None:
    token = program.token()
    form = _client_form()
    del form["is_active"]
    assert _submit(browser, _url(program, "change"), **form).status_code == 302
    assert program.ask().status_code == 401
    with pytest.raises(services.PortalError):
        services.authenticate_token(token)


def test_the_list_counts_searches_and_filters(browser: Client, program: Program) -> None:
    services.issue_access_key(SYSTEM, program.client)
    services.revoke(SYSTEM, program.client.credentials.get(kind="secret"))
    page = browser.get(LIST, {"q": program.client.client_id, "is_active__exact": "1"})
    assert [(row.scope_count, row.live_count) for row in page.context["cl"].result_list] == [(2, 1)]
    assert not browser.get(LIST, {"q": "nobody"}).context["cl"].result_list


def test_the_empty_list_teaches(browser: Client) -> None:
    assert "A client is a program that calls this portal" in browser.get(LIST).content.decode()


def test_a_client_without_credentials_is_told_what_to_do(browser: Client) -> None:
    client = services.register_client(SYSTEM, "fresh")
    page = browser.get(f"{LIST}{client.pk}/change/").content.decode()
    assert "cannot call the API yet" in page


def test_tokens_are_shown_without_their_values_and_cannot_be_changed(
    browser: Client, program: Program
) -> None:
    token = program.token(scope="viewing:write")
    row = get_access_token_model().objects.get()
    page = browser.get(f"/admin/oauth2_provider/accesstoken/{row.pk}/change/").content.decode()
    assert "viewing:write" in page
    assert token not in page
    assert row.token_checksum not in page
    assert browser.get("/admin/oauth2_provider/accesstoken/add/").status_code == 403


def test_a_client_with_tokens_can_be_deleted(browser: Client, program: Program) -> None:
    program.token()
    response = _submit(browser, _url(program, "delete"), post="yes")
    assert response.status_code == 302
    assert not get_access_token_model().objects.exists()


@pytest.mark.parametrize("model", ["grant", "idtoken", "refreshtoken", "application"])
def test_the_toolkits_other_tables_are_not_in_the_administration(
    browser: Client, model: str
) -> None:
    assert browser.get(f"/admin/oauth2_provider/{model}/").status_code == 404


def test_people_and_scopes_have_pages(browser: Client, admin_user: User) -> None:
    for url in (
        "/admin/accounts/user/",
        "/admin/accounts/user/add/",
        f"/admin/accounts/user/{admin_user.pk}/change/",
        f"/admin/accounts/user/{admin_user.pk}/password/",
        "/admin/auth/group/add/",
        "/admin/clients/scope/",
        "/admin/clients/scope/viewing_3Awrite/change/",
    ):
        assert browser.get(url).status_code == 200, url
    assert browser.get("/admin/clients/scope/add/").status_code == 403
