"""Work of viewing sessions and packages."""

from celery import shared_task

from apps.viewing import packages, processes, services


@shared_task(name="viewing.fetch")
def fetch(session_pk: int) -> None:
    """Fetches the document a session names by URL."""
    services.fetch(session_pk)


@shared_task(name="viewing.fetch_package")
def fetch_package(package_pk: int) -> None:
    """Fetches the document a package names by URL."""
    packages.fetch(package_pk)


@shared_task(name="viewing.sweep")
def sweep() -> None:
    """Removes expired packages, and processes nobody can ask after."""
    packages.sweep()
    processes.sweep()
