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
from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF, PDF_A
from apps.core.errors import ErrorCode, PortalError
from apps.document_templates import doctor, engine, sample, selectors
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
    actor: Actor, name: str, *, languages: Iterable[str] = (), default_language: str = ""
) -> Datasource:
    """A new, empty library. Administrators only (SCOPE_MISSING); INPUT_INVALID for its values."""
    _require_administrator(actor)
    spoken = [code.strip() for code in languages if code.strip()]
    if not name.strip():
        raise PortalError(ErrorCode.INPUT_INVALID, "A datasource needs a name.", at="name")
    default = default_language.strip() or (spoken[0] if spoken else "en")
    try:
        with transaction.atomic():
            made = Datasource.objects.create(
                name=name.strip(), languages=spoken or [default], default_language=default
            )
    except IntegrityError as error:
        raise PortalError(
            ErrorCode.INPUT_INVALID, "There is a datasource of this name.", at="name"
        ) from error
    logger.info("Created datasource %s (%s)", made.guid, made)
    return made


def grant(actor: Actor, datasource: Datasource, client: ApiClient) -> None:
    """Lets a client use a datasource."""
    _require_administrator(actor)
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
) -> Imported:
    """A Word file as a new template with a draft version; its fields are found in the document.

    Where the datasource has a template of this name, its draft is replaced or made; fields that
    the last version had keep their labels and rules. With `publish`, a version without errors is
    published at once.
    Raises DOCUMENT_TOO_LARGE, FORMAT_*, DOCUMENT_CORRUPT, INPUT_INVALID, ENGINE_UNAVAILABLE.
    """
    _require_administrator(actor)
    name = name.strip()
    if not name or len(name) > 150:
        raise PortalError(
            ErrorCode.INPUT_INVALID, "A template needs a name of at most 150 characters.", at="name"
        )
    blob, reading = _received(file)
    with transaction.atomic():
        template, created = DocumentTemplate.objects.get_or_create(
            datasource=datasource,
            name=name,
            defaults={"languages": [code.strip() for code in languages if code.strip()]},
        )
        wanted = [tag for tag in tags if tag.strip()]
        if created or wanted:
            set_tags(actor, template, wanted)
        version = _new_draft(template, blob, reading, workfiles.clean_name(file_name))
    findings = [Finding(**one) for one in version.findings]
    if publish and not version.errors:
        publish_version(actor, version)
    return Imported(template, version, findings)


def replace_file(
    actor: Actor, template: DocumentTemplate, file: Readable, *, file_name: str = ""
) -> TemplateVersion:
    """A new Word file for a template: its draft is replaced or made. Raises as import_template."""
    _require_administrator(actor)
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
    version.findings = [*reading["findings"], *_of_form(version)]
    version.save()
    return version


def _of_form(version: TemplateVersion) -> list[Json]:
    return [finding.to_json() for finding in doctor.of_form(version.form, version.used)]


def set_tags(actor: Actor, template: DocumentTemplate, tags: Iterable[str]) -> None:
    """Replaces the template's tags; trimmed, each once without regard to case."""
    _require_administrator(actor)
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


# --- Versions -----------------------------------------------------------------------------------


def save_form(actor: Actor, version: TemplateVersion, definition: Json) -> TemplateVersion:
    """Keeps an edited form of a draft. INPUT_INVALID where it is no form, INPUT_CONFLICTS for
    versions that are no drafts."""
    _require_administrator(actor)
    if version.state != State.DRAFT:
        raise PortalError(ErrorCode.INPUT_CONFLICTS, "Only a draft's form can be changed.")
    try:
        form = Form.from_json(definition)
    except ValueError as error:
        raise PortalError(ErrorCode.INPUT_INVALID, str(error), at="form") from error
    version.definition = form.to_json()
    of_document = [one for one in version.findings if one["part"] != "form"]
    version.findings = [*of_document, *_of_form(version)]
    version.save(update_fields=["definition", "findings"])
    return version


def save_sample(actor: Actor, version: TemplateVersion, values: Json) -> None:
    """Keeps the values that previews of a version are filled with."""
    _require_administrator(actor)
    version.sample = values
    version.save(update_fields=["sample"])


