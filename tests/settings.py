"""The product's settings, with all state in a directory of this process's own.

pytest-django reads the settings before any conftest: what they are read from is set here.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_DATA_DIR = tempfile.mkdtemp(prefix="recto-tests-")
atexit.register(shutil.rmtree, _DATA_DIR, ignore_errors=True)
os.environ["DATA_DIR"] = _DATA_DIR
os.environ["ALLOWED_HOSTS"] = "localhost 127.0.0.1 testserver"
for _name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "STORAGE_URL", "SECRET_KEY", "PUBLIC_URL"):
    os.environ.pop(_name, None)
if _database := os.environ.get("TESTS_DATABASE_URL"):  # tests/flows/test_postgresql.py
    os.environ["DATABASE_URL"] = _database
os.environ.setdefault("LOG_LEVEL", "WARNING")
# For the programs that tests start; they are told their own directories.
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"

from portal.settings import *  # noqa: E402, F403
from portal.settings import DATABASES  # noqa: E402

# tests/conftest.py brings the tables, or the server has them.
DATABASES["default"]["TEST"] = {"MIGRATE": False, "TEMPLATE": "recto"}

TALLY_SECONDS = 0  # no thread writes to the tests' database
# Half a second a sign-in otherwise; the product's own is looked at in tests/security.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
