"""Connect on the running product: a program opens a form, it is completed, a document comes out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.connector import Connector, connector, text_of
from tests.stack import Stack
from tests.unit.clients.test_webhooks import verified

EXTENSIONS = {"None": "docx", "Pdf": "pdf", "PdfA": "pdf"}


@pytest.fixture(scope="module")
def program(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    with connector(stack, tmp_path_factory.mktemp("connect")) as program:
        yield program


def test_from_the_script_to_the_documents(program: Connector) -> None:
    identity = program.open()
    state = program.page("GET", identity).json()
    assert state["state"] == "filling"
    assert state["values"]["Subject"] == "From Sample Script"
    keys = [field["key"] for field in state["form"]["fields"]]
    assert "InvoiceNumber" not in keys
    assert "1234" not in json.dumps(state)
    values = state["values"] | {
        "Notes": "Typed by a person: Ünïcödé & <angle>",
        "Positions": [{"Text": "Lamp", "Price": "12"}, {"Text": "Rope", "Price": "7"}],
    }
    saved = program.page("PUT", identity, "/draft", json={"number": 0, "values": values})
    assert saved.json()["number"] == 1, saved.text
    preview = program.page("POST", identity, "/preview", json={"values": values})
    assert preview.headers["Content-Type"] == "image/png", preview.text
    assert json.loads(preview.headers["Recto-Preview"])["pages"] == 1
    assert program.result(identity, "None").json()["code"] == "form_not_finished"
    done = program.page("POST", identity, "/complete", json={"number": 1, "values": values})
    assert done.status_code == 200, done.text
    result = done.json()["result"]
    documents = {}
    for conversion, extension in EXTENSIONS.items():
        answer = program.result(identity, conversion)
        assert answer.status_code == 200, answer.text
        assert f'filename="Letter.{extension}"' in answer.headers["Content-Disposition"]
        documents[conversion] = answer.content
    words = ["From Sample Script", "Typed by a person: Ünïcödé & <angle>", "1234", "Lamp", "Rope"]
    text = text_of(documents["None"])
    assert [word for word in words if word not in text] == []
    assert documents["Pdf"].startswith(b"%PDF")
    assert b"pdfaid:part" in documents["PdfA"]
    for format in result["formats"]:
        assert program.page("GET", identity, f"/result/{format}").status_code == 200
    assert program.page("GET", identity).json()["result"] == result


def test_client_is_told_and_gets_the_result(program: Connector) -> None:
    program.receiver.messages.clear()
    identity = program.open()
    done = program.complete(identity)
    deadline = time.monotonic() + 30
    while not program.receiver.messages:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ((headers, body),) = program.receiver.messages
    assert verified(program.secret, headers, body)
    message = json.loads(body)
    assert message["type"] == "connect.completed"
    assert message["data"]["sessionId"] == identity
    assert message["data"]["result"] == done.json()["result"]["reference"]
    assert program.result(message["data"]["sessionId"], "None").status_code == 200


def test_many_tabs_finish_at_once(program: Connector) -> None:
    identity = program.open()
    values = program.page("GET", identity).json()["values"]

    def finish(_: int) -> requests.Response:
        body = {"number": 0, "values": values}
        while True:
            answer: requests.Response = program.page("POST", identity, "/complete", json=body)
            if answer.status_code != 202:
                return answer
            time.sleep(0.1)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(finish, range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.json()["result"]["reference"] for answer in answers}) == 1
