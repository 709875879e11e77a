"""The administration's forms."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.document_templates.models import Datasource, DocumentTemplate

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")


class WordsField(forms.CharField):
    """A list, written with commas."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextInputWidget(), **options)

    def prepare_value(self, value: Any) -> Any:
        """As people write it."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """As it is stored."""
        words = [word.strip() for word in str(value or "").split(",")]
        return [word for word in words if word]


class LanguagesField(WordsField):
    """Language codes."""

    def to_python(self, value: Any) -> Any:
        """Raises ValidationError for what is no code."""
        codes = super().to_python(value)
        if bad := [code for code in codes if not _LANGUAGE.fullmatch(code)]:
            raise forms.ValidationError(f"“{bad[0]}” is no language code; write for example de-CH.")
        return codes


class DatasourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A library of templates."""

    languages = LanguagesField(
        help_text="Codes of the languages documents are made in, such as de-CH, fr-CH."
    )

    class Meta:
        model = Datasource
        fields: list[str] = []  # the admin's fieldsets decide
        help_texts = {
            "default_language": "How dates and numbers are written unless the program says.",
            "clients": "Programs that may use the templates of this library.",
        }

    def clean_default_language(self) -> str:
        """A language code."""
        code: str = self.cleaned_data["default_language"].strip()
        if not _LANGUAGE.fullmatch(code):
            raise forms.ValidationError("Write a language code such as de-CH.")
        return code


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A template that exists."""

    tags = WordsField(help_text="Programs find templates by these. Separate them with commas.")
    languages = LanguagesField(help_text="Empty: all languages of the library.")

    class Meta:
        model = DocumentTemplate
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "tags" in self.fields and self.instance.pk:
            self.initial["tags"] = [tag.name for tag in self.instance.tags.all()]


class NewTemplateForm(forms.Form):
    """A Word file to begin with."""

    file = forms.FileField(
        label="Word file",
        help_text="A .docx with marks such as {{ Name }}, or with content controls.",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".docx"}),
    )
    datasource = forms.ModelChoiceField(
        Datasource.objects.all(), widget=UnfoldAdminSelectWidget(), empty_label=None
    )
    name = forms.CharField(
        max_length=150,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Empty: the file's name.",
    )
    tags = WordsField(help_text="Programs find templates by these. Separate them with commas.")


class NewFileForm(forms.Form):
    """Another Word file for a template."""

    file = forms.FileField(
        label="Word file", widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".docx"})
    )
