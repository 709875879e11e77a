"""Webhooks: signed as Standard Webhooks has it, retried, logged, and never to a private address
unless an administrator said so."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery, WebhookEndpoint
from apps.core.errors import ErrorCode, PortalError
from tests import factories

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()
State = WebhookDelivery.State


class Receiver:
    """A client's server: keeps what it gets and answers as it is told."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.messages.append((dict(self.headers.items()), body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("Location", receiver.url)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    client = factories.actor().require_client()
    endpoint, _ = webhooks.register(SYSTEM, client, receiver.url, allow_private=True)
    return endpoint


def send(endpoint: WebhookEndpoint) -> WebhookDelivery:
    webhooks.send(endpoint.client, "connect.completed", {"sessionId": "s", "name": "Zürich"})
    return WebhookDelivery.objects.get()


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, written out from the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")


def test_message_is_signed_and_logged(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    delivery = send(endpoint)
    webhooks.deliver(delivery.endpoint_id)
    ((headers, body),) = receiver.messages
    assert headers["Content-Type"] == "application/json"
    message = json.loads(body)
    assert message["type"] == "connect.completed"
    assert message["data"] == {"sessionId": "s", "name": "Zürich"}
    assert verified(webhooks.secret_of(SYSTEM, endpoint), headers, body)
    assert not verified(webhooks.secret_of(SYSTEM, endpoint), headers, body + b" ")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.attempts) == (State.DELIVERED, 204, 1)


def test_secret_is_kept_sealed(endpoint: WebhookEndpoint) -> None:
    secret = webhooks.secret_of(SYSTEM, endpoint)
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_") not in endpoint.secret


