"""The project package: composition root, no business code."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
