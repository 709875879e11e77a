"""Sessions that an administrator prepared and programs open by name."""

from __future__ import annotations

from dataclasses import replace

from apps.clients.actors import Actor
from apps.connect import services
from apps.connect.models import SessionTemplate
from apps.connect.selection import Selection, conjunction
from apps.connect.services import Wanted
from apps.connect.values import overlaid
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions.models import DocumentSession
from apps.document_templates import selectors as templates


def open_session(
    actor: Actor, datasource_id: str, name: str, wanted: Wanted, *, dialect: str
) -> tuple[DocumentSession, str]:
    """Opens the session prepared under `name`, with the program's values laid over its own.

    Raises TEMPLATE_NOT_FOUND (at `templateName`) for another name, INPUT_CONFLICTS where the
    program names a template, too, and what `services.open_session` raises.
    """
    actor.require("pd_ConnectWebApi")
    datasource = templates.datasource(actor, datasource_id)
    prepared = (
        SessionTemplate.objects.filter(datasource=datasource, name=name)
        .select_related("template")
        .first()
    )
    if prepared is None:
        raise PortalError(
            ErrorCode.TEMPLATE_NOT_FOUND,
            f"The datasource has no prepared session {name!r}.",
            at="templateName",
        )
    if wanted.selection != Selection(picker=True):
        raise PortalError(
            ErrorCode.INPUT_CONFLICTS,
            "A prepared session has its template already; leave <Template> out.",
            at="Template",
        )
    merged = replace(
        wanted,
        selection=_selection(prepared),
        language=wanted.language or prepared.language,
        forms=overlaid(prepared.forms, wanted.forms),
        data=overlaid(prepared.data, wanted.data),
    )
    return services.open_session(actor, datasource_id, merged, dialect=dialect)


def _selection(prepared: SessionTemplate) -> Selection:
    if prepared.template is not None:
        return Selection(template_id=str(prepared.template.guid))
    tags = tuple(filter(None, map(conjunction, prepared.tags.splitlines())))
    return Selection(tags=tags, picker=prepared.allow_picker or not tags)
