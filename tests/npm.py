"""npm packages that tests use, in folders of their own. Node and npm come with the requirements."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
ENVIRONMENT = os.environ | {
    "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
    "npm_config_fetch_retries": "0",
}


def npm(*arguments: str, folder: Path) -> None:
    """Runs npm without packages' own scripts; skips the test where the registry cannot be had."""
    command = [BIN / "npm", *arguments, "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            command,
            cwd=folder,
            env=ENVIRONMENT,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm cannot install what this needs: {error.stderr[-300:]}")
    except subprocess.TimeoutExpired:
        pytest.skip("npm's registry did not answer in time.")