def new_draft(actor: Actor, version: TemplateVersion) -> TemplateVersion:
    """A draft with the file and form of a version; the draft there is, where there is one."""
    _require_administrator(actor)
    with transaction.atomic():
        draft = version.template.versions.filter(state=State.DRAFT).first()
        if draft is not None:
            return draft
        most = version.template.versions.aggregate(most=Max("number"))["most"] or 0
        return TemplateVersion.objects.create(
            template=version.template,
            number=most + 1,
            blob=version.blob,
            file_name=version.file_name,
            definition=version.definition,
            used=version.used,
            findings=version.findings,
            sample=version.sample,
        )


def examine(actor: Actor, version: TemplateVersion) -> list[Finding]:
    """Runs the doctor on a version again, for instance after fonts were installed."""
    _require_administrator(actor)
    reading = engine.read(version.blob)
    version.used = reading["used"]
    version.findings = [*reading["findings"], *_of_form(version)]
    version.save(update_fields=["used", "findings"])
    return [Finding(**one) for one in version.findings]


def publish_version(actor: Actor, version: TemplateVersion) -> None:
    """Makes a draft (or a retired version) the published one; the one before is retired.

    Raises INPUT_CONFLICTS when the doctor found errors.
    """
    _require_administrator(actor)
    if version.errors:
        count = len(version.errors)
        raise PortalError(
            ErrorCode.INPUT_CONFLICTS,
            f"The doctor found {count} error(s); a template with errors cannot be published.",
            errors=version.errors,
        )
    with transaction.atomic():
        # Two administrators at once: the row of the template makes them take turns.
        DocumentTemplate.objects.select_for_update().get(pk=version.template_id)
        version.template.versions.filter(state=State.PUBLISHED).exclude(pk=version.pk).update(
            state=State.RETIRED
        )
        version.state, version.published_at = State.PUBLISHED, timezone.now()
        version.save(update_fields=["state", "published_at"])
    logger.info("Published %s of template %s", version, version.template.guid)


publish = publish_version


def retire(actor: Actor, version: TemplateVersion) -> None:
    """Takes the published version back; the template is offered to nobody then."""
    _require_administrator(actor)
    version.template.versions.filter(pk=version.pk, state=State.PUBLISHED).update(
        state=State.RETIRED
    )
    version.refresh_from_db(fields=["state"])


def set_active(actor: Actor, template: DocumentTemplate, active: bool) -> None:
    """Offers a template, or stops offering it."""
    _require_administrator(actor)
    template.is_active = active
    template.save(update_fields=["is_active"])


def diff(actor: Actor, old: TemplateVersion, new: TemplateVersion) -> Json:
    """What changed from one version to another.

    `fields` lists {path, change: added|removed|changed, what: [...]} of the forms, `paragraphs`
    {change, part, old, new} of the texts.
    """
    _require_administrator(actor)
    texts = {"paragraphs": []} if old.blob_id == new.blob_id else engine.compare(old.blob, new.blob)
    before, after = (dict(version.form.walk()) for version in (old, new))
    fields: list[Json] = [
        {"path": path, "change": "removed", "what": []} for path in before if path not in after
    ]
    for path, field in after.items():
        if path not in before:
            fields.append({"path": path, "change": "added", "what": []})
            continue
        was = before[path]
        changed = [
            name
            for name in field.__slots__
            if name != "fields" and getattr(field, name) != getattr(was, name)
        ]
        if changed:
            fields.append({"path": path, "change": "changed", "what": changed})
    return {"fields": fields, "paragraphs": texts["paragraphs"]}


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


def dry_run(actor: Actor, version: TemplateVersion, language: str = "") -> PagePreview:
    """The first page filled with the version's sample values, or made-up ones."""
    _require_administrator(actor)
    return preview(actor, version, sample_of(version), language=language)


def sample_of(version: TemplateVersion) -> Json:
    """The version's sample values; made-up ones for fields without."""
    return {**sample.values_of(version.form), **version.sample}


def find_by_guid(actor: Actor, guid: uuid.UUID | str) -> DocumentTemplate:
    """A template by its id, whatever its state; for administrators."""
    _require_administrator(actor)
    identity = selectors.as_guid(guid)
    found = DocumentTemplate.objects.filter(guid=identity).first() if identity else None
    if found is None:
        raise PortalError(ErrorCode.TEMPLATE_NOT_FOUND, at="template")
    return found


def _require_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise PortalError(ErrorCode.SCOPE_MISSING, "Only administrators manage templates.")
