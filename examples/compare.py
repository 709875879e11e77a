"""Shows a person what changed between two Word documents, and lists the changes.

URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... python examples/compare.py ORIGINAL REVISED
"""

# ruff: noqa: T201, E501 - speaks to a person at a terminal; a command line is one line
import sys
from pathlib import Path

from view import SESSIONS, URL, checked, signed_in


def main(original: Path, revised: Path) -> None:
    """Session, two uploads, link, changes."""
    http = signed_in()
    answer = http.post(SESSIONS, json={"externalId": "Comparison"}, timeout=30)
    identity = checked(answer).json()["viewingSessionId"]
    session = f"{URL}/v2/viewingSessions/{identity}"

    # The comparison begins by itself when both are there.
    for side, file in (("original", original), ("revised", revised)):
        with file.open("rb") as stream:
            checked(http.put(f"{session}/sourceFile/{side}", data=stream, timeout=600))
    print(f"Link: {URL}/view/u{identity}")

    # 504 until it is done. Only `proof` tells whether the list is all there is.
    while (answer := http.get(f"{session}/revisionData", timeout=60)).status_code == 504:
        pass
    found = checked(answer).json()
    for change in found["revisions"]:
        print(f"{change['kind']}: {change['text']}")
    print(f"Proof: {found['proof']}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
