"""The Celery application. Tasks are found in each app's tasks.py; the schedule is in settings."""

from __future__ import annotations

import os
import warnings

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# The portal says so itself, in one line (portal/run.py).
warnings.filterwarnings("ignore", message="You're running the worker with superuser")
TRANSPORT_ALIASES["filesystem"] = "portal.broker:Transport"
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
