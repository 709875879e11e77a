"""Libraries of the browser are installed as the lock file says, or not at all."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from tests.stack import PROJECT

SERVED = ("package.json", "build/a.mjs", "data/")
FILES = {
    "package/package.json": b'{"version": "1.2.3"}',
    "package/build/a.mjs": b"export {};",
    "package/build/a.mjs.map": b"{}",
    "package/data/one.bin": b"1",
    "package/data/deeper/two.bin": b"2",
    "package/data/../../escaped": b"3",
}


@pytest.fixture(scope="module")
def installer() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "install_browser_libraries", PROJECT / "deploy" / "install_browser_libraries.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A registry with one package; its folder."""
    folder = tmp_path / "registry" / "reader" / "-"
    folder.mkdir(parents=True)
    with tarfile.open(folder / "reader-1.2.3.tgz", "w:gz") as archive:
        for name, content in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "registry")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"http://127.0.0.1:{server.server_port}/")
        yield folder
        server.shutdown()


def project(directory: Path, archive: bytes) -> Path:
    """A project whose lock file pins an archive."""
    directory.mkdir()
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    entry = {"version": "1.2.3", "integrity": f"sha512-{digest}"}
    lock = {"packages": {"node_modules/reader": entry}}
    (directory / "package-lock.json").write_text(json.dumps(lock))
    return directory


def test_what_is_served_is_unpacked_once(
    installer: ModuleType, registry: Path, tmp_path: Path
) -> None:
    archive = registry / "reader-1.2.3.tgz"
    place = project(tmp_path / "project", archive.read_bytes())
    assert installer.install("reader", SERVED, place) is True
    found = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    names = ("package.json", "build/a.mjs", "data/one.bin")
    assert found == {"package-lock.json", *(f"node_modules/reader/{name}" for name in names)}
    archive.unlink()
    assert installer.install("reader", SERVED, place) is False


def test_another_archive_than_the_pinned_one_is_refused(
    installer: ModuleType, registry: Path, tmp_path: Path
) -> None:
    place = project(tmp_path / "project", b"another")
    with pytest.raises(installer.Unavailable, match="not what package-lock"):
        installer.install("reader", SERVED, place)
    assert not (place / "node_modules" / "reader").exists()


def test_a_registry_out_of_reach_is_named_with_a_remedy(
    installer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")
    with pytest.raises(installer.Unavailable, match=r"127\.0\.0\.1:9/reader/.*\n.*NPM_CONFIG"):
        installer.install("reader", SERVED, project(tmp_path / "project", b""))


def test_the_registry_is_npms(
    installer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "npmrc"
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    monkeypatch.delenv("npm_config_registry", raising=False)
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(settings))
    assert installer.registry() == "https://registry.npmjs.org/"
    settings.write_text("fund=false\nregistry = https://npm.example.com/mirror\n")
    assert installer.registry() == "https://npm.example.com/mirror/"
    monkeypatch.setenv("npm_config_registry", "https://other.example.com")
    assert installer.registry() == "https://other.example.com/"


def test_what_pages_load_is_installed(installer: ModuleType) -> None:
    locked = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    for name, served in installer.SERVED.items():
        version = locked[f"node_modules/{name}"]["version"]
        assert installer.installed(PROJECT / "node_modules" / name, version, served), "make setup"
