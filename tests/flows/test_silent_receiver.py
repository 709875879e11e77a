"""A server that takes connections and never answers holds up nothing but what is for it."""

from __future__ import annotations

import socket

import pytest

from tests import factories
from tests.stack import running_stack

_SEND = """
from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
client = ApiClient.objects.get(name="Listening")
webhooks.register(Actor.system(), client, "http://127.0.0.1:{port}/", allow_private=True)
for number in range(40):
    webhooks.send(client, "connect.completed", {{"number": number}})
"""


def test_conversions_go_on_while_a_receiver_keeps_its_messages_waiting() -> None:
    with running_stack() as stack, socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        integrator = stack.integrator("Listening")
        stack.manage("shell", "-c", _SEND.format(port=silent.getsockname()[1]))
        silent.settimeout(30)
        with silent.accept()[0]:  # held open: the first message is being sent
            for name in ("one.docx", "two.docx"):
                identity = integrator.open(externalId=name)
                integrator.upload(identity, factories.docx(f"Converted meanwhile: {name}."))
                assert integrator.settled(identity, seconds=60)["state"] == "ready"
            silent.settimeout(6)  # meanwhile the schedule comes by
            with pytest.raises(TimeoutError):  # no second message beside the first
                silent.accept()
