"""The versions of a template: their forms, what the doctor says of them, which one is filled in."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.document_templates import doctor, engine
from apps.document_templates.doctor import Finding
from apps.document_templates.form import Form
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion

Json = dict[str, Any]
State = TemplateVersion.State

logger = logging.getLogger(__name__)


def require_administrator(actor: Actor) -> None:
    """Raises SCOPE_MISSING for anybody else."""
    if not actor.is_administrator:
        raise PortalError(ErrorCode.SCOPE_MISSING, "Only administrators manage templates.")


def require_manager(actor: Actor, of: DocumentTemplate | Datasource) -> None:
    """Administrators, and programs with `templates:write` in a datasource they were granted.

    Raises SCOPE_MISSING, DATASOURCE_NOT_FOUND.
    """
    if actor.is_administrator:
        return
    actor.require("templates:write")
    datasource = of if isinstance(of, Datasource) else of.datasource
    if not datasource.clients.filter(pk=actor.client_id).exists():
        raise PortalError(ErrorCode.DATASOURCE_NOT_FOUND, at="datasourceId")


def of_form(version: TemplateVersion) -> list[Json]:
    """What the doctor says of a version's form."""
    return [finding.to_json() for finding in doctor.of_form(version.form, version.used)]


def save_form(actor: Actor, version: TemplateVersion, definition: Json) -> TemplateVersion:
    """Keeps an edited form of a draft. INPUT_INVALID where it is no form, INPUT_CONFLICTS for
    versions that are no drafts."""
    require_administrator(actor)
    if version.state != State.DRAFT:
        raise PortalError(ErrorCode.INPUT_CONFLICTS, "Only a draft's form can be changed.")
    try:
        form = Form.from_json(definition)
    except ValueError as error:
        raise PortalError(ErrorCode.INPUT_INVALID, str(error), at="form") from error
    version.definition = form.to_json()
    of_document = [one for one in version.findings if one["part"] != "form"]
    version.findings = [*of_document, *of_form(version)]
    version.save(update_fields=["definition", "findings"])
    return version


def save_sample(actor: Actor, version: TemplateVersion, values: Json) -> None:
    """Keeps the values that previews of a version are filled with."""
    require_administrator(actor)
    version.sample = values
    version.save(update_fields=["sample"])


def new_draft(actor: Actor, version: TemplateVersion) -> TemplateVersion:
    """A draft with the file and form of a version; the draft there is, where there is one."""
    require_administrator(actor)
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
    require_administrator(actor)
    reading = engine.read(version.blob)
    version.used = reading["used"]
    version.findings = [*reading["findings"], *of_form(version)]
    version.save(update_fields=["used", "findings"])
    return [Finding(**one) for one in version.findings]


def publish(actor: Actor, version: TemplateVersion) -> None:
    """Makes a draft (or a retired version) the published one; the one before is retired.

    Raises INPUT_CONFLICTS when the doctor found errors.
    """
    require_manager(actor, version.template)
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


def retire(actor: Actor, version: TemplateVersion) -> None:
    """Takes the published version back; the template is offered to nobody then."""
    require_administrator(actor)
    version.template.versions.filter(pk=version.pk, state=State.PUBLISHED).update(
        state=State.RETIRED
    )
    version.refresh_from_db(fields=["state"])


def set_active(actor: Actor, template: DocumentTemplate, active: bool) -> None:
    """Offers a template, or stops offering it."""
    require_manager(actor, template)
    template.is_active = active
    template.save(update_fields=["is_active"])


def diff(actor: Actor, old: TemplateVersion, new: TemplateVersion) -> Json:
    """What changed from one version to another.

    `fields` lists {path, change: added|removed|changed, what: [...]} of the forms, `paragraphs`
    {change, part, old, new} of the texts.
    """
    require_administrator(actor)
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
