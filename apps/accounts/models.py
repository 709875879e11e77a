"""People who sign in to the administration. Programs are `apps.clients`."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A custom user from day one, so that it can grow without a painful migration."""
