"""The API's description under several requests at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# In a process of its own: the fault shows while the first description is being made.
_ASK_AT_ONCE = """
import concurrent.futures, django
django.setup()
from django.test import Client
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    answers = list(pool.map(lambda _: Client().get("/api/schema/?format=json"), range(8)))
assert {answer.status_code for answer in answers} == {200}, answers
assert len({answer.content for answer in answers}) == 1
"""


def test_many_may_ask_for_the_reference_at_once(tmp_path: Path) -> None:
    settings = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    run = subprocess.run(
        [sys.executable, "-c", _ASK_AT_ONCE],
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-2000:]
