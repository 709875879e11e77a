"""Signing in and out, and failing to: Django tells of these by signals only."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from apps.audit import trail


@receiver(user_logged_in)
def _signed_in(user: Any, **_: Any) -> None:
    trail.record(trail.By.ADMIN, user.get_username(), "signed in", user)


@receiver(user_logged_out)
def _signed_out(user: Any, **_: Any) -> None:
    if user is not None:
        trail.record(trail.By.ADMIN, user.get_username(), "signed out", user)


@receiver(user_login_failed)
def _failed(credentials: dict[str, Any], **_: Any) -> None:
    tried = str(credentials.get("username", ""))
    trail.record(trail.By.NOBODY, tried, "failed to sign in")
