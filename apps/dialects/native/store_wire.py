"""Work files, envelopes and templates as programs see them."""

from __future__ import annotations

from typing import Any

from apps.core.errors import ErrorCode, PortalError
from apps.dialects.native.program_wire import moment
from apps.document_templates.library import (
    Datasource,
    DocumentTemplate,
    Imported,
    TemplateVersion,
)
from apps.envelopes.ledger import Envelope, EnvelopeEvent
from apps.workfiles.ledger import WorkFile

Json = dict[str, Any]


def work_file(file: WorkFile) -> Json:
    """A work file."""
    return {
        "id": file.file_id,
        "name": file.name,
        "format": file.extension,
        "size": file.blob.size,
        "created_at": moment(file.created_at),
        "expires_at": moment(file.expires_at),
    }


def envelope(envelope: Envelope) -> Json:
    """An envelope from outside; `size` in bytes, before encryption."""
    return {
        "id": str(envelope.guid),
        "label": envelope.label,
        "state": envelope.state,
        "items": envelope.items_count,  # type: ignore[attr-defined]  # annotated
        "size": envelope.items_size,  # type: ignore[attr-defined]
        "created_at": moment(envelope.created_at),
        "retain_until": moment(envelope.retain_until),
        "ended_at": moment(envelope.ended_at),
    }


def event(event: EnvelopeEvent) -> Json:
    """A line of an envelope's trail."""
    return {
        "number": event.number,
        "action": event.action,
        "at": moment(event.at),
        "actor": {"kind": event.actor_kind, "client": event.actor, "subject": event.actor_subject},
        "grantee": {"client": event.grantee, "subject": event.grantee_subject},
        "access": event.access,
        "item": str(event.item) if event.item else None,
        "correlation_id": event.correlation_id,
    }


def datasource(datasource: Datasource) -> Json:
    """A library of templates."""
    return {
        "id": str(datasource.guid),
        "name": datasource.name,
        "languages": datasource.languages,
        "default_language": datasource.default_language,
    }


def template(template: DocumentTemplate) -> Json:
    """A template with its versions, newest first."""
    return {
        "id": str(template.guid),
        "datasource": str(template.datasource.guid),
        "name": template.name,
        "active": template.is_active,
        "tags": [tag.name for tag in template.tags.all()],
        "languages": template.languages,
        "versions": [_brief(version) for version in template.versions.all()],
        "created_at": moment(template.created_at),
    }


def version(version: TemplateVersion) -> Json:
    """A version with its form and what the doctor says of it."""
    return _brief(version) | {
        "fields": version.form.to_json()["fields"],
        "findings": version.findings,
    }


def imported(made: Imported) -> Json:
    """What came of a file: the template, and the version the file is now."""
    return {"template": template(made.template), "version": version(made.version)}


def _brief(version: TemplateVersion) -> Json:
    return {
        "number": version.number,
        "state": version.state,
        "file_name": version.file_name,
        "created_at": moment(version.created_at),
        "published_at": moment(version.published_at),
    }


def tags(body: Json) -> list[str] | None:
    """The tags of a body; None where it has none. Raises INPUT_INVALID."""
    found = body.get("tags")
    if found is None:
        return None
    if not isinstance(found, list) or not all(isinstance(tag, str) for tag in found):
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            "`tags` must be a list of strings.",
            at="tags",
            expected={"type": "array", "items": {"type": "string"}},
        )
    return found
