"""Shows a document to a person, reads its text, and ends the session. Needs only `requests`.

URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... python examples/view.py FILE
"""

# ruff: noqa: T201 - speaks to a person at a terminal
import os
import sys
from pathlib import Path

import requests

URL = os.environ["URL"]
SESSIONS = f"{URL}/PCCIS/V1/ViewingSession"


def checked(answer: requests.Response) -> requests.Response:
    """The answer. An error ends the program, with what the portal said."""
    if not answer.ok:
        said = answer.text or answer.headers.get("Accusoft-Status-Message")
        sys.exit(f"{answer.status_code}: {said}")
    return answer


def signed_in() -> requests.Session:
    """Calls with a token, good for up to an hour: ask once and keep it."""
    answer = requests.post(
        f"{URL}/o/token/",
        data={"grant_type": "client_credentials"},
        auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),
        timeout=30,
    )
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {checked(answer).json()['access_token']}"
    return http


def main(file: Path) -> None:
    """Session, upload, link, text, end."""
    http = signed_in()
    answer = http.post(SESSIONS, json={"externalId": file.name}, timeout=30)
    session = checked(answer).json()["viewingSessionId"]

    # The document is streamed as it is. Text formats need FileExtension.
    with file.open("rb") as stream:
        answer = http.put(
            f"{SESSIONS}/u{session}/SourceFile",
            params={"FileExtension": file.suffix.lstrip(".")},
            data=stream,
            timeout=600,
        )
    checked(answer)
    print(f"Link: {URL}/view/u{session}")

    # The session's id is all that a page or its text needs.
    answer = requests.get(
        f"{URL}/PCCIS/V1/Document/q/0-0/Text", params={"DocumentID": f"u{session}"}, timeout=60
    )
    print(f"Text:\n{checked(answer).json()['pages'][0]['text']}")

    if not os.environ.get("KEEP"):
        notice = {"httpStatus": 403, "endUserMessage": "You have finished reading."}
        url = f"{SESSIONS}/u{session}/Notification/SessionStopped"
        checked(http.post(url, json=notice, timeout=30))
        print("Stopped.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
