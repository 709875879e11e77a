"""What an integrator does, from the token to the end of the session."""

from __future__ import annotations

import requests

from tests import factories
from tests.stack import SCOPES, Integrator, Stack


def test_token_session_upload_page_text_stop(stack: Stack) -> None:
    credentials = stack.register("Word flow", *(w for s in SCOPES for w in ("--scope", s)))
    integrator = Integrator(stack.url, credentials)
    identity = integrator.open(externalId="Report.docx", tenantId="flow")
    content = factories.docx("The first page.", "\f", "The second lighthouse.", "\f", "The third.")
    assert integrator.upload(identity, content).status_code == 200

    state = integrator.settled(identity)
    assert (state["state"], state["document"]["pages"]) == ("ready", 3)
    assert (state["document"]["name"], state["document"]["format"]) == ("Report.docx", "docx")

    page = requests.get(f"{stack.url}/PCCIS/V1/Page/q/1?DocumentID=u{identity}", timeout=60)
    assert page.status_code == 200
    assert page.content.startswith(b"\x89PNG")
    size = requests.get(
        f"{stack.url}/PCCIS/V1/Page/q/1/Attributes?DocumentID=u{identity}", timeout=60
    ).json()
    assert int.from_bytes(page.content[16:20], "big") == size["imageWidth"]
    assert int.from_bytes(page.content[20:24], "big") == size["imageHeight"]

    text = requests.get(
        f"{stack.url}/PCCIS/V1/Document/q/0-2/Text?DocumentID=u{identity}", timeout=60
    )
    words = [page["text"].strip() for page in text.json()["pages"]]
    assert words == ["The first page.", "The second lighthouse.", "The third."]

    viewer = requests.get(f"{stack.url}/view/u{identity}", timeout=60)
    assert viewer.status_code == 200
    assert identity in viewer.text

    stop = {"httpStatus": 410, "endUserMessage": "That is all"}
    path = f"/PCCIS/V1/ViewingSession/u{identity}/Notification/SessionStopped"
    assert integrator.call("POST", path, json=stop).status_code == 200
    gone = requests.get(f"{stack.url}/PCCIS/V1/Page/q/1?DocumentID=u{identity}", timeout=60)
    assert (gone.status_code, gone.reason) == (410, "That is all")
    ended = requests.get(f"{stack.url}/view/u{identity}", timeout=60)
    assert "That is all" in ended.text


def test_nothing_the_server_logged_opens_a_document(stack: Stack, integrator: Integrator) -> None:
    identity = integrator.open()
    integrator.upload(identity, factories.PDF_BYTES)
    requests.get(f"{stack.url}/view/u{identity}", timeout=60)
    requests.get(f"{stack.url}/PCCIS/V1/Page/q/0?DocumentID=u{identity}", timeout=60)
    requests.get(f"{stack.url}/api/v1/views/{identity}", timeout=60)
    token = integrator.http.headers["Authorization"].split()[1]
    log = stack.log.read_text()
    assert identity not in log
    assert token not in log
