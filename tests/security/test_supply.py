"""What the product is made of: pinned, listed, free to be passed on, and silent when loaded."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.stack import PROJECT

AREA = "Supply chain: pinned, listed, licensed, silent"

PIN = re.compile(r"[\w.-]+==\S+( ; \S.*)?( \\\n +--hash=sha256:[0-9a-f]{64})+")
TRAP = """
import importlib, sys
seen = []
def heard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        seen.append(f"{event} {arguments[1:]!r}")
sys.addaudithook(heard)
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f"not loaded: {name}: {error}", file=sys.stderr)
print("\\n".join(seen))
"""


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_its_digests(file: str) -> None:
    text = re.sub(r"^(#.*)?\n", "", (PROJECT / file).read_text(), flags=re.MULTILINE)
    entries = re.split(r"\n(?=[\w-])", text.strip())
    assert len(entries) > 40
    for entry in entries:
        assert PIN.fullmatch(entry), entry


def test_every_library_of_the_pages_is_pinned_with_its_digest() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    for path, told in packages.items():
        assert not path or told["integrity"].startswith("sha512-"), path
    wanted = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


# --- Bill of materials ----------------------------------------------------------------------------


def supply(word: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "deploy/supply.py", word],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    asked = supply("sbom")
    assert asked.returncode == 0, asked.stderr
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


def test_the_bill_is_what_its_format_says(bill: dict[str, Any]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bill)) is None
    assert validator.validate_str(json.dumps(bill | {"components": [{"type": "song"}]})) is not None


def test_the_bill_is_complete(bill: dict[str, Any]) -> None:
    listed = {part["purl"].partition("/")[0]: 0 for part in bill["components"]}
    for part in bill["components"]:
        listed[part["purl"].partition("/")[0]] += 1
    assert listed["pkg:pypi"] > 80 and listed["pkg:npm"] > 20 and listed["pkg:deb"] > 5
    names = {part["name"] for part in bill["components"]}
    assert {"django", "pypdfium2", "pdfjs-dist", "libreoffice-writer-nogui"} <= names


def is_copyleft(licence: str) -> bool:
    """Whether the whole product would have to be under it: GPL or AGPL, and no other choice."""
    words = licence.replace("Lesser General Public", "LGPL").replace("LGPL", "lesser")
    strong = re.search(r"\bA?GPL|GNU (Affero )?General Public", words)
    return bool(strong) and " or " not in words.lower().replace("or later", "")


def test_nothing_in_it_binds_the_whole_product(bill: dict[str, Any]) -> None:
    stated = {
        part["name"]: part.get("licenses", [{}])[0].get("license", {}).get("name", "")
        for part in bill["components"]
        if not part["purl"].startswith("pkg:deb/")  # run as programs of their own
    }
    assert [name for name, licence in stated.items() if not licence] == []
    assert [name for name, licence in stated.items() if is_copyleft(licence)] == []


@pytest.mark.parametrize(
    ("licence", "binds"),
    [
        ("AGPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GPL-2.0-or-later", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GPL-2.0-or-later OR MPL-1.1", False),
        ("MIT", False),
    ],
)
def test_which_licences_bind(licence: str, binds: bool) -> None:
    assert is_copyleft(licence) == binds


# --- Advisories -----------------------------------------------------------------------------------


@contextmanager
def advisories(weak: str = "") -> Iterator[str]:
    """What answers for the services that keep advisories; one package may have one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told: dict[str, Any] = {}
            if weak and f'"{weak}"'.encode() in body:
                told = {"vulns": [{"id": "OSV-1", "summary": "Weak.", "affected": []}]}
            content = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def asked_of(address: str) -> subprocess.CompletedProcess[str]:
    return supply(
        "audit",
        PIP_AUDIT_VULNERABILITY_SERVICE="osv",
        PIP_AUDIT_OSV_URL=f"{address}/v1/query",
        npm_config_registry=address,
        npm_config_fetch_retries="0",
    )


@pytest.mark.security_slow
def test_advisories_that_cannot_be_looked_up_are_no_good_news() -> None:
    told = asked_of("http://127.0.0.1:9")
    assert told.returncode == 3, told.stdout + told.stderr
    assert "NOT looked up" in told.stderr and "No advisory" not in told.stdout


@pytest.mark.security_slow
@pytest.mark.parametrize(("weak", "code"), [("", 0), ("django", 1)])
def test_what_is_known_is_said(weak: str, code: int) -> None:
    with advisories(weak) as address:
        told = asked_of(address)
    assert told.returncode == code, told.stdout + told.stderr
    assert ("OSV-1" in told.stdout) == bool(weak)


# --- Silence --------------------------------------------------------------------------------------


def heard(*modules: str) -> tuple[str, str]:
    """The calls that loading these modules made, and which could not be loaded."""
    asked = subprocess.run(
        [sys.executable, "-c", TRAP, *modules],
        cwd=PROJECT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return asked.stdout.strip(), asked.stderr


@pytest.mark.security_slow
def test_no_package_calls_anybody_when_it_is_loaded() -> None:
    pins = re.findall(r"^([\w.-]+)==", (PROJECT / "requirements.txt").read_text(), re.M)
    wanted = {re.sub(r"[-_.]+", "-", name).lower() for name in pins}
    modules = sorted(
        module
        for module, owners in metadata.packages_distributions().items()
        if {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners} & wanted
        and module.isidentifier()
    )
    assert len(modules) > 80
    calls, missing = heard(*modules)
    assert calls == "" and len(missing.splitlines()) < 5, missing


def test_a_package_that_calls_somebody_is_heard(tmp_path: Any) -> None:
    (tmp_path / "talkative.py").write_text(
        "import socket\n"
        "try:\n    socket.create_connection(('127.0.0.1', 9), timeout=1)\n"
        "except OSError:\n    pass\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", TRAP, "talkative"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "socket.connect" in asked.stdout
