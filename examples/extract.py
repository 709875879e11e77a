"""Reads the data out of a document, and gives a person a page to check it on.

URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... python examples/extract.py FILE
"""

# ruff: noqa: T201 - speaks to a person at a terminal
import os
import sys
import time
from pathlib import Path

from view import URL, checked, signed_in


def main(file: Path) -> None:
    """Session, document, data, review page, end."""
    http = signed_in()
    # The key of a partition is yours: one for each of your users keeps their documents apart.
    answer = http.post(f"{URL}/session/start", json={"partitionKey": "user-1"}, timeout=30)
    session = checked(answer).json()["sessionId"]
    http.headers["Session-Id"] = session

    # 200 with the data, or 202 when it takes longer: then ask until the request has ended.
    with file.open("rb") as stream:
        answer = http.post(f"{URL}/documents/append", files={"document": stream}, timeout=600)
    data = checked(answer).json()
    while data.get("status") in ("queued", "running"):
        time.sleep(1)
        data = checked(http.get(f"{URL}/requests/{data['requestId']}", timeout=30)).json()
    if data.get("status") == "failed":
        sys.exit(str(data))
    data = data.get("result", data)
    print(f"Class: {data['classIdentifier']}")
    for name, found in data["fields"].items():
        print(f"{name}: {found['value']} (page {found['page'] + 1}, {found['confidence']:.2f})")

    # Whoever has this address may see and correct the data while the session lives.
    answer = http.post(f"{URL}/session/review", json={"reviewer": "J. Doe"}, timeout=30)
    print(f"Review: {checked(answer).json()['reviewUrl']}")

    # Ending the session destroys the data and the working copies.
    if not os.environ.get("KEEP"):
        checked(http.post(f"{URL}/session/end", json={"sessionId": session}, timeout=30))
        print("Ended.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
