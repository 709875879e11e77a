"""Template libraries for tests: rows as an import leaves them, without an engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from apps.clients.actors import Actor
from apps.document_templates import services as templates
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion
from tests import factories

SYSTEM = Actor.system()
FIELDS: list[dict[str, Any]] = [
    {"key": "Subject", "kind": "text", "required": True},
    {"key": "Notes", "kind": "text", "multiline": True},
    {"key": "Sent", "kind": "date"},
    {"key": "Urgent", "kind": "yes_no", "default": False},
    {
        "key": "Way",
        "kind": "choice",
        "choices": [{"value": "mail", "label": "By mail"}, {"value": "hand", "label": "By hand"}],
    },
    {"key": "Amount", "kind": "number"},
    {"key": "Photo", "kind": "picture"},
    {
        "key": "Customer",
        "kind": "object",
        "fields": [{"key": "Name", "kind": "text"}, {"key": "City", "kind": "text"}],
    },
    {
        "key": "Positions",
        "kind": "collection",
        "fields": [{"key": "Text", "kind": "text"}, {"key": "Price", "kind": "number"}],
    },
]
USED = ["Subject", "Notes", "InvoiceNumber", "Customer.Name", "Positions.Text"]


def connector(name: str = "CRM", **policies: Any) -> Actor:
    """A program that may open forms."""
    return factories.actor(name, scopes=("pd_ConnectWebApi",), **policies)


def datasource(
    *programs: Actor, name: str = "Letters", languages: Iterable[str] = ("de-ch",)
) -> Datasource:
    """A library granted to these programs; its default language is es-es."""
    made = templates.create_datasource(SYSTEM, name, languages=languages, default_language="es-es")
    for program in programs:
        templates.grant(SYSTEM, made, program.require_client())
    return made


def template(
    library: Datasource,
    name: str = "Offer",
    *,
    tags: Iterable[str] = (),
    fields: list[dict[str, Any]] | None = None,
    used: Iterable[str] = USED,
    languages: Iterable[str] = (),
    published: bool = True,
) -> DocumentTemplate:
    """A template with one version, as if imported."""
    made = DocumentTemplate.objects.create(datasource=library, name=name, languages=list(languages))
    templates.set_tags(SYSTEM, made, tags)
    state = TemplateVersion.State.PUBLISHED if published else TemplateVersion.State.DRAFT
    TemplateVersion.objects.create(
        template=made,
        number=1,
        state=state,
        blob=factories.kept(f"the Word file of {made.guid}".encode()),
        definition={"fields": FIELDS if fields is None else fields},
        used=list(used),
        published_at=timezone.now() if published else None,
    )
    return made
