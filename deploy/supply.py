"""What the running product is made of, and what is known against it.

python deploy/supply.py sbom     a bill of materials on standard output (CycloneDX 1.6, JSON)
python deploy/supply.py audit    0: nothing known, 1: advisories, 3: they could not be looked up
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
UNKNOWN = 3
Json = dict[str, Any]


# --- What it is made of ---------------------------------------------------------------------------


def python_parts() -> list[Json]:
    """The pinned Python packages, with the licences that the installed ones state."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / "requirements.txt").read_text(), re.M)
    return [
        _part("pypi", name, version, _licence(metadata.metadata(name))) for name, version in pins
    ]


def browser_parts() -> list[Json]:
    """The libraries of the pages, as package-lock.json pins them; optional ones stay out."""
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    found = []
    for path, told in lock["packages"].items():
        if not path or told.get("optional") or told.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        part = _part("npm", name, told["version"], told.get("license", ""))
        algorithm, _, digest = told["integrity"].partition("-")
        part["hashes"] = [
            {
                "alg": algorithm.upper().replace("SHA", "SHA-"),
                "content": base64.b64decode(digest).hex(),
            }
        ]
        found.append(part)
    return found


def system_parts() -> list[Json]:
    """The Debian packages that are asked for, in the versions installed here."""
    lines = (PROJECT / "deploy/packages.txt").read_text().splitlines()
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    asked = subprocess.run(  # noqa: S603
        ["/usr/bin/dpkg-query", "-W", "-f=${Package} ${Version}\n", *names],
        capture_output=True,
        text=True,
        check=False,  # one that is not installed is left out
    )
    return [_part("deb/debian", *line.split()) for line in asked.stdout.splitlines() if " " in line]


def bill_of_materials() -> Json:
    """A CycloneDX document. The same installation gives the same document."""
    changes = (PROJECT / "CHANGELOG.md").read_text()
    version = re.search(r"^## (\d\S*)", changes, re.M)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "recto",
                "name": "recto",
                "version": version[1] if version else "0",
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [*python_parts(), *browser_parts(), *system_parts()],
    }


def _part(kind: str, name: str, version: str, licence: str = "") -> Json:
    purl = f"pkg:{kind}/{quote(name, safe='/')}@{quote(version)}"
    part: Json = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }
    return part | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _licence(told: metadata.PackageMetadata) -> str:
    """In the package's own words: SPDX, else one line, else its class, else by the text itself."""
    stated = [told[name] for name in ("License-Expression", "License") if name in told]
    line = next((text for text in stated if text and "\n" not in text.strip()), "")
    filed = [
        one.rpartition(" :: ")[2]
        for one in told.get_all("Classifier") or []
        if one.startswith("License :: ")
    ]
    is_mit = any("Permission is hereby granted, free of charge" in text for text in stated)
    return line.strip() or " or ".join(filed) or ("MIT" if is_mit else "")


# --- What is known against it ---------------------------------------------------------------------


def python_advisories() -> Iterator[str]:
    """Known weaknesses of the pinned Python packages. Raises LookupError when nobody answers."""
    told = _ask(
        *(str(BIN / "pip-audit"), "--requirement", "requirements.txt"),
        *("--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off"),
    )
    for part in told["dependencies"]:
        for one in part.get("vulns", []):
            mended = ", ".join(one.get("fix_versions", [])) or "none yet"
            yield f"{part['name']} {part['version']}: {one['id']}, mended in {mended}"


def browser_advisories() -> Iterator[str]:
    """The same for the libraries of the pages."""
    told = _ask(str(BIN / "npm"), "audit", "--omit=dev", "--omit=optional", "--json")
    for name, one in told["vulnerabilities"].items():
        yield f"{name} {one['range']}: {one['severity']}"


def _ask(*command: str) -> Json:
    """The JSON that a program prints; those programs exit alike for advisories and for failures."""
    surroundings = os.environ | {"PATH": f"{BIN}:{os.environ.get('PATH', '')}"}
    asked = subprocess.run(  # noqa: S603
        command, cwd=PROJECT, env=surroundings, capture_output=True, text=True, check=False
    )
    try:
        told = json.loads(asked.stdout)
    except ValueError:
        told = {"error": asked.stderr.strip()[-500:]}
    if "error" in told:
        raise LookupError(f"{Path(command[0]).name}: {told['error']}")
    found: Json = told
    return found


def audit() -> int:
    """Prints what is known, and what could not be looked up; returns the exit code."""
    found, unanswered = [], []
    for source in (python_advisories, browser_advisories):
        try:
            found += list(source())
        except LookupError as error:
            unanswered.append(str(error))
    for line in found:
        print(f"ADVISORY  {line}")
    for line in unanswered:
        print(f"NOT LOOKED UP  {line}", file=sys.stderr)
    if unanswered:
        print("The advisories were NOT looked up: this says nothing about them.", file=sys.stderr)
    elif not found:
        print("No advisory is known.")
    return 1 if found else UNKNOWN if unanswered else 0


def main() -> int:
    """The command line."""
    if sys.argv[1:] == ["sbom"]:
        print(json.dumps(bill_of_materials(), indent=1))
        return 0
    if sys.argv[1:] == ["audit"]:
        return audit()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
