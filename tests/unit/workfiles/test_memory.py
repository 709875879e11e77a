"""An upload of any size needs no more memory than a small one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.prepared import prepare

PROJECT = Path(__file__).resolve().parents[3]
LIMIT_MIB = 64
_UPLOAD = """
import resource, sys
import django
django.setup()
from datetime import timedelta
from apps.workfiles import services
from tests import factories, fakes

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

factories.work_file()
before = peak()
size = 2 * 1024**3
work_file = services.upload(factories.actor(), fakes.Endless(size), keep=timedelta(days=1))
assert work_file.blob.size == size
print(peak() - before)
"""


def test_two_gibibytes_stream_through(tmp_path: Path) -> None:
    """Exactly MAX_UPLOAD_BYTES, made on the fly, in a process of its own."""
    prepare(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", _UPLOAD],
        cwd=PROJECT,
        env=os.environ | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    for blob in (tmp_path / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout.split()[-1]) < LIMIT_MIB
