"""The only door to Celery: work is named, and sent when the transaction has committed."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction

from apps.core.correlation import correlation_id
from apps.core.tracing import traceparent

logger = logging.getLogger(__name__)


def enqueue(name: str, *args: object) -> None:
    """Sends the task called `name` after commit.

    By name, so that a service needs no import of the task that calls it. A broker that cannot be
    reached is logged and not raised: the database holds the truth about what is to be done, and
    the schedule sends the wake-up again.
    """
    headers = {"correlation": correlation_id.get(), "traceparent": traceparent()}
    transaction.on_commit(partial(_send, name, args, headers))


def _send(name: str, args: tuple[object, ...], headers: dict[str, str]) -> None:
    if settings.CELERY_TASK_ALWAYS_EAGER:
        # send_task ignores eager mode.
        current_app.tasks[name].apply(args=args)
        return
    try:
        current_app.send_task(name, args=args, headers=headers, retry=False)
    except Exception:
        logger.exception("The broker did not take %s; the schedule will send it again", name)
