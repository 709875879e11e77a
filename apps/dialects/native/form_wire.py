"""The form page's JSON: a form session's state, the templates to choose from, the result."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from apps.connect import filling, results
from apps.connect.services import Filling
from apps.core.errors import ErrorCode, PortalError

Json = dict[str, Any]


def state(form: Filling, extra: str = "") -> Json:
    """All that the page needs: see `FormState` of the API reference."""
    detail, stage = form.detail, filling.stage(form)
    shows_form = stage in (filling.Stage.FILLING, filling.Stage.FINISHING)
    picks = form.selection.picker and detail.finished_at is None
    return {
        "state": stage.value,
        "template": _chosen(form) if detail.template_name else None,
        "form": form.form.to_json() if shows_form else None,
        "language": detail.language,
        "values": detail.values if shows_form else {},
        "draft": draft(form),
        "picker": {
            "allowed": picks,
            "total": filling.candidates(form, extra).count() if picks else 0,
        },
        "result": result(form) if detail.finished_at else None,
        "client": form.session.client.name,
        "expires_at": form.session.expires_at.isoformat(),
        "now": timezone.now().isoformat(),
    }


def _chosen(form: Filling) -> Json:
    template, version = form.detail.template, form.detail.version
    return {
        "id": str(template.guid) if template else None,
        "name": form.detail.template_name,
        "tags": [tag.name for tag in template.tags.all()] if template else [],
        "version": version.number if version else None,
    }


def draft(form: Filling) -> Json:
    """The number that the next save needs, and when the last one was."""
    saved = form.detail.draft_saved_at
    return {
        "number": form.detail.draft_number,
        "saved_at": saved.isoformat() if saved else None,
    }


def result(form: Filling) -> Json:
    """A finished form's document: how to get it, and where the person goes next."""
    detail = form.detail
    return {
        "reference": detail.document.file_id if detail.document else None,
        "name": detail.template_name,
        "formats": list(results.FORMATS),
        "finished_at": detail.finished_at.isoformat() if detail.finished_at else None,
        "return_url": filling.return_url(form) or None,
        "return_name": form.session.client.name,
    }


def choices(found: filling.Choices) -> Json:
    """A page of the templates to choose from."""
    return {
        "templates": [
            {
                "id": str(template.guid),
                "name": template.name,
                "tags": [tag.name for tag in template.tags.all()],
                "datasource": template.datasource.name,
            }
            for template in found.templates
        ],
        "total": found.total,
        "tags": found.tags,
    }


def preview(page: filling.PagePreview) -> str:
    """The header `Recto-Preview`: what of the document the image shows, as ASCII JSON."""
    shown = {
        "page": page.page,
        "pages": page.pages,
        "width": page.width,
        "height": page.height,
        "warnings": page.warnings[:20],
    }
    return json.dumps(shown, separators=(",", ":"))


def values_of(body: Json) -> Json:
    """`values`: an object. Raises INPUT_INVALID."""
    return _typed(body, "values", dict, "object")  # type: ignore[no-any-return]


def number_of(body: Json, name: str, *, default: int | None = None, most: int = 2**31 - 1) -> int:
    """A whole number from 0 on. Raises INPUT_INVALID."""
    if default is not None and name not in body:
        return default
    number: int = _typed(body, name, int, "integer")
    if isinstance(number, bool) or not 0 <= number <= most:
        raise _invalid(name, "integer")
    return number


def text_of(body: Json, name: str) -> str:
    """A string. Raises INPUT_INVALID."""
    return _typed(body, name, str, "string")  # type: ignore[no-any-return]


def _typed(body: Json, name: str, kind: type, called: str) -> Any:
    if not isinstance(body.get(name), kind):
        raise _invalid(name, called)
    return body[name]


def _invalid(name: str, called: str) -> PortalError:
    return PortalError(
        ErrorCode.INPUT_INVALID,
        f"`{name}` must be of the type {called}.",
        at=name,
        expected={"type": called},
    )
