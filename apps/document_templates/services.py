"""Template libraries: making them, filling templates, showing what comes out.

`INPUT_INVALID`, `INPUT_CONFLICTS` and `SCOPE_MISSING` carry a sentence for the administrator.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF, PDF_A
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import is_guid
from apps.document_templates import doctor, engine, sample, selectors, versions
from apps.document_templates.doctor import Finding as Finding
from apps.document_templates.engine import Filling
from apps.document_templates.engine import PagePreview as PagePreview
from apps.document_templates.form import Form
from apps.document_templates.models import (
    Datasource,
    DocumentTemplate,
    TemplateTag,
    TemplateVersion,
)
from apps.document_templates.validation import clean
from apps.document_templates.versions import require_administrator, require_manager
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob
from apps.workfiles.services import Readable

Json = dict[str, Any]
State = TemplateVersion.State
MAX_TEMPLATE_BYTES = 32 * 1024**2
_LONGEST_TAG = 100

logger = logging.getLogger(__name__)


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


# --- Libraries and templates --------------------------------------------------------------------


def create_datasource(
    actor: Actor,
    name: str,
    *,
    languages: Iterable[str] = (),
    default_language: str = "",
    guid: str = "",
) -> Datasource:
    """A new, empty library; `guid` keeps the id that it had in another installation.

    Administrators only (SCOPE_MISSING); INPUT_INVALID for its values.
    """
    require_administrator(actor)
    spoken = [code.strip() for code in languages if code.strip()]
    if not name.strip():
        raise PortalError(ErrorCode.INPUT_INVALID, "A datasource needs a name.", at="name")
    default = default_language.strip() or (spoken[0] if spoken else "en")
    try:
        with transaction.atomic():
            made = Datasource.objects.create(
                name=name.strip(),
                languages=spoken or [default],
                default_language=default,
                **_kept(guid),
            )
    except IntegrityError as error:
        raise PortalError(
            ErrorCode.INPUT_INVALID, "There is a datasource of this name or id.", at="name"
        ) from error
    logger.info("Created datasource %s (%s)", made.guid, made)
    return made


def _kept(guid: str) -> dict[str, uuid.UUID]:
    if not guid:
        return {}
    if not is_guid(guid.lower()):
        raise PortalError(ErrorCode.INPUT_INVALID, "The id is not a GUID.", at="id")
    return {"guid": uuid.UUID(guid)}


def grant(actor: Actor, datasource: Datasource, client: ApiClient) -> None:
    """Lets a client use a datasource."""
    require_administrator(actor)
    datasource.clients.add(client)


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
    guid: str = "",
) -> Imported:
    """A Word file as a new template with a draft version; its fields are found in the document.

    A new template gets the id `guid`, where it had one in another installation.
    Where the datasource has a template of this name, its draft is replaced or made; fields that
    the last version had keep their labels and rules. With `publish`, a version without errors is
    published at once.
    Raises DOCUMENT_TOO_LARGE, FORMAT_*, DOCUMENT_CORRUPT, INPUT_INVALID, ENGINE_UNAVAILABLE.
    """
    require_manager(actor, datasource)
    name = name.strip()
    if not name or len(name) > 150:
        raise PortalError(
            ErrorCode.INPUT_INVALID, "A template needs a name of at most 150 characters.", at="name"
        )
    kept = _kept(guid)
    namesakes = DocumentTemplate.objects.exclude(datasource=datasource, name=name)
    if kept and namesakes.filter(**kept).exists():
        raise PortalError(ErrorCode.INPUT_INVALID, "Another template has this id.", at="id")
    blob, reading = _received(file)
    with transaction.atomic():
        template, created = DocumentTemplate.objects.get_or_create(
            datasource=datasource,
            name=name,
            defaults={
                "languages": [code.strip() for code in languages if code.strip()],
                **kept,
            },
        )
        if kept and template.guid != kept["guid"]:
            raise PortalError(
                ErrorCode.INPUT_INVALID, "The template of this name has another id.", at="id"
            )
        wanted = [tag for tag in tags if tag.strip()]
        if created or wanted:
            set_tags(actor, template, wanted)
        version = _new_draft(template, blob, reading, workfiles.clean_name(file_name))
    findings = [Finding(**one) for one in version.findings]
    if publish and not version.errors:
        versions.publish(actor, version)
    return Imported(template, version, findings)


def replace_file(
    actor: Actor, template: DocumentTemplate, file: Readable, *, file_name: str = ""
) -> TemplateVersion:
    """A new Word file for a template: its draft is replaced or made. Raises as import_template."""
    require_administrator(actor)
    blob, reading = _received(file)
    with transaction.atomic():
        return _new_draft(template, blob, reading, workfiles.clean_name(file_name))


def _received(file: Readable) -> tuple[Blob, Json]:
    content = file.read(MAX_TEMPLATE_BYTES + 1)
    if not content:
        raise PortalError(ErrorCode.DOCUMENT_EMPTY, at="file")
    if len(content) > MAX_TEMPLATE_BYTES:
        raise PortalError(
            ErrorCode.DOCUMENT_TOO_LARGE,
            f"A template has at most {MAX_TEMPLATE_BYTES // 1024**2} MB.",
            at="file",
        )
    blob = workfiles.keep_bytes(content)
    return blob, engine.read(blob)


def _new_draft(
    template: DocumentTemplate, blob: Blob, reading: Json, file_name: str
) -> TemplateVersion:
    form = Form.from_json(reading)
    last = template.versions.first()
    if last is not None:
        form = doctor.merged(form, last.form)
    number = (template.versions.aggregate(most=Max("number"))["most"] or 0) + 1
    if last is not None and last.state == State.DRAFT:
        number = last.number
        last.delete()
    version = TemplateVersion(
        template=template,
        number=number,
        blob=blob,
        file_name=file_name,
        definition=form.to_json(),
        used=reading["used"],
        sample=last.sample if last else {},
    )
    version.findings = [*reading["findings"], *versions.of_form(version)]
    version.save()
    return version


def set_tags(actor: Actor, template: DocumentTemplate, tags: Iterable[str]) -> None:
    """Replaces the template's tags; trimmed, each once without regard to case."""
    require_manager(actor, template)
    wanted = {selectors.folded(tag): " ".join(tag.split())[:_LONGEST_TAG] for tag in tags}
    wanted.pop("", None)
    if bad := [tag for tag in wanted.values() if ";" in tag]:
        raise PortalError(
            ErrorCode.INPUT_INVALID, f"A tag holds no semicolon: {bad[0]}.", at="tags"
        )
    with transaction.atomic():
        template.tags.exclude(folded__in=wanted).delete()
        have = set(template.tags.values_list("folded", flat=True))
        TemplateTag.objects.bulk_create(
            TemplateTag(template=template, name=name, folded=key[:200])
            for key, name in wanted.items()
            if key not in have
        )


# --- Filling ------------------------------------------------------------------------------------


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
    content, warnings = engine.fill(Filling(version, values, data or {}, language, client))
    return Filled(workfiles.keep_bytes(content), warnings)


def pdf(filled: conversion.Source, *, client: ApiClient | None, archive: bool = False) -> Rendition:
    """The PDF of a filled document (part "whole"), or its PDF/A-2b with `archive`; through the
    queue, as `conversion.services.request`."""
    return conversion.request(filled, PDF_A if archive else PDF, client=client)


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
    fitting = clean(version.form, values, complete=False).values
    filling = Filling(version, fitting, data or {}, language, client)
    return engine.preview(filling, max(0, page), width)


def fill_sample(actor: Actor, version: TemplateVersion, language: str = "") -> bytes:
    """A dry run: the document filled with the version's sample values; nothing is kept."""
    require_administrator(actor)
    fitting = clean(version.form, sample_of(version), complete=False).values
    return engine.fill(Filling(version, fitting, {}, language))[0]


def sample_of(version: TemplateVersion) -> Json:
    """The version's sample values; made-up ones for fields without."""
    return {**sample.values_of(version.form), **version.sample}
