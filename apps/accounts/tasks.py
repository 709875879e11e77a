"""Scheduled work."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from apps.accounts import tries


@shared_task(name="accounts.sweep")
def sweep() -> None:
    """Forgets tries that count no longer, and sessions of people that have expired."""
    tries.sweep()
    SessionStore.clear_expired()
