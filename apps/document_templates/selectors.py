"""Finding datasources, templates and versions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from apps.clients.actors import Actor
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion

TagFilter = Sequence[Sequence[str]]


def datasource(actor: Actor, guid: uuid.UUID | str) -> Datasource:
    """A datasource the actor's client was granted; administrators see all.

    Raises DATASOURCE_NOT_FOUND alike for an unknown, a malformed and a foreign id.
    """
    raise NotImplementedError


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
    raise NotImplementedError


def by_id(
    actor: Actor, datasources: Iterable[Datasource], guid: uuid.UUID | str
) -> DocumentTemplate:
    """One template as of `find_templates`. Raises TEMPLATE_NOT_FOUND for any other id."""
    raise NotImplementedError


def published(template: DocumentTemplate) -> TemplateVersion:
    """The version people fill in. Raises TEMPLATE_GONE when it or the template is gone."""
    raise NotImplementedError


def tags_of(templates: QuerySet[DocumentTemplate]) -> list[str]:
    """Every tag of these templates once, by name."""
    raise NotImplementedError
