"""The administration of webhooks: secrets are told on a POST only, and ids not at all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.clients import webhooks
from apps.clients.models import WebhookDelivery, WebhookEndpoint
from tests import factories

from .conftest import SYSTEM

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{20,}")
PAGES = ["show_secret", "rotate_secret"]


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    client = factories.actor().require_client()
    return webhooks.register(SYSTEM, client, "https://example.org/hook")[0]


@pytest.fixture
def delivery(endpoint: WebhookEndpoint) -> WebhookDelivery:
    told = {"sessionId": "0a1b2c3d-session", "result": "file-id", "templateName": "Zürich"}
    webhooks.send(endpoint.client, "connect.completed", told)
    return WebhookDelivery.objects.get()


@pytest.fixture
def browser(admin_user: User) -> Client:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin_user)
    return browser


@pytest.fixture
def looker(db: None) -> Client:
    """Somebody who may look at everything and change nothing."""
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    looker = Client()
    looker.force_login(viewer)
    return looker


def url(page: str, *arguments: object) -> str:
    return reverse(f"admin:clients_{page}", args=arguments)


def submit(browser: Client, address: str) -> Any:
    """Opens the page, then posts its form."""
    page = browser.get(address)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert token
    return browser.post(address, {"csrfmiddlewaretoken": token[1]})


def secret_of(endpoint: WebhookEndpoint) -> str:
    return webhooks.secret_of(SYSTEM, WebhookEndpoint.objects.get(pk=endpoint.pk))


@pytest.mark.parametrize("page", PAGES)
def test_following_a_link_tells_and_changes_nothing(
    browser: Client, endpoint: WebhookEndpoint, page: str
) -> None:
    secret = secret_of(endpoint)
    change = browser.get(url("webhookendpoint_change", endpoint.pk)).content.decode()
    address = url(f"webhookendpoint_{page}", endpoint.pk)
    assert address in change
    asked = browser.get(address)
    assert asked.status_code == 200
    assert not SECRET.search(asked.content.decode())
    assert browser.post(address).status_code == 403  # no CSRF token
    assert secret_of(endpoint) == secret
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_the_secret_is_in_that_answer_only(
    browser: Client, endpoint: WebhookEndpoint, page: str
) -> None:
    before = secret_of(endpoint)
    answer = submit(browser, url(f"webhookendpoint_{page}", endpoint.pk))
    secret = secret_of(endpoint)
    assert (secret == before) is (page == "show_secret")
    assert SECRET.findall(answer.content.decode()) == [secret]
    assert "no-store" in answer["Cache-Control"]
    assert "messages" not in answer.cookies
    assert secret not in str(dict(browser.session))
    entry = LogEntry.objects.get()
    assert "signing secret" in entry.get_change_message()
    assert secret not in entry.change_message
    assert secret not in browser.get(url("webhookendpoint_change", endpoint.pk)).content.decode()


def test_an_endpoint_that_is_not_there(browser: Client) -> None:
    for number in ("7", "x"):
        assert browser.get(url("webhookendpoint_rotate_secret", number)).status_code == 404


def test_whoever_may_only_look_changes_nothing(
    looker: Client, endpoint: WebhookEndpoint, delivery: WebhookDelivery
) -> None:
    WebhookDelivery.objects.update(state=WebhookDelivery.State.FAILED, attempts=10)
    secret = secret_of(endpoint)
    for page in PAGES:
        address = url(f"webhookendpoint_{page}", endpoint.pk)
        assert (
            address not in looker.get(url("webhookendpoint_change", endpoint.pk)).content.decode()
        )
        assert looker.get(address).status_code == 403
        assert looker.post(address).status_code == 403
    again = {"action": "send_again", "_selected_action": [delivery.pk]}
    looker.post(url("webhookdelivery_changelist"), again)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (WebhookDelivery.State.FAILED, 10)
    assert secret_of(endpoint) == secret
    assert not LogEntry.objects.exists()


def test_ids_in_messages_are_neither_shown_nor_found(
    browser: Client, looker: Client, delivery: WebhookDelivery
) -> None:
    for person in (browser, looker):
        page = person.get(url("webhookdelivery_change", delivery.pk)).content.decode()
        assert "sessionId" in page
        assert "Zürich" in page
        assert "0a1b2c3d-session" not in page
        assert "file-id" not in page
        found = person.get(url("webhookdelivery_changelist"), {"q": "0a1b2c3d"})
        assert not found.context["cl"].result_list


def test_messages_are_listed_and_sent_again(
    admin_client: Client, delivery: WebhookDelivery
) -> None:
    WebhookDelivery.objects.update(state=WebhookDelivery.State.FAILED)
    listed = admin_client.get(url("webhookdelivery_changelist")).content.decode()
    assert "connect.completed" in listed
    admin_client.post(
        url("webhookdelivery_changelist"),
        {"action": "send_again", "_selected_action": [delivery.pk]},
    )
    delivery.refresh_from_db()
    assert delivery.state == WebhookDelivery.State.PENDING


def test_a_new_endpoint_gets_its_secret(admin_client: Client, endpoint: WebhookEndpoint) -> None:
    wanted = {"client": endpoint.client_id, "url": "https://example.org/new", "is_active": "on"}
    assert admin_client.post(url("webhookendpoint_add"), wanted).status_code == 302
    made = WebhookEndpoint.objects.get(url="https://example.org/new")
    assert SECRET.fullmatch(webhooks.secret_of(SYSTEM, made))
