"""Form sessions for the programs that open them: creating, asking after, generating, sweeping.

What the person at the form does is in `filling`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.clients.actors import Actor
from apps.connect import results, values
from apps.connect.models import ConnectDetail, ConnectPicture
from apps.connect.selection import Selection
from apps.core import batches
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import new_guid
from apps.document_sessions import services as sessions
from apps.document_sessions.lifecycle import Lifetime
from apps.document_sessions.models import DocumentSession
from apps.document_templates import selectors as templates
from apps.document_templates import services as filler
from apps.document_templates.form import Form
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion
from apps.document_templates.validation import FieldError, clean
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

CONNECT = DocumentSession.Kind.CONNECT
_IDLE = timedelta(hours=1)
_MAXIMUM = timedelta(hours=8)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program says of a session. `language` blank: the datasource's own."""

    selection: Selection = field(default_factory=lambda: Selection(picker=True))
    language: str = ""
    forms: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Filling:
    """A live session with its detail, and the id it was found by."""

    identity: str
    session: DocumentSession
    detail: ConnectDetail

    @property
    def owner(self) -> Actor:
        """The program that opened the session, for what is done in its name."""
        return Actor.of_client(self.session.client, ())

    @property
    def form(self) -> Form:
        """What the person fills in: the chosen form without what the program fills itself."""
        version = self.detail.version
        return values.shown(version.form, self.detail.data) if version else Form()

    @property
    def selection(self) -> Selection:
        """What the program said about the template."""
        return Selection.from_json(self.detail.selection)


def open_session(
    actor: Actor, datasource_id: str, wanted: Wanted, *, dialect: str
) -> tuple[DocumentSession, str]:
    """Opens a session on a form; returns it and its id, a GUID that is told once.

    Raises SCOPE_MISSING, QUOTA_EXCEEDED, DATASOURCE_NOT_FOUND, TEMPLATE_NOT_FOUND,
    TEMPLATE_AMBIGUOUS, INPUT_INVALID for the language, and FORM_INVALID with `errors` (FieldError,
    paths from `Forms.` or `Data.` on) for values that the template has no place for.
    """
    actor.require("pd_ConnectWebApi")
    client = actor.require_client()
    datasource = templates.datasource(actor, datasource_id)
    template = resolve(actor, datasource, wanted.selection)
    language = _language(datasource, template, wanted.language)
    version = templates.published(template) if template else None
    if version is not None:
        _check(version, wanted, language)
    maximum = min(timedelta(seconds=client.session_maximum_seconds), _MAXIMUM)
    with transaction.atomic():
        session, identity = sessions.create(
            actor,
            kind=CONNECT,
            dialect=dialect,
            lifetime=Lifetime(idle=min(_IDLE, maximum), maximum=maximum),
            new_identity=new_guid,
        )
        ConnectDetail.objects.create(
            session=session,
            datasource=datasource,
            selection=wanted.selection.as_json(),
            language=language,
            forms=wanted.forms,
            data=wanted.data,
            template=template,
            version=version,
            template_name=template.name if template else "",
            values=_initial(version, language, wanted) if version else {},
        )
    return session, identity


def page_url(identity: str) -> str:
    """The address of the form's page, for the person."""
    return f"{settings.PUBLIC_URL}/app/web/connect?{urlencode({'sessionId': identity})}"


def resolve(actor: Actor, datasource: Datasource, selection: Selection) -> DocumentTemplate | None:
    """The one template that is meant; None where the person picks.

    Raises TEMPLATE_NOT_FOUND where nothing matches and TEMPLATE_AMBIGUOUS where too much does.
    """
    if selection.template_id:
        return templates.by_id(actor, [datasource], selection.template_id)
    matching = templates.find_templates(actor, [datasource], tags=selection.tags)
    found = list(matching.prefetch_related(None)[:2])
    if not found:
        what = "with these tags" if selection.tags else "to choose from"
        raise PortalError(
            ErrorCode.TEMPLATE_NOT_FOUND, f"The datasource has no published template {what}."
        )
    if len(found) == 1 and selection.tags:
        return found[0]
    if selection.picker:
        return None
    raise PortalError(ErrorCode.TEMPLATE_AMBIGUOUS)


def _language(datasource: Datasource, template: DocumentTemplate | None, wanted: str) -> str:
    """The document's language as the datasource spells it. Raises INPUT_INVALID."""
    offered = [datasource.default_language, *datasource.languages]
    if template is not None and template.languages:
        offered = [*template.languages]
    if not wanted:
        return str(datasource.default_language)
    for code in (wanted, wanted.partition("-")[0]):
        for language in offered:
            if str(language).lower() == code.lower():
                return str(language)
    codes = list(dict.fromkeys(offered))
    raise PortalError(
        ErrorCode.INPUT_INVALID,
        f"The language {wanted!r} is not offered here; offered: {', '.join(codes)}.",
        at="DocumentLanguage",
        expected=codes,
    )


def _initial(version: TemplateVersion, language: str, wanted: Wanted) -> Json:
    """What the form shows at first."""
    return values.initial(values.shown(version.form, wanted.data), language, wanted.forms)


def _check(version: TemplateVersion, wanted: Wanted, language: str) -> None:
    """Raises FORM_INVALID for values that the template's form and document do not know."""
    form = values.shown(version.form, wanted.data)
    refuse(
        [
            *_below("Forms", clean(form, dict(wanted.forms), complete=False).errors),
            *_below("Data", values.faults_of_hidden(version.form, version.used, wanted.data)),
        ]
    )


