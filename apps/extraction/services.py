"""Extraction sessions for the programs and pages that open them: start, resume, end, find.

What is done with documents in them stands in `documents`.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest, is_token, new_guid, new_token
from apps.core.queue import enqueue
from apps.document_sessions import services as sessions
from apps.document_sessions.lifecycle import LIVE, Lifetime
from apps.document_sessions.models import DocumentSession
from apps.envelopes import services as envelopes
from apps.extraction import clearing
from apps.extraction.models import ExtractionDetail
from apps.extraction.vault import Keyring

EXTRACT = DocumentSession.Kind.EXTRACT
SCOPE = "sessions:write"
_HANDLE = 16
# What the service says when a session cannot be continued; `start` then opens a new one.
_NOT_CONTINUED = {
    ErrorCode.SESSION_NOT_FOUND,
    ErrorCode.SESSION_EXPIRED,
    ErrorCode.SESSION_STOPPED,
    ErrorCode.SESSION_KEY_WRONG,
}


@dataclass(frozen=True, slots=True)
class CreateEnvelope:
    """A new envelope for the session."""

    label: str = ""
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class AttachEnvelope:
    """An envelope that exists, with the key that was told when it was created."""

    id: str
    key: str = field(repr=False)
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller says of a session.

    `timeout` is its idle time in seconds. `keys` are the session keys that came along, by the
    handle of their partition (`handle_of`).
    """

    partition: str = ""
    identity: str = ""
    timeout: int | None = None
    envelope: CreateEnvelope | AttachEnvelope | None = None
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Extraction:
    """A live session with its keys, and the actor who uses it."""

    actor: Actor
    identity: str
    session: DocumentSession
    detail: ExtractionDetail
    keyring: Keyring

    @property
    def client(self) -> ApiClient:
        """The session's client."""
        return self.session.client


@dataclass(slots=True)
class Started:
    """A session that was started or resumed. `key` is its new session key, told this once.

    `envelope_key` is blank unless an envelope was created.
    """

    extraction: Extraction
    resumed: bool
    key: str = field(repr=False)
    envelope_key: str = field(default="", repr=False)


def handle_of(detail: ExtractionDetail) -> str:
    """What a partition is called where its digest would be too long: in a cookie's name."""
    return detail.partition[:_HANDLE]


def start(actor: Actor, wanted: Wanted, *, dialect: str) -> Started:
    """Continues the session that is named, if it can be continued; else opens a new one.

    Raises SCOPE_MISSING, QUOTA_EXCEEDED, ENVELOPE_ON_RESUME, ENVELOPE_NOT_FOUND, ENVELOPE_DENIED.
    """
    _require_scopes(actor, wanted)
    if wanted.identity:
        try:
            found = _continued(actor, wanted)
        except PortalError as error:
            if error.code not in _NOT_CONTINUED:
                raise
        else:
            if wanted.envelope is not None:
                raise PortalError(ErrorCode.ENVELOPE_ON_RESUME, at="envelope")
            try:
                return _resumed(found, wanted)
            except PortalError as error:
                if error.code not in _NOT_CONTINUED:
                    raise
    return _opened(actor, wanted, dialect=dialect)


def resume(actor: Actor, wanted: Wanted) -> Started:
    """Continues a session. It never opens one.

    Raises SCOPE_MISSING, INPUT_MISSING, ENVELOPE_ON_RESUME, SESSION_NOT_FOUND (also for another
    partition), SESSION_EXPIRED, SESSION_STOPPED, SESSION_KEY_WRONG.
    """
    _require_scopes(actor, wanted)
    if not wanted.identity:
        raise PortalError(
            ErrorCode.INPUT_MISSING, "`sessionId` names the session to resume.", at="sessionId"
        )
    if wanted.envelope is not None:
        raise PortalError(ErrorCode.ENVELOPE_ON_RESUME, at="envelope")
    return _resumed(_continued(actor, wanted), wanted)


def find(actor: Actor, identity: str, keys: Mapping[str, str]) -> Extraction:
    """The actor's live session; a use of it, so that its expiry moves.

    A public client has to hold the session's key. Raises SCOPE_MISSING, SESSION_NOT_FOUND,
    SESSION_EXPIRED, SESSION_STOPPED, SESSION_KEY_WRONG.
    """
    actor.require(SCOPE)
    session, detail = _look_up(actor, identity)
    if session.client.is_public:
        _check_key(detail, keys)
    sessions.touch(session)
    return Extraction(actor, identity, session, detail, Keyring.unwrap(detail.keyring, identity))


