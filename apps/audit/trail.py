"""Writing the audit log, and forgetting what is too old."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from apps.audit.models import AuditEvent
from apps.core import batches
from apps.core.correlation import address, correlation_id

By = AuditEvent.By


def record(by: By, who: str, action: str, thing: Model | None = None, detail: str = "") -> None:
    """Adds an event; a part of the caller's transaction. No secret may stand in `detail`."""
    AuditEvent.objects.create(
        by=by,
        who=who[:150],
        action=action,
        kind=thing._meta.label_lower if thing else "",
        thing_id=str(thing.pk) if thing else "",
        thing=str(thing)[:200] if thing else "",
        detail=detail,
        address=address.get(),
        correlation_id=correlation_id.get(),
    )


def sweep() -> int:
    """Deletes events older than AUDIT_DAYS, oldest first; returns how many."""
    before = timezone.now() - timedelta(days=settings.AUDIT_DAYS)
    return batches.delete(AuditEvent.objects.filter(at__lt=before).order_by("at"))
