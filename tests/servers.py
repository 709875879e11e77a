"""The servers a larger installation puts in place of the embedded default, each real."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.prepared import CLUSTER, made
from tests.stack import free_port

_HASTY = (
    *("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"),
    *("max_wal_size=4GB", "maintenance_work_mem=256MB", "autovacuum=off", "shared_buffers=256MB"),
)
_BUCKET, _KEY, _SECRET = "portal", "key-of-the-tests", "secret-of-the-tests"


@contextmanager
def postgresql(
    directory: Path, *, port: int = 0, hasty: bool = False, tables: bool = False
) -> Iterator[str]:
    """A PostgreSQL server of its own; yields its DATABASE_URL.

    A directory that holds one already is served once more. A `hasty` one writes faster and would
    not survive a power cut. With `tables` it begins with the portal's.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed: `make setup-dev` installs it")
    data, port = directory / "postgresql", port or free_port()
    if tables and not data.exists():
        subprocess.run(["cp", "--archive", made(CLUSTER), data], check=True)
    new = not data.exists()
    data.mkdir(exist_ok=True)
    as_server: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(data, "postgres")
        for folder in (directory, *directory.parents[:-2]):
            folder.chmod(folder.stat().st_mode | 0o011)
        account = pwd.getpwnam("postgres")
        groups = ["--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]
        as_server = ["setpriv", *groups]
    command = [*as_server, str(programs[-1] / "initdb"), "-D", str(data), "-U", "portal"]
    if new:
        subprocess.run([*command, "--auth", "trust"], check=True, capture_output=True, cwd="/")
    serve = [*as_server, str(programs[-1] / "postgres"), "-D", str(data), "-p", str(port)]
    serve += [word for setting in (_HASTY if hasty else ()) for word in ("-c", setting)]
    serve += ["-k", str(data), "-h", "127.0.0.1"]
    # SIGINT: it waits for nobody who is connected.
    asked = [str(programs[-1] / "pg_isready"), "--quiet", "-h", "127.0.0.1", "-p", str(port)]
    # It listens before it lets anybody in.
    with _running(serve, lambda: not subprocess.run(asked).returncode, end=signal.SIGINT):
        create = [str(programs[-1] / "createdb"), "-h", "127.0.0.1", "-p", str(port)]
        if new:
            subprocess.run([*create, "-U", "portal", "recto"], check=True)
        yield f"postgres://portal@127.0.0.1:{port}/recto"


@contextmanager
def redis(directory: Path, *, port: int = 0) -> Iterator[str]:
    """A Redis server of its own, which remembers nothing; yields its URL."""
    program, port = shutil.which("redis-server"), port or free_port()
    if program is None:
        pytest.skip("Redis is not installed: `make setup-dev` installs it")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(directory)]
    with _running([*command, "--save", ""], lambda: _answers(port)):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def s3(directory: Path, *, ports: Sequence[int] = ()) -> Iterator[str]:
    """An S3 server of its own with a bucket; yields its STORAGE_URL.

    A directory that holds one already is served once more, at the same four `ports`.
    """
    folder, ports = directory / "s3", ports or s3_ports()
    folder.mkdir(exist_ok=True)
    rights = {"name": "portal", "credentials": [{"accessKey": _KEY, "secretKey": _SECRET}]}
    identities = {"identities": [rights | {"actions": ["Admin", "Read", "Write", "List"]}]}
    (folder / "identities.json").write_text(json.dumps(identities))
    names = ("master.port", "volume.port", "filer.port", "s3.port")
    command = [
        str(Path(sys.executable).with_name("weed")),
        *("server", "-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}"),
        f"-s3.config={folder / 'identities.json'}",
        *(f"-{name}={port}" for name, port in zip(names, ports, strict=True)),
        *("-master.volumeSizeLimitMB=64", "-volume.max=100"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
    ]
    endpoint = f"http://127.0.0.1:{ports[-1]}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=_KEY,
        aws_secret_access_key=_SECRET,
    )

    def made() -> bool:
        try:
            client.create_bucket(Bucket=_BUCKET)
        except (BotoCoreError, ClientError) as error:
            return "BucketAlready" in str(error)
        return True

    with _running(command, made):
        yield f"s3://{_KEY}:{_SECRET}@{_BUCKET}/files?endpoint={endpoint}&region=us-east-1"


@contextmanager
def _running(
    command: list[str], ready: Callable[[], bool], *, end: int = signal.SIGTERM
) -> Iterator[None]:
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(command, stdout=words, stderr=words, cwd="/") as server,
    ):
        try:
            try:
                _until(lambda: server.poll() is not None or ready())
                assert server.poll() is None
            except (AssertionError, TimeoutError):
                words.seek(0)
                raise RuntimeError(f"{command} did not start:\n{words.read().decode()}") from None
            yield
        finally:
            server.send_signal(end)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _until(ready: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.1)


def s3_ports() -> list[int]:
    """Four free ports for an S3 server. SeaweedFS takes those 10,000 higher, too."""
    return [free_port(also=10_000) for _ in range(4)]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
