"""Text that becomes a program wherever a page forgets to spell it as text."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from lxml import html

from apps.audit import trail

# Out of an attribute, out of an element, and out of a text in a script's quotes.
TEXT = (
    "'+trap(1)+'\"></script><img src=x onerror=trap(2)><svg onload=trap(3)><recto-trap>{{trap(4)}}"
)
URL = "javascript:trap(5)//"
# What the code itself reads, and what nobody but the code writes.
_KEPT = {
    *("access", "algorithm", "authorization_grant_type", "backend", "body", "client_id"),
    *("client_type", "codename", "default_language", "dialect", "digest", "engine"),
    *("error_code", "extension", "file_id", "format", "guid", "handle", "headers", "input"),
    *("key", "kind", "lane", "language", "last_step", "location", "media_type", "parameters"),
    *("password", "passwords", "prefix", "recipe", "sealed", "secret", "sha256", "state"),
    *("storage_name", "token", "token_checksum", "traceparent", "type", "what", "wrapped"),
}
_URLS = {"url", "return_url"}
_OWN = {"auth"}


def spread() -> int:
    """Puts it into every text of every row, in place of what stood there; how many."""
    count = 0
    for model in apps.get_models():
        label = model._meta.app_label
        own = apps.get_app_config(label).name.startswith("apps.") or label in _OWN
        if not own or model._meta.label == "audit.AuditEvent" or label == "tallies":
            continue
        for row in list(model._default_manager.all()):
            for field in model._meta.concrete_fields:
                poisoned = _poisoned(field, row)
                # Where the table itself takes no such text, there is none.
                with suppress(IntegrityError), transaction.atomic():
                    if poisoned is not None:
                        model._default_manager.filter(pk=row.pk).update(**{field.name: poisoned})
                        count += 1
        if first := model._default_manager.first():
            # The audit log takes no changes.
            trail.record(trail.By.NOBODY, TEXT, TEXT[:48], first, TEXT)
    return count


def _poisoned(field: Any, row: models.Model) -> Any:
    if field.primary_key or field.choices or field.name in _KEPT or field.is_relation:
        return None
    if "digest" in field.name or "sealed" in field.name:
        return None
    if isinstance(field, models.JSONField):
        return _in(getattr(row, field.name))
    if isinstance(field, models.CharField | models.TextField):
        return (URL if field.name in _URLS else TEXT) + str(row.pk)
    return None


def _in(value: Any, name: str = "") -> Any:
    """Texts inside a structure, less those that say what kind of thing something is."""
    if isinstance(value, dict):
        return {key: _in(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_in(one, name) for one in value]
    return TEXT if isinstance(value, str) and name not in {"kind", "key", "severity"} else value


def taken(page: str) -> list[str]:
    """What of it a page has made into elements, attributes or addresses that do something."""
    found = []
    for element in html.fromstring(page or "<html></html>").iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "recto-trap":
            found.append(element.tag)
        for name, value in element.attrib.items():
            acts = name.startswith("on") and "trap(" in value
            leads = name in ("href", "src", "action", "formaction", "data") and (
                value.strip().lower().startswith("javascript:")
            )
            if acts or leads:
                found.append(f"{name}={value}"[:80])
        if element.tag == "script" and "trap(" in (element.text or "") and not _is_data(element):
            found.append(f"script: {element.text}"[:80])
    return found


def _is_data(element: Any) -> bool:
    return element.get("type") in ("application/json", "text/template")
