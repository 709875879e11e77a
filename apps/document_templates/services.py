"""Template libraries: making them, filling templates, showing what comes out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.conversion.models import Rendition
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion
from apps.workfiles.models import Blob
from apps.workfiles.services import Readable

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor says of a place in a document. `paragraph` counts from 1 within `part`
    ("body", "header 1", ...); None for what concerns the whole. Only an "error" stops publishing.
    """

    code: str
    severity: str  # error | warning | info
    message: str
    remedy: str
    part: str = "body"
    paragraph: int | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an uploaded Word file."""

    template: DocumentTemplate
    version: TemplateVersion
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled document; a `conversion.services.Source`, so that PDF and pages can be asked for.

    `warnings` name marks that neither the form nor the data had a value for.
    """

    blob: Blob
    warnings: list[str]
    extension: str = "docx"


@dataclass(frozen=True, slots=True)
class PagePreview:
    """One page of a filled document as PNG. Sizes in points."""

    image: bytes
    page: int
    pages: int
    width: float
    height: float
    warnings: list[str]


def create_datasource(
    actor: Actor, name: str, *, languages: Iterable[str] = (), default_language: str = ""
) -> Datasource:
    """A new, empty library. Administrators only (SCOPE_MISSING); INPUT_INVALID for its values."""
    raise NotImplementedError


def grant(actor: Actor, datasource: Datasource, client: ApiClient) -> None:
    """Lets a client use a datasource."""
    raise NotImplementedError


def import_template(
    actor: Actor,
    datasource: Datasource,
    file: Readable,
    *,
    name: str,
    tags: Iterable[str] = (),
    languages: Iterable[str] = (),
    file_name: str = "",
    publish: bool = False,
) -> Imported:
    """A Word file as a new template with a draft version; its fields are found in the document.

    Where the datasource has a template of this name, its draft is replaced or made; fields that
    the last version had keep their labels and rules. With `publish`, a version without errors is
    published at once.
    Raises DOCUMENT_TOO_LARGE, FORMAT_*, DOCUMENT_CORRUPT, INPUT_INVALID, ENGINE_UNAVAILABLE.
    """
    raise NotImplementedError


def save_form(actor: Actor, version: TemplateVersion, definition: Json) -> TemplateVersion:
    """Keeps an edited form of a draft. INPUT_INVALID where it is no form, INPUT_CONFLICTS for
    versions that are no drafts."""
    raise NotImplementedError


def publish(actor: Actor, version: TemplateVersion) -> None:
    """Makes a draft (or a retired version) the published one; the one before is retired.

    Raises INPUT_CONFLICTS when the doctor found errors.
    """
    raise NotImplementedError


def retire(actor: Actor, version: TemplateVersion) -> None:
    """Takes the published version back; the template is offered to nobody then."""
    raise NotImplementedError


def set_tags(actor: Actor, template: DocumentTemplate, tags: Iterable[str]) -> None:
    """Replaces the template's tags."""
    raise NotImplementedError


def fill(
    actor: Actor,
    version: TemplateVersion,
    values: Json,
    *,
    data: Json | None = None,
    language: str = "",
    client: ApiClient | None = None,
) -> Filled:
    """The document with these values, now (tens of milliseconds, without the queue).

    `values` are those of `validation.clean` (not checked again; drafts are filled as far as they
    go). `data` fills marks but is never shown. Pictures are work files of `client`; one that is
    gone is left out with a warning. `language` is the document's: dates and numbers are written
    its way; blank for the datasource's default.
    Raises INPUT_INVALID (the sentence names mark and paragraph), LIMIT_EXCEEDED, TIMEOUT,
    OUT_OF_MEMORY, ENGINE_UNAVAILABLE.
    """
    raise NotImplementedError


def pdf(filled: Filled, *, client: ApiClient | None, archive: bool = False) -> Rendition:
    """The PDF of a filled document (part "whole"), or its PDF/A-2b with `archive`; through the
    queue, as `conversion.services.request`."""
    raise NotImplementedError


def preview(
    actor: Actor,
    version: TemplateVersion,
    values: Json,
    *,
    data: Json | None = None,
    language: str = "",
    client: ApiClient | None = None,
    page: int = 0,
    width: int = 960,
) -> PagePreview:
    """One page of the document as it would be, the shortest way: nothing is queued or kept.

    `values` as the person typed them, valid or not: what does not fit its field is left out.
    `page` past the end shows the last one. `width` in pixels. Raises as `fill` does.
    """
    raise NotImplementedError


def find_by_guid(actor: Actor, guid: uuid.UUID | str) -> DocumentTemplate:
    """A template by its id, whatever its state; for administrators."""
    raise NotImplementedError
