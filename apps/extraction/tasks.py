"""Wake-up calls and scheduled work of the extraction."""

from celery import shared_task
from celery.signals import worker_ready

from apps.core import rounds
from apps.extraction import clearing, jobs


@shared_task(name="extraction.work")
def work() -> None:
    """Advances requests that wait for nothing, also those whose worker was lost."""
    jobs.work()


@shared_task(name="extraction.sweep")
def sweep() -> None:
    """Removes what sessions that are over have left."""
    clearing.sweep()


@worker_ready.connect
def _begin_rounds(**_: object) -> None:
    rounds.begin(jobs.renew_leases, seconds=jobs.RENEWAL_SECONDS, name="extraction leases")
