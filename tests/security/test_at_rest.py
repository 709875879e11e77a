"""A bucket is told to encrypt what is put into it, if the installation wants that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.workfiles.bucket import Bucket
from tests.stack import PROJECT

AREA = "Documents at rest"
STORAGES = "import json, portal.settings as s; print(json.dumps(s.STORAGES['blobs'], default=str))"


def blobs(directory: Path, **environment: str) -> Any:
    """The storage of documents as an installation with this environment has it."""
    asked = subprocess.run(
        [sys.executable, "-c", STORAGES],
        cwd=PROJECT,
        env=os.environ | {"DATA_DIR": str(directory)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(asked.stdout)


@pytest.mark.parametrize("way", ["AES256", "aws:kms"])
def test_each_object_is_put_encrypted(tmp_path: Path, way: str) -> None:
    options = blobs(tmp_path, STORAGE_URL="s3://a:b@bucket", S3_ENCRYPTION=way)["OPTIONS"]
    assert Bucket(**options)._get_write_parameters("a")["ServerSideEncryption"] == way


def test_a_bucket_does_as_it_is_set_up(tmp_path: Path) -> None:
    options = blobs(tmp_path, STORAGE_URL="s3://a:b@bucket")["OPTIONS"]
    assert "ServerSideEncryption" not in Bucket(**options)._get_write_parameters("a")


def test_on_a_disk_nobody_else_reads_them(tmp_path: Path) -> None:
    assert blobs(tmp_path)["OPTIONS"]["file_permissions_mode"] == 0o600


@pytest.mark.django_db
def test_what_is_deleted_is_overwritten_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)
