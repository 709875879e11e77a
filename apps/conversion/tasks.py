"""Wake-up calls and scheduled work of the conversion."""

from celery import shared_task
from celery.signals import worker_ready

from apps.conversion import eviction, jobs, leases
from apps.core import rounds
from apps.workfiles import nearby


@shared_task(name="conversion.work")
def work() -> None:
    """Runs what is queued."""
    jobs.work()


@shared_task(name="conversion.nudge")
def nudge() -> None:
    """Takes back lapsed jobs and wakes workers."""
    leases.nudge()


@shared_task(name="conversion.evict")
def evict() -> None:
    """Keeps the cache within its bounds, and no documents of jobs that were cut off."""
    eviction.evict()
    eviction.sweep_directories()


@worker_ready.connect
def _begin_rounds(**_: object) -> None:
    rounds.begin(leases.renew, seconds=leases.RENEWAL_SECONDS, name="leases")
    rounds.begin(nearby.forget, seconds=nearby.ROUND_SECONDS, name="nearby")