def test_the_specification_s_own_example() -> None:
    # Standard Webhooks, reference libraries' test vector.
    signature = webhooks.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_retried_with_growing_pauses_and_given_up(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.status = 500
    delivery = send(endpoint)
    moment = timezone.now()
    for pause in webhooks.PAUSES:
        with time_machine.travel(moment, tick=False):
            webhooks.deliver(delivery.endpoint_id)
            delivery.refresh_from_db()
            assert delivery.state == State.PENDING
            assert delivery.due_at - timezone.now() == pause
            webhooks.deliver(delivery.endpoint_id)  # not due: nothing is sent
        moment = delivery.due_at
    with time_machine.travel(moment, tick=False):
        webhooks.deliver(delivery.endpoint_id)
    delivery.refresh_from_db()
    assert len(receiver.messages) == len(webhooks.PAUSES) + 1 == delivery.attempts
    assert delivery.state == State.FAILED
    assert delivery.error == "The receiver answered 500."
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1


def test_what_the_broker_lost_is_found_again(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    send(endpoint)
    assert webhooks.deliver_due() == 1


def test_several_messages_go_in_one_go_each_once(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    for number in range(5):
        webhooks.send(endpoint.client, "connect.completed", {"number": number})
    assert webhooks.deliver_due() == 1
    webhooks.deliver(endpoint.pk)
    numbers = [json.loads(body)["data"]["number"] for _, body in receiver.messages]
    assert numbers == [0, 1, 2, 3, 4]
    assert webhooks.deliver_due() == 0


def test_a_message_that_is_refused_does_not_hold_up_the_next(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    receiver.status = 500
    for _ in range(3):
        webhooks.send(endpoint.client, "connect.completed", {})
    webhooks.deliver(endpoint.pk)
    assert len(receiver.messages) == 3


def test_one_worker_at_a_time_speaks_to_an_endpoint(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    send(endpoint)
    now = timezone.now()
    WebhookEndpoint.objects.update(busy_until=now + timedelta(seconds=30))
    webhooks.deliver(endpoint.pk)
    assert (receiver.messages, webhooks.deliver_due()) == ([], 0)
    # A worker that was lost keeps nobody waiting for long.
    with time_machine.travel(now + timedelta(seconds=31)):
        assert webhooks.deliver_due() == 1
        webhooks.deliver(endpoint.pk)
    assert len(receiver.messages) == 1


def test_a_receiver_that_does_not_answer_is_asked_once_in_a_go(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def post(url: str, *_: object, **__: object) -> int:
        asked.append(url)
        webhooks.deliver(endpoint.pk)  # another worker, meanwhile
        raise PortalError(ErrorCode.REMOTE_FAILED, "The server took too long.")

    monkeypatch.setattr(webhooks.remote, "post", post)
    for _ in range(3):
        webhooks.send(endpoint.client, "connect.completed", {})
    webhooks.deliver(endpoint.pk)
    assert len(asked) == 1
    assert sorted(WebhookDelivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    webhooks.deliver(endpoint.pk)
    assert len(asked) == 2


def test_sent_again_by_an_administrator(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    receiver.status = 400
    delivery = send(endpoint)
    WebhookDelivery.objects.update(attempts=len(webhooks.PAUSES))
    webhooks.deliver(delivery.endpoint_id)
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    receiver.status = 200
    with pytest.raises(PortalError):
        webhooks.resend(factories.actor(), delivery)
    webhooks.resend(SYSTEM, delivery)
    webhooks.deliver(delivery.endpoint_id)
    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert receiver.messages[0][0]["webhook-id"] == receiver.messages[1][0]["webhook-id"]


def test_redirects_are_not_followed(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    receiver.status = 302
    delivery = send(endpoint)
    webhooks.deliver(delivery.endpoint_id)
    delivery.refresh_from_db()
    assert (len(receiver.messages), delivery.state, delivery.status) == (1, State.PENDING, 302)


def test_gone_turns_the_endpoint_off(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    receiver.status = 410
    webhooks.deliver(send(endpoint).endpoint_id)
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert webhooks.send(endpoint.client, "connect.completed", {}) == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "2130706433"]
)
def test_private_addresses_are_refused(receiver: Receiver, host: str) -> None:
    client = factories.actor().require_client()
    url = receiver.url.replace("127.0.0.1", host)
    endpoint = WebhookEndpoint(client=client, url=url)
    webhooks.give_secret(endpoint)
    endpoint.save()
    delivery = send(endpoint)
    webhooks.deliver(delivery.endpoint_id)
    delivery.refresh_from_db()
    assert delivery.state == State.PENDING
    assert "is not a public address" in delivery.error
    assert not receiver.messages


def test_nobody_listens(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.server.shutdown()
    receiver.server.server_close()
    delivery = send(endpoint)
    webhooks.deliver(delivery.endpoint_id)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.PENDING, "127.0.0.1 did not answer.")


def test_nothing_is_sent_of_what_was_rolled_back(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        webhooks.send(endpoint.client, "connect.completed", {})
        raise ZeroDivisionError
    assert not WebhookDelivery.objects.exists()


def test_both_signatures_after_a_rotation(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    old = webhooks.secret_of(SYSTEM, endpoint)
    new = webhooks.rotate_secret(SYSTEM, endpoint)
    webhooks.deliver(send(endpoint).endpoint_id)
    ((headers, body),) = receiver.messages
    assert verified(old, headers, body)
    assert verified(new, headers, body)
    later = timezone.now() + timedelta(hours=25)
    alone = webhooks.headers(endpoint, "msg_1", later, b"{}")
    assert len(alone["webhook-signature"].split(" ")) == 1


def test_addresses_that_are_none() -> None:
    client = factories.actor().require_client()
    for url in ("", "ftp://example.org/", "example.org", "javascript:alert(1)"):
        with pytest.raises(PortalError) as raised:
            webhooks.register(SYSTEM, client, url)
        assert raised.value.code == ErrorCode.INPUT_INVALID
    with pytest.raises(PortalError):
        webhooks.register(factories.actor(), client, "https://example.org/hook")


def test_old_messages_are_forgotten(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    webhooks.deliver(send(endpoint).endpoint_id)
    assert webhooks.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert webhooks.sweep() == 1
