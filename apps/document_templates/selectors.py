"""Finding datasources, templates and versions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.document_templates.models import (
    Datasource,
    DocumentTemplate,
    TemplateTag,
    TemplateVersion,
)

TagFilter = Sequence[Sequence[str]]
_PUBLISHED = TemplateVersion.State.PUBLISHED


def datasource(actor: Actor, guid: uuid.UUID | str) -> Datasource:
    """A datasource the actor's client was granted; administrators see all.

    Raises DATASOURCE_NOT_FOUND alike for an unknown, a malformed and a foreign id.
    """
    rows = Datasource.objects.all()
    if not actor.is_administrator:
        rows = rows.filter(clients=actor.require_client())
    identity = as_guid(guid)
    found = rows.filter(guid=identity).first() if identity else None
    if found is None:
        raise PortalError(ErrorCode.DATASOURCE_NOT_FOUND, at="datasourceId")
    return found


def find_templates(
    actor: Actor,
    datasources: Iterable[Datasource],
    *,
    tags: TagFilter = (),
    words: str = "",
    ids: Iterable[uuid.UUID] | None = None,
) -> QuerySet[DocumentTemplate]:
    """The active templates with a published version in these datasources, by name.

    `tags` is a list of alternatives, each a list of tags a template must all have; trimmed,
    without regard to case. Empty: every template. `words` must all be in the name. `ids` limits
    the result to these GUIDs. The datasources are the actor's own already (see `datasource`).
    `tags` and `datasource` of the rows are loaded.
    """
    live = TemplateVersion.objects.filter(template=OuterRef("pk"), state=_PUBLISHED)
    rows = DocumentTemplate.objects.filter(
        Exists(live), datasource__in=list(datasources), is_active=True
    )
    if ids is not None:
        rows = rows.filter(guid__in=list(ids))
    for word in words.split():
        rows = rows.filter(name__icontains=word)
    if tags:
        alternatives = Q(pk__in=[])
        for group in tags:
            wanted = {folded(tag) for tag in group} - {""}
            alternatives |= Q(*(Exists(_tagged(tag)) for tag in sorted(wanted)))
        rows = rows.filter(alternatives)
    return rows.select_related("datasource").prefetch_related("tags")


def _tagged(tag: str) -> QuerySet[TemplateTag]:
    return TemplateTag.objects.filter(template=OuterRef("pk"), folded=tag)


def by_id(
    actor: Actor, datasources: Iterable[Datasource], guid: uuid.UUID | str
) -> DocumentTemplate:
    """One template as of `find_templates`. Raises TEMPLATE_NOT_FOUND for any other id."""
    identity = as_guid(guid)
    found = find_templates(actor, datasources, ids=[identity]).first() if identity else None
    if found is None:
        raise PortalError(ErrorCode.TEMPLATE_NOT_FOUND, at="template")
    return found


def published(template: DocumentTemplate) -> TemplateVersion:
    """The version people fill in. Raises TEMPLATE_GONE when it or the template is gone."""
    found = (
        TemplateVersion.objects.filter(
            template_id=template.pk, template__is_active=True, state=_PUBLISHED
        )
        .select_related("blob", "template__datasource")
        .first()
    )
    if found is None:
        raise PortalError(ErrorCode.TEMPLATE_GONE)
    return found


def tags_of(templates: QuerySet[DocumentTemplate]) -> list[str]:
    """Every tag of these templates once, by name; as it was spelled first."""
    rows = TemplateTag.objects.filter(template__in=templates).order_by("folded", "-pk")
    return list(dict(rows.values_list("folded", "name")).values())


def folded(tag: str) -> str:
    """How a tag is compared."""
    return " ".join(tag.split()).casefold()


def as_guid(text: uuid.UUID | str) -> uuid.UUID | None:
    """The GUID of a text, None where it is none."""
    try:
        return text if isinstance(text, uuid.UUID) else uuid.UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
