"""For whoever lost the device and has nobody to ask: see docs/explanation/security.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import factor
from apps.accounts.models import User


class Command(BaseCommand):
    """Forgets a person's second factor."""

    help = "Forgets a person's second factor, on the host itself, when no administrator is left."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declares the command line."""
        parser.add_argument("username", help="who signs in under this name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError where there is nothing to forget."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None or not factor.remove(person, "manage.py"):
            raise CommandError("Nobody of this name has a second factor.")
        self.stdout.write(f"The second factor of {person} is forgotten.")
