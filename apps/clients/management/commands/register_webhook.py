"""Registers where a client is told what happened: see docs/how-to/connect.md."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core.errors import PortalError


class Command(BaseCommand):
    """Prints the signing secret of the new endpoint."""

    help = "Registers an address that signed messages about a client's sessions are sent to."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declares the command line."""
        parser.add_argument("client_id", help="the client's id, as register_client printed it")
        parser.add_argument("url", help="where messages are posted to")
        parser.add_argument(
            "--private", action="store_true", help="the receiver is on a private network"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Registers and prints. Raises CommandError that says what to correct."""
        client = ApiClient.objects.filter(client_id=options["client_id"]).first()
        if client is None:
            raise CommandError(f"There is no client {options['client_id']}.")
        try:
            _, secret = webhooks.register(
                Actor.system(), client, options["url"], allow_private=options["private"]
            )
        except PortalError as error:
            raise CommandError(error.detail) from error
        printed = {"url": options["url"], "secret": secret}
        if options["json"]:
            self.stdout.write(json.dumps(printed))
            return
        for name, value in printed.items():
            self.stdout.write(f"{name}: {value}")
