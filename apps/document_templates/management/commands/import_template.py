"""Imports and publishes a Word template from a script: see docs/how-to/templates.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.clients.actors import Actor
from apps.core.errors import PortalError
from apps.document_templates import selectors, services


class Command(BaseCommand):
    """Prints the template's id and what the doctor found."""

    help = (
        "Imports a Word file as a template and publishes it. A template of this name gets a new "
        "version. A file with errors is kept as a draft, its errors are printed, and the command "
        "exits 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declares the command line."""
        parser.add_argument("file", type=Path, help="a .docx file")
        parser.add_argument("--datasource", required=True, metavar="ID")
        parser.add_argument("--name", required=True, help="what people call the template")
        parser.add_argument("--tag", action="append", default=[], metavar="T")
        parser.add_argument("--language", action="append", default=[], metavar="L")
        parser.add_argument("--id", default="", metavar="GUID", help="the id it had elsewhere")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Imports, publishes, prints. Raises CommandError that says what to correct."""
        actor = Actor.system()
        try:
            datasource = selectors.datasource(actor, options["datasource"])
            with options["file"].open("rb") as stream:
                done = services.import_template(
                    actor,
                    datasource,
                    stream,
                    name=options["name"],
                    tags=options["tag"],
                    languages=options["language"],
                    file_name=options["file"].name,
                    publish=True,
                    guid=options["id"],
                )
        except (PortalError, OSError) as error:
            raise CommandError(getattr(error, "detail", str(error))) from error
        identity, findings = str(done.template.guid), done.findings
        errors = [finding for finding in findings if finding.severity == "error"]
        if options["json"]:
            told = [finding for finding in findings if finding.severity != "info"]
            warnings = [finding.to_json() for finding in told]
            self.stdout.write(json.dumps({"id": identity, "warnings": warnings}))
        else:
            self.stdout.write(identity)
            for finding in findings:
                place = f" ({finding.place})" if finding.place else ""
                self.stdout.write(f"{finding.severity}{place}: {finding.message} {finding.remedy}")
        if errors:
            raise CommandError(f"Not published: the doctor found {len(errors)} error(s).")
