"""PutRelativeFile and RenameFile."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import WebhookDelivery
from apps.editing.models import EditedDocument
from tests.dialects.kudo.conftest import Backend, Browser
from tests.dialects.wopi.conftest import WORDS, Office, docx, person


def utf7(text: str) -> str:
    return text.encode("utf-7").decode()


def relative(office: Office, body: bytes = WORDS, **headers: str) -> Any:
    return office.do("PUT_RELATIVE", body=body, **headers)


def suggested(office: Office, name: str, body: bytes = WORDS) -> Any:
    return relative(office, body, X_WOPI_SuggestedTarget=utf7(name))


def exact(office: Office, name: str, body: bytes = WORDS, over: str = "") -> Any:
    more = {"X_WOPI_OverwriteRelativeTarget": over} if over else {}
    return relative(office, body, X_WOPI_RelativeTarget=utf7(name), **more)


def following(answer: Any) -> Office:
    """The suite at the file that was made."""
    assert answer.status_code == 200, answer.content
    parts = urlsplit(answer.json()["Url"])
    return Office(parts._replace(query="").geturl(), parse_qs(parts.query)["access_token"][0])


def told(event: str) -> dict[str, Any]:
    delivery = WebhookDelivery.objects.filter(event=event).latest("pk")
    data: dict[str, Any] = json.loads(delivery.message)["data"]
    return data


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile: a new file of the suggested name, with its Url and a token of its own",
    outcome="supported",
)
def test_suggested(partner: Backend, office: Office) -> None:
    webhooks.register(Actor.system(), partner.actor.require_client(), "https://example.org/hook")
    answer = suggested(office, "Käufer & Co.docx", docx("copy"))
    assert answer.json()["Name"] == "Käufer & Co.docx"
    copy = following(answer)
    info = copy.info()
    assert (info["BaseFileName"], info["Version"]) == ("Käufer & Co.docx", "1")
    assert (info["UserCanWrite"], copy.content()) == (True, docx("copy"))
    assert copy.locked().put(docx("more"), "L1").status_code == 200
    assert office.content() == WORDS
    # It is a file of the client, who is told of it and may open it.
    made = told("document.created")
    assert (made["name"], made["userId"]) == ("Käufer & Co.docx", "anna")
    again = Office.opened(person(partner, made["file"]))
    assert again.info()["Version"] == "2"


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile: an extension only is put after the file's own name",
    outcome="supported",
)
def test_extension(office: Office) -> None:
    assert suggested(office, ".docx").json()["Name"] == "letter (2).docx"


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile: another name where the suggested one is taken",
    outcome="supported",
)
def test_suggested_names_that_are_taken(office: Office) -> None:
    names = [suggested(office, "letter.docx").json()["Name"] for _ in range(2)]
    assert names == ["letter (2).docx", "letter (3).docx"]
    assert (
        suggested(following(suggested(office, "x.docx")), "x.docx").json()["Name"] == "x (2).docx"
    )


def test_names_of_others_are_not_taken(partner: Backend, office: Office) -> None:
    other = Office.opened(person(partner, userId="ben"))
    assert exact(other, "minutes.docx").status_code == 200
    assert exact(office, "minutes.docx").status_code == 200


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile: an exact name that is taken is 409 with X-WOPI-ValidRelativeTarget",
    outcome="supported",
)
def test_exact(office: Office) -> None:
    assert exact(office, "Maße.docx").json()["Name"] == "Maße.docx"
    for over in ("", "false"):
        answer = exact(office, "Maße.docx", over=over)
        assert answer.status_code == 409
        valid = answer["X-WOPI-ValidRelativeTarget"]
        assert valid.encode().decode("utf-7") == "Maße (2).docx"


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile: with X-WOPI-OverwriteRelativeTarget it is the next version; 409 where "
    "that file is locked",
    outcome="supported",
)
def test_overwrite(office: Office) -> None:
    first = following(exact(office, "copy.docx", docx("one")))
    second = following(exact(office, "copy.docx", docx("two"), over="true"))
    assert second.source == first.source
    assert (second.info()["Version"], second.content()) == ("2", docx("two"))
    first.locked("L9")
    answer = exact(office, "copy.docx", docx("three"), over="true")
    assert (answer.status_code, answer["X-WOPI-Lock"]) == (409, "L9")
    assert first.content() == docx("two")


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile: 400 for a name that is none, for both targets or neither",
    outcome="supported",
)
def test_bad_names(office: Office) -> None:
    for name in ("", "a/b.docx", "..docx", "plan", "plan.exe", "x" * 300 + ".docx"):
        assert exact(office, name).status_code == 400
    for header in ("X_WOPI_SuggestedTarget", "X_WOPI_RelativeTarget"):
        assert relative(office, **{header: "+AAA"}).status_code == 400
    both = {"X_WOPI_SuggestedTarget": "a.docx", "X_WOPI_RelativeTarget": "a.docx"}
    assert relative(office, **both).status_code == 400
    assert suggested(office, ".odt").status_code == 400  # it is a .docx
    assert EditedDocument.objects.count() == 1


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile, RenameFile: 404 for whoever may only view",
    outcome="supported",
)
def test_viewers_make_nothing(partner: Backend) -> None:
    office = Office.opened(person(partner, access="view"))
    assert suggested(office, "a.docx").status_code == 404
    assert office.do("RENAME_FILE", X_WOPI_RequestedName="a").status_code == 404


@pytest.mark.conformance(
    "wopi-files",
    line="PutRelativeFile, RenameFile: 501 for a document on the client's own server",
    outcome="ours",
)
def test_documents_elsewhere(office: Office) -> None:
    EditedDocument.objects.update(source=EditedDocument.Source.SERVER)
    info = office.info()
    assert (info["UserCanNotWriteRelative"], info["SupportsRename"]) == (True, False)
    assert suggested(office, "a.docx").status_code == 501
    assert office.do("RENAME_FILE", X_WOPI_RequestedName="a").status_code == 501


@pytest.mark.conformance(
    "wopi-files", line="RenameFile: the new name without extension, in UTF-7", outcome="supported"
)
def test_rename(partner: Backend, browser: Browser, office: Office) -> None:
    webhooks.register(Actor.system(), partner.actor.require_client(), "https://example.org/hook")
    answer = office.do("RENAME_FILE", X_WOPI_RequestedName=utf7("Straße 7"))
    assert (answer.status_code, answer.json()) == (200, {"Name": "Straße 7"})
    assert office.info()["BaseFileName"] == "Straße 7.docx"
    assert browser.state()["document"]["name"] == "Straße 7.docx"
    assert told("document.renamed")["name"] == "Straße 7.docx"
    assert office.do("RENAME_FILE", X_WOPI_RequestedName=utf7("Straße 7")).status_code == 200


@pytest.mark.conformance(
    "wopi-files", line="RenameFile: 409 under another lock than the file's", outcome="supported"
)
def test_rename_locked(office: Office) -> None:
    office.locked("L1")
    for lock in ("", "L2"):
        answer = office.do("RENAME_FILE", lock, X_WOPI_RequestedName="new")
        assert (answer.status_code, answer["X-WOPI-Lock"]) == (409, "L1")
    assert office.do("RENAME_FILE", "L1", X_WOPI_RequestedName="new").status_code == 200


@pytest.mark.conformance(
    "wopi-files",
    line="RenameFile: another name where the wanted one is taken; 400 with "
    "X-WOPI-InvalidFileNameError for none",
    outcome="supported",
)
def test_rename_to_what_is_taken(office: Office) -> None:
    suggested(office, "taken.docx")
    assert office.do("RENAME_FILE", X_WOPI_RequestedName="taken").json() == {"Name": "taken (2)"}
    for name in ("", "/", ".."):
        answer = office.do("RENAME_FILE", X_WOPI_RequestedName=name)
        assert answer.status_code == 400
        assert answer["X-WOPI-InvalidFileNameError"]
