"""What the person at the form does: look, choose a template, save, preview, finish, download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.connect import results
from apps.connect import values as form_values
from apps.connect.models import ConnectDetail, ConnectPicture
from apps.connect.services import Filling, find, parse_guid, refuse
from apps.core.errors import ErrorCode, PortalError
from apps.document_sessions import services as sessions
from apps.document_templates import selectors as templates
from apps.document_templates import services as filler
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion
from apps.document_templates.services import PagePreview as PagePreview  # what preview() returns
from apps.document_templates.validation import FieldError, clean
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile

COMPLETED = "connect.completed"
PICTURES = ("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff")
PICTURE_BYTES = 10 * 1024**2
# Of all pictures of one form, those that were put in and replaced among them.
MOST_PICTURES, MOST_PICTURE_BYTES = 50, 100 * 1024**2
# How long a document may be in the making before another request may try.
_LEASE = timedelta(minutes=2)
Json = dict[str, Any]


class Stage(StrEnum):
    """Where a form is."""

    CHOOSING = "choosing"
    FILLING = "filling"
    FINISHING = "finishing"
    FINISHED = "finished"
    TEMPLATE_GONE = "template_gone"


@dataclass(frozen=True, slots=True)
class Choices:
    """Templates the person may choose: a page of them, how many in all, and all their tags."""

    templates: list[DocumentTemplate]
    total: int
    tags: list[str]


def look(identity: str) -> Filling:
    """The session as its page sees it; the first look makes it active."""
    filling = find(Actor.viewer(), identity)
    sessions.activate(filling.session)
    return filling


def stage(filling: Filling) -> Stage:
    """Where the form is now."""
    detail = filling.detail
    if detail.finished_at:
        return Stage.FINISHED
    if detail.finishing_until and detail.finishing_until > timezone.now():
        return Stage.FINISHING
    if not detail.template_name:
        return Stage.CHOOSING
    return Stage.FILLING if _usable(detail) else Stage.TEMPLATE_GONE


# --- Choosing ---------------------------------------------------------------------------------


def candidates(filling: Filling, extra: str = "") -> QuerySet[DocumentTemplate]:
    """The templates the person may choose among; none where the program named one.

    `extra` is the id of a datasource searched beside the session's own. Raises
    DATASOURCE_NOT_FOUND unless it was granted to the program that opened the session.
    """
    sources = _datasources(filling, extra)
    selection = filling.selection
    if not selection.picker:
        return templates.find_templates(filling.owner, sources, ids=())
    return templates.find_templates(filling.owner, sources, tags=selection.tags)


def choices(
    filling: Filling, *, words: str, tags: Sequence[str], extra: str, offset: int, limit: int
) -> Choices:
    """Some of the templates to choose from, searched by words of the name and by tags.

    Raises INPUT_CONFLICTS where there is nothing to choose, FORM_FINISHED.
    """
    _ensure_open(filling)
    everything = _choosable(filling, extra)
    found = everything
    if words or tags:
        chosen = templates.find_templates(
            filling.owner,
            _datasources(filling, extra),
            words=words,
            tags=[tags] if tags else (),
            ids=list(everything.values_list("guid", flat=True)),
        )
        found = chosen
    return Choices(
        templates=list(found[offset : offset + limit]),
        total=found.count(),
        tags=templates.tags_of(everything),
    )


def choose(filling: Filling, template_id: str, extra: str = "") -> None:
    """Takes a template. What was typed stays where the new form has a place for it.

    Raises TEMPLATE_NOT_FOUND, INPUT_CONFLICTS where the program named one, FORM_FINISHED.
    """
    _ensure_open(filling)
    guid = parse_guid(template_id)
    found = _choosable(filling, extra).filter(guid=guid).first() if guid else None
    if found is None:
        raise PortalError(ErrorCode.TEMPLATE_NOT_FOUND, at="template")
    detail, version = filling.detail, templates.published(found)
    typed = [detail.values] if detail.template_name else []
    detail.template, detail.version, detail.template_name = found, version, found.name
    detail.values = form_values.initial(filling.form, detail.language, detail.forms, *typed)
    open_rows = ConnectDetail.objects.filter(pk=detail.pk, finished_at=None)
    changed = open_rows.update(
        template=found,
        version=version,
        template_name=found.name,
        values=detail.values,
        draft_number=F("draft_number") + 1,
    )
    if not changed:
        raise PortalError(ErrorCode.FORM_FINISHED)
    detail.refresh_from_db(fields=["draft_number"])


def _choosable(filling: Filling, extra: str) -> QuerySet[DocumentTemplate]:
    if not filling.selection.picker:
        raise PortalError(
            ErrorCode.INPUT_CONFLICTS, "The calling system has chosen the template.", at="template"
        )
    return candidates(filling, extra)


def _datasources(filling: Filling, extra: str) -> list[Datasource]:
    own = filling.detail.datasource
    if not extra or extra.lower() == str(own.guid):
        return [own]
    return [own, templates.datasource(filling.owner, extra)]


# --- The draft --------------------------------------------------------------------------------


def save_draft(filling: Filling, number: int, values: Json) -> None:
    """Keeps what was typed, unchecked, if `number` is still that of the newest draft.

    Raises DRAFT_OUTDATED with the newer draft, so that nothing is lost, and FORM_FINISHED.
    """
    detail, now = filling.detail, timezone.now()
    rows = ConnectDetail.objects.filter(pk=detail.pk, draft_number=number, finished_at=None)
    if not rows.update(values=values, draft_number=F("draft_number") + 1, draft_saved_at=now):
        detail.refresh_from_db()
        _ensure_open(filling)
        raise _outdated(detail)
    detail.values, detail.draft_number, detail.draft_saved_at = values, number + 1, now


def add_picture(filling: Filling, stream: workfiles.Readable) -> WorkFile:
    """Takes a picture for the form; it lives as long as the session.

    Raises FORM_FINISHED, DOCUMENT_TOO_LARGE, also when the form has too many, and
    FORMAT_UNSUPPORTED.
    """
    _ensure_open(filling)
    taken = filling.detail.pictures.aggregate(count=Count("pk"), size=Sum("work_file__blob__size"))
    left = MOST_PICTURE_BYTES - (taken["size"] or 0)
    if taken["count"] >= MOST_PICTURES or left <= 0:
        raise PortalError(
            ErrorCode.DOCUMENT_TOO_LARGE,
            f"A form takes {MOST_PICTURES} pictures, of {MOST_PICTURE_BYTES} bytes in all.",
            at="body",
            limit=MOST_PICTURE_BYTES,
        )
    session = filling.session
    work_file = workfiles.upload(
        filling.owner,
        stream,
        keep=session.ends_at - session.created_at,
        limit=min(PICTURE_BYTES, left),
    )
    ConnectPicture.objects.create(detail=filling.detail, work_file=work_file)
    _ensure_picture(work_file)
    return work_file


def picture(filling: Filling, file_id: str) -> WorkFile:
    """A picture of the form: put in by the person or named by the program.

    Raises WORK_FILE_NOT_FOUND, FORMAT_UNSUPPORTED.
    """
    work_file = workfiles.get(filling.owner, file_id)
    _ensure_picture(work_file)
    return work_file


def _ensure_picture(work_file: WorkFile) -> None:
    if work_file.extension not in PICTURES:
        raise PortalError(
            ErrorCode.FORMAT_UNSUPPORTED,
            f"A picture must be one of {', '.join(PICTURES)}.",
            at="body",
            expected=list(PICTURES),
        )


def preview(filling: Filling, values: Json, *, page: int, width: int) -> PagePreview:
    """A page of the document as it would be with these values, valid or not."""
    _ensure_open(filling)
    detail, version = filling.detail, _version(filling.detail)
    return filler.preview(
        filling.owner,
        version,
        form_values.with_hidden(version.form, detail.data, values),
        data=detail.data,
        language=detail.language,
        client=filling.session.client,
        page=page,
        width=width,
    )


# --- Finishing --------------------------------------------------------------------------------


def complete(filling: Filling, number: int, values: Json) -> None:
    """Makes the document of these values, once: whoever comes later finds it made.

    Raises FORM_INVALID with `errors`, DRAFT_OUTDATED, TEMPLATE_GONE, NOT_READY while another
    request makes it, and what filling raises; then the form stays open.
    """
    detail = filling.detail
    if detail.finished_at:
        return
    version = _version(detail)
    cleaned = clean(filling.form, values, detail.language)
    refuse([*cleaned.errors, *_missing_pictures(filling, cleaned.values)])
    now = timezone.now()
    free = Q(finishing_until=None) | Q(finishing_until__lte=now)
    rows = ConnectDetail.objects.filter(free, pk=detail.pk, draft_number=number, finished_at=None)
    if not rows.update(finishing_until=now + _LEASE):
        detail.refresh_from_db()
        if detail.finished_at:
            return
        if detail.finishing_until and detail.finishing_until > now:
            raise PortalError(ErrorCode.NOT_READY)
        raise _outdated(detail)
    try:
        _finish(filling, version, cleaned.values)
    except BaseException:
        ConnectDetail.objects.filter(pk=detail.pk, finished_at=None).update(finishing_until=None)
        raise


def _finish(filling: Filling, version: TemplateVersion, values: Json) -> None:
    detail, session = filling.detail, filling.session
    filled = filler.fill(
        filling.owner,
        version,
        form_values.with_hidden(version.form, detail.data, values),
        data=detail.data,
        language=detail.language,
        client=session.client,
    )
    with transaction.atomic():
        document = workfiles.hand_out(
            session.client,
            filled.blob,
            extension=filled.extension,
            name=f"{detail.template_name}.{filled.extension}",
            keep=session.ends_at - session.created_at,
        )
        now = timezone.now()
        rows = ConnectDetail.objects.filter(pk=detail.pk, finished_at=None)
        if not rows.update(finished_at=now, finishing_until=None, document=document, values=values):
            # It took longer than the lease, and another request was faster.
            document.delete()
            detail.refresh_from_db()
            return
        webhooks.send(
            session.client,
            COMPLETED,
            {
                "sessionId": filling.identity,
                "datasourceId": str(detail.datasource.guid),
                "templateId": str(version.template.guid),
                "templateName": detail.template_name,
                "templateVersion": version.number,
                "result": document.file_id,
                "completedAt": now.isoformat(),
                "expiresAt": session.expires_at.isoformat(),
            },
        )
    detail.refresh_from_db()
    results.prepare(_filled(filling), session.client)


def result(filling: Filling, format: str, *, seconds: float) -> results.Made:
    """The finished document in one of `results.FORMATS`.

    Raises FORM_NOT_FINISHED, NOT_READY, and why a PDF could not be made.
    """
    return results.as_format(
        _filled(filling), format, client=filling.session.client, seconds=seconds
    )


def file_stem(filling: Filling) -> str:
    """What the result is called, without its extension."""
    return workfiles.clean_name(filling.detail.template_name) or "document"


def _filled(filling: Filling) -> filler.Filled:
    document = filling.detail.document
    if document is None:
        raise PortalError(ErrorCode.FORM_NOT_FINISHED)
    return filler.Filled(document.blob, [])


def return_url(filling: Filling) -> str:
    """Where the person is sent back to, with the session and its result; blank for nowhere."""
    registered, document = filling.session.client.return_url, filling.detail.document
    if not registered or document is None:
        return ""
    parts = urlsplit(registered)
    query = parse_qsl(parts.query, keep_blank_values=True)
    query += [("sessionId", filling.identity), ("result", document.file_id)]
    return urlunsplit(parts._replace(query=urlencode(query)))


# --- Parts ------------------------------------------------------------------------------------


def _ensure_open(filling: Filling) -> None:
    if filling.detail.finished_at:
        raise PortalError(ErrorCode.FORM_FINISHED)


def _usable(detail: ConnectDetail) -> bool:
    try:
        _version(detail)
    except PortalError:
        return False
    return True


def _version(detail: ConnectDetail) -> TemplateVersion:
    """The version being filled in. Raises INPUT_CONFLICTS before the choice, TEMPLATE_GONE."""
    if not detail.template_name:
        raise PortalError(ErrorCode.INPUT_CONFLICTS, "No template is chosen yet.", at="template")
    if detail.template is None or detail.version is None:
        raise PortalError(ErrorCode.TEMPLATE_GONE)
    templates.published(detail.template)  # raises where it is offered to nobody any more
    return detail.version


def _outdated(detail: ConnectDetail) -> PortalError:
    saved = detail.draft_saved_at
    return PortalError(
        ErrorCode.DRAFT_OUTDATED,
        draft={
            "number": detail.draft_number,
            "saved_at": saved.isoformat() if saved else None,
            "values": detail.values,
        },
    )


def _missing_pictures(filling: Filling, values: Json) -> Iterator[FieldError]:
    """A fault for each picture that is no live picture of the program's."""
    for path, file_id in form_values.pictures(filling.form.fields, values):
        try:
            picture(filling, file_id)
        except PortalError as error:
            yield FieldError(path, "not_a_picture", error.detail)
