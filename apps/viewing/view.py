"""A live viewing session as somebody looks at it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.comparison.services import Method, method_for
from apps.conversion import recipe as recipes
from apps.conversion import services as conversion
from apps.conversion.models import Rendition, RenditionPart
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import unseal
from apps.document_sessions.models import DocumentSession
from apps.viewing.models import ViewingDetail


@dataclass(slots=True)
class View:
    """A session, its detail, the document shown, and what was asked for so far.

    Of two documents `shown` is the red-lined one, once their comparison is ready; where only texts
    are compared, the revised one.
    """

    session: DocumentSession
    detail: ViewingDetail
    shown: conversion.Source | None
    pdf: Rendition | None = None
    comparison: Rendition | None = None

    @property
    def compares(self) -> bool:
        """Whether the session is on two documents, also while there are none yet."""
        detail = self.detail
        return bool(detail.method) or detail.original is not None or detail.revised is not None

    @property
    def method(self) -> Method | None:
        """How the two documents are compared; None while that depends on one still to come."""
        original, revised = self.detail.original, self.detail.revised
        if self.detail.method in ("", "redline"):
            return "redline"
        if self.detail.method == "text":
            return "text"
        if original is None or revised is None:
            return None
        return method_for(original.extension, revised.extension)

    @property
    def in_page_groups(self) -> bool:
        """Whether the session is read as PDF page groups and kept alive by a heartbeat."""
        return self.detail.renewed_by_heartbeat

    @property
    def source(self) -> conversion.Source:
        """The document shown. Raises DOCUMENT_MISSING, or why it could not be fetched."""
        self.ensure_fetched()
        if self.shown is None:
            raise PortalError(ErrorCode.DOCUMENT_MISSING)
        return self.shown

    def ensure_fetched(self) -> None:
        """Raises why a document that was to be fetched from a URL could not be."""
        if self.detail.error_code:
            raise PortalError(ErrorCode(self.detail.error_code), self.detail.error_detail)

    @property
    def password(self) -> str:
        """The password the document is opened with; blank for none."""
        return unseal(self.detail.password)

    @property
    def pages(self) -> int | None:
        """How many pages; None while that is not known."""
        if self.pdf is None or self.pdf.state != Rendition.State.READY:
            return None
        return int(self.pdf.meta["pages"])

    def request(self, recipe: recipes.Recipe) -> Rendition:
        """A rendition of the document as its person may see it: with the session's watermarks."""
        watermarks = json.dumps(self.detail.watermarks) if self.detail.watermarks else ""
        return conversion.request(
            self.source,
            recipes.stamped(recipe, watermarks),
            client=self.session.client,
            password=self.password,
            watermarks=watermarks,
        )

    def parts(self, wanted: Sequence[recipes.Recipe], name: str) -> Iterator[RenditionPart | None]:
        """A part of each rendition, None where it is still being made; asks for it then.

        Those that are there cost one look for all of them. Raises why one has failed.
        """
        ready = conversion.ready_parts(self.source, wanted, name, password=self.password)
        for recipe in wanted:
            if recipe in ready:
                yield ready[recipe]
            else:
                rendition = self.request(recipe)
                conversion.raise_failure(rendition)
                yield conversion.part(rendition, name)

    def request_pdf(self) -> Rendition:
        """The document's PDF without watermarks: it tells pages, sizes and what went wrong."""
        self.pdf = conversion.request(
            self.source, recipes.PDF, client=self.session.client, password=self.password
        )
        return self.pdf

    def required_pdf(self) -> Rendition:
        """The PDF, asked for now if it was not before. Raises why there is no document."""
        return self.pdf or self.request_pdf()