def end(actor: Actor, identity: str, keys: Mapping[str, str]) -> str:
    """Ends a session and destroys its keys; returns its partition's handle, blank for none.

    Ending one that is over, or that never was, changes nothing. Raises SCOPE_MISSING,
    SESSION_KEY_WRONG.
    """
    actor.require(SCOPE)
    try:
        session, detail = _look_up(actor, identity)
    except PortalError as error:
        if error.code not in _NOT_CONTINUED:
            raise
        return ""
    if session.client.is_public:
        _check_key(detail, keys)
    over(Extraction(actor, identity, session, detail, Keyring.unwrap(detail.keyring, identity)))
    return handle_of(detail)


def over(extraction: Extraction) -> None:
    """Ends a session: from now on nobody can read what was in it, and its files are removed."""
    if extraction.detail.envelope is not None:
        with suppress(PortalError):  # it may have ended, or the access been revoked
            envelopes.detach(attached(extraction))
    with transaction.atomic():  # nobody is told of a session whose keys are still there
        sessions.stop(extraction.session, status=400, message="The session was ended.")
        clearing.destroy_keys(extraction.detail)
    enqueue("extraction.sweep")


def attached(extraction: Extraction) -> envelopes.Attached:
    """The session's envelope, looked at anew: grants, retention and scopes may have changed.

    Raises ENVELOPE_MISSING where the session has none, ENVELOPE_NOT_FOUND, ENVELOPE_DENIED and
    SCOPE_MISSING.
    """
    envelope = extraction.detail.envelope
    if envelope is None or not extraction.keyring.envelope:
        raise PortalError(ErrorCode.ENVELOPE_MISSING)
    return envelopes.reattach(
        extraction.actor,
        envelope.pk,
        extraction.keyring.envelope,
        access="write" if extraction.detail.envelope_access == "write" else "read",
        subject=extraction.detail.envelope_subject,
    )


# --- One document without a session -------------------------------------------------------------


def open_single(actor: Actor, *, dialect: str) -> Extraction:
    """A session for one document. Its id is the request's id, told to the caller only.

    Raises SCOPE_MISSING, QUOTA_EXCEEDED.
    """
    actor.require(SCOPE)
    return _create(actor, Wanted(), Keyring.new(), dialect=dialect, single=True)[0]


def find_single(actor: Actor, identity: str) -> Extraction:
    """What stands in for the session of a single document.

    Raises REQUEST_NOT_FOUND alike for an unknown, an expired and a foreign one.
    """
    actor.require(SCOPE)
    identity = identity.lower()
    try:
        session, detail = _look_up(actor, identity)
    except PortalError as error:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND) from error
    if not detail.single:
        raise PortalError(ErrorCode.REQUEST_NOT_FOUND)
    sessions.touch(session)
    return Extraction(actor, identity, session, detail, Keyring.unwrap(detail.keyring, identity))


# --- Parts --------------------------------------------------------------------------------------


def _require_scopes(actor: Actor, wanted: Wanted) -> None:
    actor.require(SCOPE)
    if isinstance(wanted.envelope, CreateEnvelope):
        actor.require("envelopes:create")
    elif wanted.envelope is not None:
        actor.require("envelopes:read")


def _look_up(actor: Actor, identity: str) -> tuple[DocumentSession, ExtractionDetail]:
    session = sessions.find(actor, identity, kinds=(EXTRACT,))
    detail = ExtractionDetail.objects.select_related("envelope").filter(session=session).first()
    if detail is None or not detail.keyring:
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    return session, detail


def _continued(actor: Actor, wanted: Wanted) -> Extraction:
    """The session that is named, if it is this client's, of this partition, and the key fits."""
    session, detail = _look_up(actor, wanted.identity)
    partition = _partition(session.client, wanted.partition)
    if detail.single or not hmac.compare_digest(detail.partition, partition):
        raise PortalError(ErrorCode.SESSION_NOT_FOUND)
    # A confidential client need not send the key; one that it sends has to be right.
    if session.client.is_public or handle_of(detail) in wanted.keys:
        _check_key(detail, wanted.keys)
    keyring = Keyring.unwrap(detail.keyring, wanted.identity)
    return Extraction(actor, wanted.identity, session, detail, keyring)


