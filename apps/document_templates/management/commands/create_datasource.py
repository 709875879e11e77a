"""Makes a template library from a script: see docs/how-to/templates.md."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clients.actors import Actor
from apps.core.errors import PortalError
from apps.document_templates import services


class Command(BaseCommand):
    """Prints the new datasource's id."""

    help = "Makes a datasource (a template library) and prints its id."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declares the command line."""
        parser.add_argument("name", help="what people call the library")
        parser.add_argument(
            "--language",
            action="append",
            default=[],
            metavar="L",
            help="a language of its documents, such as de-CH; the first is the default",
        )
        parser.add_argument("--id", default="", metavar="GUID", help="the id it had elsewhere")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes it, prints. Raises CommandError that says what to correct."""
        try:
            made = services.create_datasource(
                Actor.system(), options["name"], languages=options["language"], guid=options["id"]
            )
        except PortalError as error:
            raise CommandError(error.detail) from error
        identity = str(made.guid)
        self.stdout.write(json.dumps({"id": identity}) if options["json"] else identity)
