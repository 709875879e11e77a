"""Opens a document in the editor. Each save is a version, which your webhook is told of.

URL=http://127.0.0.1:8000 ACCESS_KEY=... python examples/edit.py FILE
"""

# ruff: noqa: T201 - speaks to a person at a terminal
import os
import sys
from pathlib import Path

import requests
from view import URL, checked


def main(file: Path) -> None:
    """Upload, token, link."""
    http = requests.Session()
    http.headers["x-api-key"] = os.environ["ACCESS_KEY"]

    # Once for each document: the portal keeps it, with all its versions.
    with file.open("rb") as stream:
        answer = http.post(
            f"{URL}/api/v1/work-files",
            params={"name": file.name},
            data=stream,
            timeout=600,
        )
    identity = checked(answer).json()["id"]
    print(f"File: {identity}")

    # For each visit: a token, which opens the editor once, within 15 minutes.
    wanted = {"userId": "user-1", "file": identity, "access": "edit"}
    answer = http.post(f"{URL}/generate", json=wanted, timeout=30)
    print(f"Link: {URL}/editor?apitoken={checked(answer).json()['token']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
