"""The administration of prepared sessions."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin

from apps.audit.administration import ModelAdmin
from apps.connect.models import SessionTemplate


class SessionTemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A prepared session whose parts fit together."""

    class Meta:
        model = SessionTemplate
        fields: list[str] = []  # the admin's fieldsets decide

    def clean(self) -> dict[str, Any]:
        """The template is one of the datasource's; values are JSON objects."""
        cleaned = super().clean() or self.cleaned_data
        template, datasource = cleaned.get("template"), cleaned.get("datasource")
        if template and datasource and template.datasource_id != datasource.pk:
            self.add_error("template", f"This template is in the datasource {template.datasource}.")
        if template and cleaned.get("tags"):
            self.add_error("tags", "A template is named, so tags decide nothing; leave one out.")
        for name in ("forms", "data"):
            if name in cleaned and not _is_object(cleaned[name] or {}):
                self.add_error(name, "This must be a JSON object, such as {}.")
            cleaned[name] = cleaned.get(name) or {}
        return cleaned


def _is_object(value: object) -> bool:
    """Whether it is a JSON object; Python reads NaN and infinity, which JSON does not know."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return isinstance(value, dict)


@admin.register(SessionTemplate)
class SessionTemplateAdmin(ModelAdmin):
    """Sessions that programs open by name."""

    form = SessionTemplateForm
    list_display = ("name", "datasource", "template", "tags", "allow_picker", "language")
    list_filter = ("datasource",)
    list_select_related = ("datasource", "template")
    search_fields = ("name", "template__name", "tags")
    first_row = (
        "A prepared session is a form with its values that programs open by name, so that nobody "
        "has to write XML. It needs a datasource with a published template."
    )
    fieldsets = (
        (None, {"fields": ("datasource", "name")}),
        ("Template", {"fields": ("template", "tags", "allow_picker", "language")}),
        ("Values", {"fields": ("forms", "data")}),
    )
