"""Packages for the tests of v3 and V2: made by creators, completed as if an engine had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from apps.conversion import recipe as recipes
from apps.viewing.models import ViewingPackage
from tests import factories

from .conftest import Integrator

# What stands in for a group's PDF: long enough for ranges, each byte telling where it is.
CONTENT = bytes(range(256)) * 8


@dataclass
class Packages:
    """An integrator who makes packages."""

    api: Integrator

    def create(self, package_id: str = "my-package", **input: Any) -> HttpResponse:
        """POST /v3/viewingPackageCreators."""
        source = input.pop("source", None) or {
            "type": "workFile",
            "fileId": input.pop("fileId", None) or self.work_file(),
        }
        body = {"input": {"source": source, "packageId": package_id, **input}}
        return self.api.call("POST", "/v3/viewingPackageCreators", body)

    def work_file(self, content: bytes = factories.PDF_BYTES) -> str:
        answer = self.api.call("POST", "/PCCIS/V1/WorkFile", content)
        return str(answer.json()["fileId"])

    def complete(self, package_id: str = "my-package", pages: int = 1, **input: Any) -> str:
        """A complete package's id."""
        assert self.create(package_id, **input).status_code == 200
        self.finish(package_id, pages)
        return package_id

    def finish(self, package_id: str, pages: int = 1) -> None:
        """The engine's part: the PDF, and the content of each page group."""
        package = ViewingPackage.objects.select_related("source").get(package_id=package_id)
        assert package.source is not None
        factories.ready_pdf(package.source, pages)
        for index in range(len(recipes.group_starts(pages))):
            recipe = recipes.page_group(index, pages)
            content = CONTENT + bytes([index])
            factories.ready(package.source, recipe, {"group": (content, "application/pdf")})

    def session(self, package_id: str = "my-package") -> HttpResponse:
        """POST /v3/viewingSessions."""
        source = {"type": "viewingPackage", "packageId": package_id}
        return self.api.call("POST", "/v3/viewingSessions", {"input": {"source": source}})

    def open(self, package_id: str = "my-package", pages: int = 1, **input: Any) -> str:
        """A v3 session's id, on a package of so many pages."""
        self.complete(package_id, pages, **input)
        answer = self.session(package_id)
        assert answer.status_code == 200, answer.content
        return str(answer.json()["viewingSessionId"])
