"""The suite's lock on a document: a name it chose, for 30 minutes, one conditional UPDATE a step.

Source: "Lock", "Unlock", "RefreshLock", "UnlockAndRelock", "GetLock" of Microsoft's WOPI pages.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from apps.core.errors import ErrorCode, PortalError
from apps.editing.models import EditedDocument, OfficeFile

LIFE = timedelta(minutes=30)
LONGEST = 1024


def lock(file: OfficeFile, name: str) -> None:
    """Takes the lock, or renews it where it has this name. Raises DOCUMENT_LOCKED with `lock`.

    Whoever takes it knows the version that is newest then; whoever had it when it lapsed and takes
    it again knows the one it knew.
    """
    now = timezone.now()
    head = EditedDocument.objects.filter(pk=OuterRef("pk")).values("head")
    free = Q(locked_until=None) | Q(locked_until__lte=now) | Q(lock=name)
    taken = _rows(file).filter(free).update(
        base=Case(When(lock=name, then=F("base")), default=Subquery(head)),
        lock=name,
        locked_until=now + LIFE,
    )  # fmt: skip
    _require(file, taken)


def refresh(file: OfficeFile, name: str) -> None:
    """Renews the lock. Raises DOCUMENT_LOCKED, with a blank `lock` where there is none."""
    _require(file, _held(file, name).update(locked_until=timezone.now() + LIFE))


def relock(file: OfficeFile, name: str, *, old: str) -> None:
    """Gives the lock another name. Raises as :func:`refresh` does."""
    _require(file, _held(file, old).update(lock=name, locked_until=timezone.now() + LIFE))


def unlock(file: OfficeFile, name: str) -> None:
    """Gives the lock back. Raises as :func:`refresh` does."""
    _require(file, _held(file, name).update(lock="", locked_until=None))


def holder(file: OfficeFile) -> str:
    """The name of the lock; blank where there is none."""
    live = _rows(file).filter(locked_until__gt=timezone.now())
    return live.values_list("lock", flat=True).first() or ""


def free(holder: str) -> Q:
    """Which documents may be written: under the lock `holder`, or where no suite has one."""
    live = OfficeFile.objects.filter(locked_until__gt=timezone.now())
    if holder:
        return Q(pk__in=live.filter(lock=holder).values("pk"))
    return ~Q(pk__in=live.values("pk"))


def mismatch(holder: str, detail: str = "") -> PortalError:
    """The lock is another than the one that was named."""
    reason = "The document is locked." if holder else "The document is not locked."
    return PortalError(ErrorCode.DOCUMENT_LOCKED, detail or reason, lock=holder)


def _rows(file: OfficeFile) -> QuerySet[OfficeFile]:
    return OfficeFile.objects.filter(pk=file.pk)


def _held(file: OfficeFile, name: str) -> QuerySet[OfficeFile]:
    return _rows(file).filter(lock=name, locked_until__gt=timezone.now())


def _require(file: OfficeFile, changed: int) -> None:
    if not changed:
        raise mismatch(holder(file))
