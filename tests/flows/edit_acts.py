"""What racers do in the editor. Imported by `racer`, once Django is set up."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable

from apps.core.errors import PortalError
from apps.editing import saving, services, upkeep
from apps.editing.models import EditDetail, EditedDocument
from apps.editing.office import access, locks
from apps.editing.services import Editing
from apps.workfiles import services as workfiles
from apps.workfiles import storage
from tests.unit.editing.conftest import Partner


def edit_token() -> str:
    """A launch token of a new document."""
    return Partner().token()


def edit_launch(token: str) -> str:
    """GET /editor?apitoken=: the session's handle."""
    services.open_session(token, dialect="kudo")
    return "opened"


def edit_sessions(count: int) -> list[str]:
    """As many people on one new document: their sessions' handles."""
    partner = Partner()
    return [partner.open(userId=f"user {number}").handle for number in range(count)]


def edit_save(handle: str, text: str, expected: int) -> str:
    """PUT content: the name of the version that it was stored as."""
    try:
        return saving.save(
            _editing(handle), io.BytesIO(text.encode()), expected=expected, reason="autosave"
        ).label
    except PortalError as error:
        return str(error.data.get("kept", error.code))


def edit_draft(handle: str, text: str, expected: int) -> str:
    """PUT draft."""
    saving.keep_draft(_editing(handle), io.BytesIO(text.encode()), expected=expected)
    return "kept"


def edit_close(handle: str) -> str:
    """POST close."""
    saving.close(_editing(handle))
    return "closed"


def edit_sweep() -> int:
    """The scheduled work."""
    return upkeep.sweep()


def edit_look(handle: str) -> dict[str, str]:
    """Every version of the session's document, by name."""
    revisions = services.revisions(_editing(handle), limit=10_000)
    return {one.label: workfiles.read_all(one.work_file.blob).decode() for one in revisions}


def edit_head(handle: str) -> int:
    """The newest version's number."""
    return EditedDocument.objects.get(sessions__handle=handle).head


def edit_lock(handle: str, name: str) -> str:
    """An office suite's Lock: `locked`, or whose lock it is."""
    try:
        locks.lock(access.file_of(_editing(handle).document), name)
    except PortalError as error:
        return str(error.data["lock"])
    return "locked"


def edit_die(handle: str, text: str, expected: int, at: str) -> None:
    """A save in a process that is killed: `before` or `after` the bytes are stored."""
    put = storage.put

    def killed(*arguments: object) -> str:
        if at == "after":
            put(*arguments)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    storage.put = killed  # type: ignore[assignment]
    edit_save(handle, text, expected)


def _editing(handle: str) -> Editing:
    detail = EditDetail.objects.select_related("session__client", "document__client").get(
        handle=handle
    )
    return Editing(detail.session, detail, services.parameters_of(detail))


ACTS: dict[str, Callable[..., object]] = {
    act.__name__: act
    for act in (
        edit_token,
        edit_launch,
        edit_sessions,
        edit_save,
        edit_draft,
        edit_close,
        edit_sweep,
        edit_look,
        edit_head,
        edit_lock,
        edit_die,
    )
}
