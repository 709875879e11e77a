"""Health: is the process alive, and is every part it needs ready."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.conversion import services as conversion

logger = logging.getLogger(__name__)
# An engine that is starting answers late; who asks for health does not wait for it.
_ENGINE_SECONDS = 2.0


def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part is ready, else 503; each part is named with its state.

    Anybody may ask: why a part is not ready is for the log, the administration and the doctor.
    """
    parts = {name: state(check) for name, check in CHECKS.items()}
    ready = all(part["ready"] for part in parts.values())
    for name, part in parts.items():
        if not part["ready"]:
            logger.warning("%s is not ready: %s", name, part["detail"])
            part["detail"] = "not ready"
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def state(check: Callable[[], str]) -> dict[str, object]:
    """What a check found, whether it could say so or raised."""
    try:
        return {"ready": True, "detail": check()}
    except Exception as error:
        return {"ready": False, "detail": str(error)[:300]}


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def _storage() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < settings.MAX_UPLOAD_BYTES // 8:
        raise RuntimeError(f"only {free // 1024**2} MiB are free below DATA_DIR")
    return f"{free // 1024**3} GiB free"


def _engine(name: str) -> Callable[[], str]:
    def check() -> str:
        answer = conversion.engine(name, seconds=_ENGINE_SECONDS)
        return f"{answer['version']}, {answer['mode']}, jail: {', '.join(answer['jail'])}"

    return check


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "storage": _storage,
    "engine-office": _engine("office"),
    "engine-pages": _engine("pages"),
    "engine-templates": _engine("templates"),
    "engine-ocr": _engine("ocr"),
}
