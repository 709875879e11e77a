"""The rules need no framework: they can be run, and measured, alone."""

from __future__ import annotations

import subprocess
import sys

from tests.engine_process import PROJECT

_FOREIGN = ("django", "numpy", "requests", "urllib3", "celery")


def test_reading_imports_no_framework() -> None:
    script = (
        "import sys; import apps.extraction.reading;"
        f"print([name for name in {_FOREIGN!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
