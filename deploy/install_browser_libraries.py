"""Installs what the portal's pages load in the browser, as package-lock.json pins it.

Needs no npm: each package's archive comes from npm's registry, is checked against the lock file's
digest, and what is served of it is unpacked to node_modules/. `npm ci` puts the same files there.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import os
import re
import shutil
import sys
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_REGISTRY = "https://registry.npmjs.org/"
# What pages load of a package; a name ending in "/" stands for all files of that folder.
SERVED = {
    "pdfjs-dist": (
        "package.json",
        "LICENSE",
        "legacy/build/pdf.min.mjs",
        "legacy/build/pdf.worker.min.mjs",
        "cmaps/",
        "iccs/",
        "standard_fonts/",
        "wasm/",
    )
}
_SECONDS = 60


class Unavailable(Exception):
    """A package cannot be had, or is not what the lock file says."""


def main() -> int:
    """Exit code 1 with a remedy when something could not be installed."""
    try:
        for name, served in SERVED.items():
            install(name, served, PROJECT)
    except Unavailable as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def install(name: str, served: tuple[str, ...], project: Path) -> bool:
    """Makes a package ready; False when it was. Raises Unavailable."""
    locked = json.loads((project / "package-lock.json").read_text())["packages"]
    version, integrity = (locked[f"node_modules/{name}"][key] for key in ("version", "integrity"))
    target = project / "node_modules" / name
    if installed(target, version, served):
        return False
    print(f"Installing {name} {version} ...", flush=True)
    archive = download(name, version)
    check(archive, integrity, name)
    # Unpacked beside its place, so that what stands there is always whole.
    fresh = target.with_name(f".{name}.{os.getpid()}")
    try:
        unpack(archive, served, fresh)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def installed(target: Path, version: str, served: tuple[str, ...]) -> bool:
    """Whether this version stands there, by whichever installer."""
    try:
        found = json.loads((target / "package.json").read_text())["version"]
    except (OSError, ValueError, KeyError):
        return False
    return found == version and all((target / path).exists() for path in served)


def registry() -> str:
    """Where npm would look: its environment variable, its files, its default."""
    settings = {name.lower(): value for name, value in os.environ.items()}
    named = settings.get("npm_config_registry")
    user = settings.get("npm_config_userconfig") or "~/.npmrc"
    for file in (PROJECT / ".npmrc", Path(user).expanduser()):
        if not named and file.is_file():
            line = re.search(r"^\s*registry\s*=\s*[\"']?([^\s\"']+)", file.read_text(), re.M)
            named = line[1] if line else None
    return (named or DEFAULT_REGISTRY).rstrip("/") + "/"


def download(name: str, version: str) -> bytes:
    """A package's archive. Raises Unavailable."""
    url = f"{registry()}{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise Unavailable(
            f"{name} {version} could not be fetched from {url}: {error}\n"
            "If this host reaches npm packages elsewhere, name the place with "
            "NPM_CONFIG_REGISTRY or in ~/.npmrc, as for npm;\n"
            "or run `npm ci --omit=optional` where that works, and copy node_modules/ here."
        ) from error


def check(archive: bytes, integrity: str, name: str) -> None:
    """Compares with the lock file's digest ("sha512-..."). Raises Unavailable."""
    algorithm, _, expected = integrity.partition("-")
    if algorithm != "sha512" or hashlib.sha512(archive).digest() != base64.b64decode(expected):
        raise Unavailable(
            f"What the registry sent as {name} is not what package-lock.json pins. "
            "Nothing was installed."
        )


def unpack(archive: bytes, served: tuple[str, ...], target: Path) -> None:
    """Writes the served files of an npm archive, whose folder is "package/"."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as files:
        for entry in files:
            path = entry.name.partition("/")[2]
            folder = path.rpartition("/")[0] + "/"
            content = files.extractfile(entry) if entry.isfile() else None
            if content is None or not ({path, folder} & set(served)):
                continue
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.read())


if __name__ == "__main__":
    sys.exit(main())
