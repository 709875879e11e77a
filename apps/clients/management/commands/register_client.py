"""Registers a client from a script: see docs/how-to/clients.md."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.clients import services
from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core.errors import PortalError


class Command(BaseCommand):
    """Prints the new client's id and credentials, this once."""

    help = (
        "Registers a program that calls the portal, and prints its credentials once. The scopes "
        "given here are also what a token request that names no scope is granted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declares the command line."""
        parser.add_argument("name", help="what people call the program")
        parser.add_argument(
            "--public", action="store_true", help="a page in a browser: no secret, no token"
        )
        parser.add_argument(
            "--scope",
            action="append",
            default=[],
            metavar="S",
            help="what the client may do; repeat for more (default: nothing)",
        )
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            metavar="O",
            help="a site that may embed the pages, as scheme://host[:port]; repeat for more",
        )
        parser.add_argument(
            "--datasource",
            action="append",
            default=[],
            metavar="ID",
            help="a template library the client may use; repeat for more",
        )
        parser.add_argument(
            "--access-key", action="store_true", help="also make an access key (x-api-key)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Registers, issues, prints. Raises CommandError that says what to correct."""
        try:
            printed = _register(options)
        except PortalError as error:
            raise CommandError(error.detail) from error
        if options["json"]:
            self.stdout.write(json.dumps(printed))
            return
        for name, value in printed.items():
            self.stdout.write(f"{name}: {value or 'none'}")


def _grant(client: ApiClient, identity: str) -> None:
    """Lets a client use a template library. These live above clients, so by name."""
    try:
        granted = apps.get_model("document_templates", "Datasource").objects.get(guid=identity)
    except (ObjectDoesNotExist, ValidationError) as error:
        raise CommandError(f"There is no datasource {identity}.") from error
    granted.clients.add(client)


@transaction.atomic
def _register(options: dict[str, Any]) -> dict[str, str | None]:
    actor = Actor.system()
    client = services.register_client(
        actor,
        options["name"],
        public=options["public"],
        scopes=options["scope"],
        default_scopes=options["scope"],
        origins=options["origin"],
    )
    for identity in options["datasource"]:
        _grant(client, identity)
    secret = None if client.is_public else services.issue_secret(actor, client, "first secret")
    printed: dict[str, str | None] = {"client_id": client.client_id, "client_secret": secret}
    if options["access_key"]:
        printed["access_key"] = services.issue_access_key(actor, client, "first access key")
    return printed
