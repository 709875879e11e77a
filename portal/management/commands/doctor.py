"""`manage.py doctor`: is this host fit to serve, and if not, what to do."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import examining, health


class Command(BaseCommand):
    help = "Checks this host, the parts it needs and how they are set; exit 1 where one fails"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = {one.name: health.state(one.look) for one in examining.EXAMINATIONS}
        for one in examining.EXAMINATIONS:
            if not parts[one.name]["ready"]:
                parts[one.name]["remedy"] = one.remedy
        well = all(part["ready"] for part in parts.values())
        if options["json"]:
            self.stdout.write(json.dumps({"well": well, "parts": parts}, indent=2))
        else:
            for name, part in parts.items():
                mark = self.style.SUCCESS("ok  ") if part["ready"] else self.style.ERROR("FAIL")
                self.stdout.write(f"{mark} {name:16} {part['detail']}")
                if "remedy" in part:
                    self.stdout.write(f"     {'':16} {part['remedy']}")
        if not well:
            raise CommandError("This host is not fit to serve yet.", returncode=1)
