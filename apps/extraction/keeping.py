"""Keeping documents and data in the envelope of a session, so that they outlive it."""

from __future__ import annotations

import json
from typing import Any

from apps.clients.actors import Actor
from apps.envelopes import contents
from apps.envelopes import services as envelopes
from apps.extraction import vault
from apps.extraction.models import ExtractedDocument, ExtractionRequest
from apps.extraction.vault import Keyring
from apps.workfiles import services as workfiles

Json = dict[str, Any]


def keep(
    request: ExtractionRequest,
    document: ExtractedDocument,
    keyring: Keyring,
    actor: Actor,
    findings: Json,
) -> Json:
    """Puts the document and its data into the envelope that may be written; tells the items' ids.

    Without such an envelope nothing is told. Raises ENVELOPE_NOT_FOUND and ENVELOPE_DENIED for one
    that ended or was revoked meanwhile: a caller who counts on it has to know.
    """
    attached = _writable(request, keyring, actor)
    if attached is None:
        return {}
    work_file = document.work_file
    name = _name(document, keyring)
    original = contents.put(
        attached,
        name=name or f"document.{work_file.extension}",
        media_type=workfiles.describe(work_file).media_type,
        content=workfiles.read(work_file.blob),
        kind="document",
        meta={"sha256": work_file.blob.sha256},
    )
    return _with_data(attached, str(original.id), name, findings)


def keep_data(
    request: ExtractionRequest,
    document: ExtractedDocument,
    keyring: Keyring,
    actor: Actor,
    findings: Json,
) -> Json:
    """Puts a new version of the data beside the document; otherwise as :func:`keep`."""
    original = findings.get("envelopeItems", {}).get("document")
    attached = _writable(request, keyring, actor) if original else None
    if attached is None:
        return {}
    return _with_data(attached, original, _name(document, keyring), findings)


def _writable(
    request: ExtractionRequest, keyring: Keyring, actor: Actor
) -> envelopes.Attached | None:
    detail = request.detail
    if detail is None or detail.envelope is None or detail.envelope_access != "write":
        return None
    return envelopes.reattach(
        actor,
        detail.envelope.pk,
        keyring.envelope,
        access="write",
        subject=detail.envelope_subject,
    )


def _with_data(attached: envelopes.Attached, original: str, name: str, findings: Json) -> Json:
    data = contents.put(
        attached,
        name=f"{name or 'document'}.json",
        media_type="application/json",
        content=json.dumps(findings, allow_nan=False).encode(),
        kind="data",
        meta={"document": original},
    )
    return {"envelopeItems": {"document": original, "data": str(data.id)}}


def _name(document: ExtractedDocument, keyring: Keyring) -> str:
    return vault.decrypt(keyring.data, document.name, about=f"name {document.guid}").decode()
