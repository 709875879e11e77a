"""Opens a form that a person completes, and fetches the finished document.

URL=http://127.0.0.1:8000 CLIENT_ID=... CLIENT_SECRET=... python examples/fill.py DATASOURCE TEMPLATE
"""

# ruff: noqa: T201, E501 - speaks to a person at a terminal; a command line is one line
import os
import sys
import time
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import requests
from view import URL, checked


def get_token() -> str:
    """A token, good for up to an hour: ask once and keep it."""
    answer = requests.post(
        f"{URL}/ids/connect/token",
        data={
            "grant_type": "client_credentials",
            "scope": "pd_ConnectWebApi",
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
        },
        timeout=30,
    )
    return checked(answer).json()["access_token"]


def values(part: str, entries: dict[str, str]) -> str:
    """Forms is shown in the form, Data only fills the document."""
    inside = "".join(
        f"<Value Key={quoteattr(key)}>{escape(value)}</Value>" for key, value in entries.items()
    )
    return f"<{part}>{inside}</{part}>"


def main(datasource: str, template: str) -> None:
    """Token, session, link, document."""
    connect = f"{URL}/webapi/api/v3/{datasource}/connect"
    http = requests.Session()
    http.headers["Authorization"] = f"Bearer {get_token()}"
    document = (
        f"<primedocsConnect><Template Id={quoteattr(template)}/>"
        + values("Forms", {"Subject": "From Sample Script", "Notes": "Sample Note"})
        + values("Data", {"InvoiceNumber": "1234"})
        + "</primedocsConnect>"
    )
    answer = http.post(
        f"{connect}/session",
        data=document.encode(),
        headers={"Content-Type": "application/xml; charset=utf-8"},
        timeout=30,
    )
    # An error names each fault with its place in the document.
    session = checked(answer).json()["sessionId"]
    print(f"Connect session id: {session}")
    print(f"Link: {URL}/app/web/connect?sessionId={session}", flush=True)
    if os.environ.get("WAIT"):
        result = f"{connect}/session/{session}/Result"
        while (
            answer := http.get(result, params={"conversion": "Pdf"}, timeout=90)
        ).status_code == 409:
            time.sleep(1)
        Path("connect.pdf").write_bytes(checked(answer).content)
        print("Saved connect.pdf")


if __name__ == "__main__":
    main(*sys.argv[1:])