def _below(part: str, faults: Iterable[FieldError]) -> list[FieldError]:
    """The same faults with their paths from the document's `part` on."""
    return [FieldError(f"{part}.{fault.path}", fault.code, fault.message) for fault in faults]


def refuse(faults: Sequence[FieldError]) -> None:
    """Raises FORM_INVALID with the faults as `errors`, if there are any."""
    if faults:
        raise PortalError(
            ErrorCode.FORM_INVALID,
            f"{faults[0].path}: {faults[0].message}",
            at=faults[0].path,
            errors=[fault.to_json() for fault in faults],
        )


def find(actor: Actor, identity: str, datasource_id: str = "") -> Filling:
    """The actor's live session; a use of it, so that its expiry moves.

    A program finds its own, with the datasource it opened it on. Raises SCOPE_MISSING,
    SESSION_NOT_FOUND, SESSION_EXPIRED, SESSION_STOPPED.
    """
    if actor.kind == "client":
        actor.require("pd_ConnectWebApi")
    identity = identity.lower()
    session = sessions.find(actor, identity, kinds=(CONNECT,))
    rows = ConnectDetail.objects.filter(session=session)
    detail = rows.select_related("datasource", "template", "version", "document__blob").first()
    # None: its datasource was deleted, and everything with it.
    if detail is None or (datasource_id and str(detail.datasource.guid) != datasource_id.lower()):
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    sessions.touch(session)
    return Filling(identity, session, detail)


def generate(
    actor: Actor, datasource_id: str, wanted: Wanted, *, format: str, seconds: float
) -> tuple[str, results.Made]:
    """What the document is called and the document, without a session or a person.

    Nothing of it is kept. Raises as `open_session`, TEMPLATE_AMBIGUOUS where a person would have
    to pick, FORM_INVALID also for required fields that are empty, and what filling raises.
    """
    actor.require("pd_ConnectWebApi")
    client = actor.require_client()
    datasource = templates.datasource(actor, datasource_id)
    template = resolve(actor, datasource, wanted.selection)
    if template is None:
        raise PortalError(
            ErrorCode.TEMPLATE_AMBIGUOUS,
            "Nobody is there to pick: name the template by its id, or by tags that fit one.",
        )
    language = _language(datasource, template, wanted.language)
    version = templates.published(template)
    _check(version, wanted, language)
    form = values.shown(version.form, wanted.data)
    cleaned = clean(form, values.initial(form, language, wanted.forms))
    refuse(_below("Forms", cleaned.errors))
    filled = filler.fill(
        actor,
        version,
        values.with_hidden(version.form, wanted.data, cleaned.values),
        data=dict(wanted.data),
        language=language,
        client=client,
    )
    made = results.as_format(filled, format, client=client, seconds=seconds)
    return workfiles.clean_name(template.name) or "document", made


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """Some templates, and how many there are in all."""

    templates: list[DocumentTemplate]
    total: int


def list_templates(
    actor: Actor,
    datasource_id: str,
    *,
    template_id: str = "",
    tags: Sequence[str] = (),
    name: str = "",
    active: bool = True,
    offset: int = 0,
    limit: int = 10,
) -> TemplatePage:
    """The published templates of a datasource that have all of `tags` and a name like `name`.

    In `name` a `*` stands for anything; the case of letters does not matter. There are no
    templates to list that are not active. Raises SCOPE_MISSING, DATASOURCE_NOT_FOUND.
    """
    actor.require("pd_ConnectWebApi")
    datasource = templates.datasource(actor, datasource_id)
    found = templates.find_templates(actor, [datasource], tags=[tags] if tags else ())
    if template_id:
        guid = parse_guid(template_id)
        found = found.filter(guid=guid) if guid else found.none()
    if name:
        pattern = ".*".join(re.escape(part) for part in name.split("*"))
        found = found.filter(name__iregex=f"^{pattern}$")
    if not active:
        found = found.none()
    return TemplatePage(list(found[offset : offset + limit]), found.count())


def parse_guid(text: str) -> uuid.UUID | None:
    """A GUID as a program spells it; None for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def sweep(batch: int = 1000) -> int:
    """Removes ended sessions with everything the person put in and got; returns how many.

    A stopped session keeps its bare row for a while, so that its notice is still told.
    """
    return batches.until_done(_remove_ended, batch)


def _remove_ended(size: int) -> int:
    over = Q(session__expires_at__lte=timezone.now()) | Q(
        session__state=DocumentSession.Stored.STOPPED
    )
    with transaction.atomic():
        # Held with their sessions: nobody renews one in between.
        rows = ConnectDetail.objects.filter(over).select_related("session")
        details = batches.held(rows, size, also=("session",))
        ended = [detail.pk for detail in details]
        made = {detail.document_id for detail in details if detail.document_id}
        made |= set(
            ConnectPicture.objects.filter(detail__in=ended).values_list("work_file", flat=True)
        )
        ConnectDetail.objects.filter(pk__in=ended).delete()
        WorkFile.objects.filter(pk__in=made).delete()
        DocumentSession.objects.filter(pk__in=ended).exclude(
            state=DocumentSession.Stored.STOPPED
        ).delete()
    return len(ended)
