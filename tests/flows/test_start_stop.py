"""Starting twice, stopping wholly, and saying why it cannot start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests import factories
from tests.fakes import wait_until
from tests.flows import processes
from tests.stack import PROJECT, Integrator, Stack, running_stack


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """A portal that showed a document and was then stopped as a service manager does it."""
    data_dir = tmp_path_factory.mktemp("data")
    with running_stack(fresh=True, DATA_DIR=str(data_dir)) as stack:
        stack.data_dir = data_dir
        looks = requests.get(f"{stack.url}/static/css/base.css", timeout=30)
        assert looks.status_code == 200, "A first start serves no static files."
        credentials = stack.register("Lasting")
        integrator = Integrator(stack.url, credentials)
        identity = integrator.open(externalId="kept.docx")
        integrator.upload(identity, factories.docx("Still here after a restart."))
        integrator.settled(identity)
        below = processes.descendants(stack.process.pid)
        stack.process.send_signal(signal.SIGTERM)
        code = stack.process.wait(timeout=30)
        stack.close()
        yield {
            "code": code,
            "below": below,
            "port": urlsplit(stack.url).port,
            "data_dir": data_dir,
            "identity": identity,
            "credentials": credentials,
        }


def test_sigterm_ends_it_without_fault(stopped: dict[str, object]) -> None:
    assert stopped["code"] == 0


def test_no_process_is_left(stopped: dict[str, object]) -> None:
    below = stopped["below"]
    assert isinstance(below, dict)
    assert len(below) >= 6
    for name in ("recto-web", "recto-worker", "recto-network", "recto-schedule", "supervisor"):
        assert any(name in line for line in below.values()), name
    wait_until(lambda: not any(map(processes.alive, below)), seconds=5)
    assert processes.mentioning(str(stopped["data_dir"])) == {}


def test_no_port_is_left(stopped: dict[str, object]) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections may linger
        probe.bind(("127.0.0.1", stopped["port"]))


def test_no_document_is_left_in_a_job_directory(stopped: dict[str, object]) -> None:
    data_dir = Path(str(stopped["data_dir"]))
    assert list((data_dir / "jobs").iterdir()) == []
    assert list((data_dir / "scratch").iterdir()) == []


def test_a_second_start_has_the_data_of_the_first(stopped: dict[str, object]) -> None:
    identity = str(stopped["identity"])
    data_dir = Path(str(stopped["data_dir"]))
    with running_stack(DATA_DIR=str(data_dir)) as stack:
        credentials = stopped["credentials"]
        assert isinstance(credentials, dict)
        integrator = Integrator(stack.url, credentials)
        echo = integrator.call("GET", f"/PCCIS/V1/ViewingSession/u{identity}").json()
        assert echo["externalId"] == "kept.docx"
        state = integrator.settled(identity)
        assert (state["state"], state["document"]["pages"]) == ("ready", 1)
        page = integrator.call("GET", f"/PCCIS/V1/Page/q/0?DocumentID=u{identity}")
        assert page.content.startswith(b"\x89PNG")
        assert "Password" not in (stack.log.read_text()), "it is shown once"


def start(data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal.run"],
        cwd=PROJECT,
        env=os.environ | {"DATA_DIR": str(data_dir)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_port_in_use_is_told_with_what_to_do(stack: Stack, tmp_path: Path) -> None:
    port = str(urlsplit(stack.url).port)
    ended = start(tmp_path, PORT=port)
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"Cannot listen on 127.0.0.1:{port}: Address already in use. "
        "Stop what uses the port, or set PORT to another one."
    )
    assert "Preparing" not in ended.stdout


def test_faults_in_the_environment_are_told_at_once(tmp_path: Path) -> None:
    ended = start(tmp_path, PORT="http", WORKERS="0")
    assert ended.returncode == 1
    assert "PORT: 'http' is not a whole number" in ended.stderr
    assert "WORKERS: 0 is out of range" in ended.stderr
