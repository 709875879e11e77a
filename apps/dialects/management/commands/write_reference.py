"""Writes the generated documents, or with --check says which of them are out of date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.dialects.reference import (
    collection,
    conformance,
    errors,
    metrics,
    openapi,
    scopes,
    variables,
)

DOCUMENTS: dict[str, Callable[[], str]] = {
    "tests/snapshots/openapi.json": openapi.document,
    "docs/reference/collection.json": collection.document,
    "docs/reference/errors.md": errors.document,
    "docs/reference/scopes.md": scopes.document,
    "docs/reference/settings.md": variables.document,
    "docs/reference/metrics.md": metrics.document,
    ".env.example": variables.example,
    "docs/dialects/prizmdoc.md": conformance.prizmdoc,
    "docs/dialects/primedocs.md": conformance.primedocs,
    "docs/dialects/datawollet.md": conformance.datawollet,
    "docs/dialects/kudo.md": conformance.kudo,
    "docs/dialects/wopi.md": conformance.wopi,
}


class Command(BaseCommand):
    """`make snapshots` writes; `make check` compares."""

    help = "Writes the documents that are generated from the code, or checks that they are current."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declares the command line."""
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 where a document differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes or compares. Raises CommandError that names what to do."""
        outdated = []
        for name, document in DOCUMENTS.items():
            path = Path(settings.BASE_DIR) / name
            try:
                wanted = document()
            except ValueError as error:
                raise CommandError(f"{name}: {error}") from error
            if path.is_file() and path.read_text() == wanted:
                continue
            outdated.append(name)
            if not options["check"]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(wanted)
                self.stdout.write(f"Wrote {name}")
        if options["check"] and outdated:
            raise CommandError(
                f"Out of date: {', '.join(outdated)}. Run `make snapshots` and look at the changes."
            )
