"""Drawings in the editor, over the wire: layers, pictures, and mark-up that is in the file."""

from __future__ import annotations

import io
import json
from typing import Any

import ezdxf
import pytest
import requests

from tests.engine.drawing_documents import LAYER, MARKS, content, plan
from tests.fakes import wait_until
from tests.flows.test_editing import Backend, Browser
from tests.stack import Stack


@pytest.fixture(scope="module")
def backend(stack: Stack) -> Backend:
    return Backend(stack)


def opened(backend: Backend, file: str, **parameters: Any) -> Browser:
    return Browser(backend.url, backend.token(file, **parameters))


def asked(browser: Browser, rest: str) -> requests.Response:
    wait_until(lambda: browser.call("GET", rest).status_code != 202, seconds=60)
    return browser.call("GET", rest)


def send(browser: Browser, method: str, rest: str, marks: Any, version: int) -> requests.Response:
    separator = "&" if "?" in rest else "?"
    return browser.call(
        method,
        f"{rest}{separator}extension=markup",
        data=json.dumps(marks),
        headers={"If-Match": f'"{version}"'},
    )


def marks_in(browser: Browser) -> int:
    text = browser.call("GET", "/content").content.decode()
    return len(ezdxf.read(io.StringIO(text)).modelspace().query(f'*[layer=="{LAYER}"]'))


def test_markup_is_written_into_the_drawing(backend: Backend) -> None:
    file = backend.upload(content(plan()), "dxf")
    anna = opened(backend, file)
    about = asked(anna, "/drawing")
    assert about.headers["ETag"] == '"1"'
    assert [layer["name"] for layer in about.json()["layers"]][-1] == "WALLS"
    picture = asked(anna, "/drawing/0")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert asked(anna, "/drawing/9").status_code == 404

    saved = send(anna, "PUT", "/content?reason=autosave", MARKS, 1)
    assert saved.json()["revision"]["format"] == "dxf", saved.text
    assert marks_in(anna) == 8
    assert asked(anna, "/drawing").json()["markup"] == MARKS
    # Sent once more because no answer came: the same version, not another.
    assert send(anna, "PUT", "/content?reason=autosave", MARKS, 1).json() | {"now": 0} == (
        saved.json() | {"now": 0}
    )
    late = send(opened(backend, file, userId="ben"), "PUT", "/content", MARKS[:1], 1)
    assert (late.status_code, late.json()["kept"]) == (409, "s1")

    assert send(anna, "PUT", "/draft", MARKS[:1], 2).status_code == 204
    beacon = anna.call("POST", "/beacon?revision=2&extension=")
    assert beacon.status_code == 204, beacon.text
    assert marks_in(anna) == 2
    beacon = anna.call("POST", "/beacon?revision=3&extension=markup", data=b"[]")
    assert beacon.status_code == 204, beacon.text
    assert marks_in(anna) == 0


def test_what_is_refused(backend: Backend) -> None:
    file = backend.upload(content(plan()), "dxf")
    ben = opened(backend, file, access="view")
    assert asked(ben, "/drawing").status_code == 200
    refused = send(ben, "PUT", "/content", MARKS, 1)
    assert (refused.status_code, refused.json()["code"]) == (403, "edit_view_only")
    assert send(ben, "PUT", "/draft", MARKS, 1).status_code == 403
    assert ben.call("POST", "/beacon?revision=1&extension=markup", data=b"[]").status_code == 403

    anna = opened(backend, file)
    wrong = send(anna, "PUT", "/content", [MARKS[0] | {"colour": "url(x)"}], 1)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "input_invalid")
    assert "Object 0 of the mark-up: `colour`" in wrong.json()["detail"]

    text = opened(backend, backend.upload(b"words\n", "txt"))
    assert asked(text, "/drawing").json()["code"] == "format_unsupported"
    assert send(text, "PUT", "/content", MARKS, 1).json()["code"] == "format_mismatch"
