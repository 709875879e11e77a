"""The Celery application. Tasks are found in each app's tasks.py; the schedule is in settings."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

from celery import Celery, Task
from celery.signals import task_prerun
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# The portal says so itself, in one line (portal/run.py).
warnings.filterwarnings("ignore", message="You're running the worker with superuser")
TRANSPORT_ALIASES["filesystem"] = "portal.broker:Transport"


class PortalTask(Task):  # type: ignore[type-arg]
    """A task that goes on under the correlation id and in the trace of who sent it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Carries the task out."""
        from apps.core import tracing
        from apps.core.correlation import correlation_id
        from apps.tallies import store

        store.begin()
        sent_by = getattr(self.request, "correlation", None) or "-"
        token = correlation_id.set(sent_by)
        parent = getattr(self.request, "traceparent", None) or ""
        try:
            with tracing.span(self.name, "CONSUMER", parent=parent):
                return self.run(*args, **kwargs)
        finally:
            correlation_id.reset(token)


app = Celery("portal", task_cls=PortalTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery would close a thread's database connection before and after each task.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@task_prerun.connect
def _replace_what_is_broken(sender: Any, **_: object) -> None:
    from django.db import close_old_connections

    if not sender.request.is_eager:
        close_old_connections()
