"""The administration's forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from apps.clients.models import ApiClient, Scope

DAY_CHOICES = [("", "never"), ("30", "30 days"), ("90", "90 days"), ("365", "one year")]


class ScopesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Scopes as checkboxes, each with what it allows."""

    def __init__(self, label: str, help_text: str) -> None:
        super().__init__(
            Scope.objects.all(),
            label=label,
            help_text=help_text,
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        )

    def label_from_instance(self, obj: Any) -> str:
        """The wire spelling, and the description for people."""
        return format_html(
            '<span class="whitespace-normal"><strong>{}</strong> {}</span>',
            obj.name,
            obj.description,
        )


class ApiClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """A client with its scopes as checkboxes."""

    scopes = ScopesField("Scopes", "What the client may do.")
    default_scopes = ScopesField(
        "Default scopes",
        "What a token request that names no scope is granted. Most programs name their scopes; "
        "tick here for those that do not.",
    )

    class Meta:
        model = ApiClient
        fields: list[str] = []  # the admin's fieldsets decide

    def clean(self) -> dict[str, Any]:
        """Default scopes must be scopes of the client."""
        cleaned = super().clean() or self.cleaned_data
        allowed = set(cleaned.get("scopes") or ())
        if foreign := [
            scope for scope in cleaned.get("default_scopes") or () if scope not in allowed
        ]:
            names = ", ".join(scope.name for scope in foreign)
            self.add_error("default_scopes", f"Tick these under Scopes, too: {names}.")
        return cleaned


class LabelForm(forms.Form):
    """Where a new credential is going to be used."""

    label = forms.CharField(
        max_length=100,
        required=False,
        help_text="Where it is used, for example: web shop, production.",
        widget=UnfoldAdminTextInputWidget(),
    )


class CredentialForm(LabelForm):
    """What an administrator says about a new secret or access key."""

    days = forms.ChoiceField(
        label="Expires after",
        choices=DAY_CHOICES,
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )


class RevokeForm(forms.Form):
    """How far a revocation goes."""

    end_tokens = forms.BooleanField(
        label="Also end the client's access tokens",
        required=False,
        initial=True,
        help_text="A token does not know its secret. A client with another live secret simply "
        "asks for a new token.",
        widget=UnfoldBooleanWidget(),
    )
