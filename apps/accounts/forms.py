"""The forms of signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES, UnfoldAdminTextInputWidget

from apps.accounts import factor, tries
from apps.accounts.models import User

WRONG_CODE = "This code is not right, or it was used before. Enter the one your device shows now."


class CodeWanted(Exception):  # no fault
    """The password is right; who it is must show a code, too."""

    def __init__(self, person: User) -> None:
        self.person = person


class SignInForm(AuthenticationForm):  # type: ignore[misc]  # unfold has no types
    """Name and password, a few times."""

    def clean(self) -> dict[str, Any]:
        """Raises CodeWanted where a password is not enough."""
        answers: dict[str, Any] = self.cleaned_data
        username = answers.get("username")
        if not username or not answers.get("password"):
            return answers
        tries.take(username)
        try:
            super().clean()
        except ValidationError:
            tries.failed(username)
            raise
        if settings.ADMIN_SECOND_FACTOR == "required" or factor.of(self.user_cache):
            raise CodeWanted(self.user_cache)
        tries.forgive(username)
        return answers


class CodeForm(forms.Form):
    """A code of one's device."""

    code = forms.CharField(
        max_length=40,
        widget=UnfoldAdminTextInputWidget(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "class": " ".join(BASE_INPUT_CLASSES),
                "spellcheck": "false",
            }
        ),
    )
