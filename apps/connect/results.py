"""Finished documents in the formats they are handed out in."""

from __future__ import annotations

from dataclasses import dataclass

from apps.clients.models import ApiClient
from apps.conversion import services as conversion
from apps.document_templates import services as filler
from apps.workfiles.formats import FORMATS as KNOWN
from apps.workfiles.models import Blob

FORMATS = ("docx", "pdf", "pdfa")


@dataclass(frozen=True, slots=True)
class Made:
    """A document to be sent."""

    blob: Blob
    extension: str

    @property
    def media_type(self) -> str:
        """Its media type."""
        return KNOWN[self.extension].media_type


def prepare(filled: filler.Filled, client: ApiClient) -> None:
    """Has the PDFs made, so that they are there when somebody asks."""
    for archive in (False, True):
        filler.pdf(filled, client=client, archive=archive)


def as_format(filled: filler.Filled, format: str, *, client: ApiClient, seconds: float) -> Made:
    """The document in one of FORMATS.

    Raises NOT_READY when it takes longer than `seconds`, and why it could not be converted.
    """
    if format == "docx":
        return Made(filled.blob, filled.extension)
    rendition = filler.pdf(filled, client=client, archive=format == "pdfa")
    return Made(conversion.wait_for(rendition, "whole", seconds=seconds).blob, "pdf")
