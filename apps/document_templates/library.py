"""The templates a program looks after: those of every datasource it was granted."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.document_templates import selectors, services, versions
from apps.document_templates.models import Datasource as Datasource
from apps.document_templates.models import DocumentTemplate as DocumentTemplate
from apps.document_templates.models import TemplateVersion as TemplateVersion
from apps.document_templates.services import Imported as Imported
from apps.workfiles.services import Readable

STATES = tuple(TemplateVersion.State.values)


def datasources(actor: Actor) -> list[Datasource]:
    """What the client was granted, by name. Raises SCOPE_MISSING."""
    actor.require("templates:read")
    return list(Datasource.objects.filter(clients=actor.require_client()))


def templates(
    actor: Actor,
    *,
    datasource: str = "",
    tag: str = "",
    words: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[DocumentTemplate]:
    """Templates in any state, newest first: those with a row id below `before`.

    Blank filters are none. Raises SCOPE_MISSING, DATASOURCE_NOT_FOUND.
    """
    rows = _own(actor)
    if datasource:
        rows = rows.filter(datasource=selectors.datasource(actor, datasource))
    if tag:
        rows = rows.filter(tags__folded=selectors.folded(tag))
    for word in words.split():
        rows = rows.filter(name__icontains=word)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def template(actor: Actor, guid: str) -> DocumentTemplate:
    """One of them. Raises SCOPE_MISSING, NOT_ROUTED."""
    identity = selectors.as_guid(guid)
    found = _own(actor).filter(guid=identity).first() if identity else None
    if found is None:
        raise _unknown("template")
    return found


def version(actor: Actor, of: DocumentTemplate, number: int) -> TemplateVersion:
    """One of its versions. Raises NOT_ROUTED."""
    found = of.versions.filter(number=number).select_related("blob", "template__datasource").first()
    if found is None:
        raise _unknown("version of the template")
    return found


def add(
    actor: Actor,
    datasource: str,
    file: Readable,
    *,
    name: str,
    tags: Sequence[str],
    publish: bool,
) -> Imported:
    """A Word file as a new template, or as the next draft of the one of this name.

    Raises as `services.import_template`, and DATASOURCE_NOT_FOUND.
    """
    actor.require("templates:write")
    library = selectors.datasource(actor, datasource)
    made = services.import_template(actor, library, file, name=name, tags=tags, publish=publish)
    actor.note("template uploaded", made.template, str(made.version))
    return made


def publish(actor: Actor, version: TemplateVersion) -> None:
    """Makes a version the one that people fill in. Raises as `versions.publish`."""
    versions.publish(actor, version)
    actor.note("template published", version.template, str(version))


def change(
    actor: Actor,
    template: DocumentTemplate,
    *,
    active: bool | None = None,
    tags: Sequence[str] | None = None,
) -> None:
    """Offers it or not, and replaces its tags; None leaves either. Raises SCOPE_MISSING,
    INPUT_INVALID."""
    if tags is not None:
        services.set_tags(actor, template, tags)
    if active is not None:
        versions.set_active(actor, template, active)
    actor.note("template changed", template)


def remove(actor: Actor, template: DocumentTemplate) -> None:
    """Removes a template with its versions; documents made of it stay. Raises SCOPE_MISSING."""
    versions.require_manager(actor, template)
    actor.note("template removed", template)
    template.delete()


def _own(actor: Actor) -> QuerySet[DocumentTemplate]:
    actor.require("templates:read")
    rows = DocumentTemplate.objects.filter(datasource__clients=actor.require_client())
    return rows.select_related("datasource").prefetch_related("tags", "versions")


def _unknown(what: str) -> PortalError:
    return PortalError(
        ErrorCode.NOT_ROUTED,
        f"There is no such {what}.",
        remedy="Compare the id with the list of templates.",
    )