def _check_key(detail: ExtractionDetail, keys: Mapping[str, str]) -> None:
    key = keys.get(handle_of(detail), "")
    if not is_token(key) or not hmac.compare_digest(digest(key), detail.key_digest):
        raise PortalError(ErrorCode.SESSION_KEY_WRONG)


def _resumed(found: Extraction, wanted: Wanted) -> Started:
    """Gives out a new key in place of the one that was shown.

    The windows of one browser share a key for each partition: all their sessions get the new one.
    Of two that resume at once the second comes with a key that is no longer right.
    """
    key, detail = new_token(), found.detail
    rows = ExtractionDetail.objects.filter(pk=detail.pk)
    if handle_of(detail) in wanted.keys:
        rows = ExtractionDetail.objects.filter(
            partition=detail.partition, key_digest=detail.key_digest
        )
    if not rows.update(key_digest=digest(key)):
        raise PortalError(ErrorCode.SESSION_KEY_WRONG)
    sessions.touch(found.session)
    return Started(found, resumed=True, key=key)


def _opened(actor: Actor, wanted: Wanted, *, dialect: str) -> Started:
    attached, envelope_key, envelope = None, "", wanted.envelope
    if isinstance(envelope, AttachEnvelope):
        # In a transaction of its own: that a key was refused stays in the envelope's audit trail.
        attached = envelopes.attach(actor, envelope.id, envelope.key, subject=envelope.subject)
    with transaction.atomic():
        if isinstance(envelope, CreateEnvelope):
            attached, envelope_key = envelopes.create(
                actor, label=envelope.label, retention_days=envelope.retention_days
            )
        keyring = Keyring.new(attached.data_key if attached else b"")
        extraction, key = _create(actor, wanted, keyring, attached, dialect=dialect)
    return Started(extraction, resumed=False, key=key, envelope_key=envelope_key)


def _create(
    actor: Actor,
    wanted: Wanted,
    keyring: Keyring,
    attached: envelopes.Attached | None = None,
    *,
    dialect: str,
    single: bool = False,
) -> tuple[Extraction, str]:
    client = actor.require_client()
    maximum = timedelta(seconds=client.session_maximum_seconds)
    idle = timedelta(seconds=wanted.timeout or client.session_idle_seconds)
    partition = _partition(client, wanted.partition)
    key = _shared_key(client, partition, wanted.keys) or new_token()
    with transaction.atomic():
        session, identity = sessions.create(
            actor,
            kind=EXTRACT,
            dialect=dialect,
            lifetime=Lifetime(idle=min(idle, maximum), maximum=maximum),
            new_identity=new_guid if single else new_token,
        )
        detail = ExtractionDetail.objects.create(
            session=session,
            partition=partition,
            key_digest=digest(key),
            keyring=keyring.wrap(identity),
            envelope=attached.envelope if attached else None,
            envelope_access=attached.access if attached else "",
            envelope_subject=attached.subject if attached else "",
            single=single,
        )
    return Extraction(actor, identity, session, detail, keyring), key


def _partition(client: ApiClient, partition: str) -> str:
    return digest(f"{client.pk}\n{partition}")


def _shared_key(client: ApiClient, partition: str, keys: Mapping[str, str]) -> str:
    """The key this browser holds for the partition already, of a live session; else blank.

    A browser has one cookie for a partition: a second window must not shut out the first. Only a
    key that was given out here is taken over, never one that a caller made up.
    """
    key = keys.get(partition[:_HANDLE], "")
    if is_token(key) and _live(client).filter(partition=partition, key_digest=digest(key)).exists():
        return key
    return ""


def _live(client: ApiClient) -> QuerySet[ExtractionDetail]:
    return ExtractionDetail.objects.filter(
        session__client=client, session__state__in=LIVE, session__expires_at__gt=timezone.now()
    )


def parse_guid(text: str) -> uuid.UUID | None:
    """A GUID as a caller spells it; None for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
