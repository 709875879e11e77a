"""Discovery: what the suite opens and where; proof keys: whether it is the suite that asks."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from apps.core.errors import PortalError
from apps.editing.office import discovery
from tests import factories
from tests.dialects.kudo.conftest import Backend
from tests.dialects.wopi.conftest import HOST, Office, Signer, Suite, docx, person, ticks
from tests.dialects.wopi.documents import COLLABORA, ONLYOFFICE


def onlyoffice(current: Signer | None = None, old: Signer | None = None) -> str:
    keys = {
        "{modulus}": current.modulus if current else "",
        "{exponent}": current.exponent if current else "",
        "{oldmodulus}": old.modulus if old else "",
        "{oldexponent}": old.exponent if old else "",
    }
    return reduce(lambda text, name: text.replace(name, keys[name]), keys, ONLYOFFICE)


# --- Discovery ------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "wopi-discovery", line="Collabora: actions by extension, without keys", outcome="supported"
)
def test_collabora() -> None:
    found = discovery.read(COLLABORA.encode())
    address = "https://office.example.com/browser/4610ea9b81/cool.html?"
    assert found.action("docx", may_edit=True) == found.action("docx", may_edit=False) == address
    assert found.action("xlsx", may_edit=True) == address
    assert (found.action("ott", may_edit=True), found.action("ott", may_edit=False)) == (
        "",
        address,
    )
    assert found.key is None
    filled = discovery.fill(address, f"{HOST}/wopi/files/1", locale="de-CH")
    assert filled == f"{address}WOPISrc=http%3A%2F%2Ftestserver%2Fwopi%2Ffiles%2F1&lang=de-CH"


@pytest.mark.conformance(
    "wopi-discovery",
    line="ONLYOFFICE: placeholders that are known are filled in, the others dropped; the zone of "
    "PUBLIC_URL's scheme first",
    outcome="supported",
)
def test_onlyoffice(settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example.com"
    signer = Signer()
    found = discovery.read(onlyoffice(signer, signer).encode())
    assert found.key is not None and found.old_key == found.key
    assert found.key.modulus == signer.modulus
    edit = found.action("docx", may_edit=True)
    assert "/word/edit?" in edit and "/word/view?" in found.action("docx", may_edit=False)
    filled = discovery.fill(edit, f"{HOST}/wopi/files/1", locale="fr")
    assert "<" not in filled and ">" not in filled
    assert {name: values[0] for name, values in parse_qs(urlsplit(filled).query).items()} == {
        "rs": "fr",
        "ui": "fr",
        "wopisrc": f"{HOST}/wopi/files/1",
    }
    assert (found.action("doc", may_edit=True), found.action("pdf", may_edit=False)) == ("", "")


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<html/>",
        "<wopi-discovery>",
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><wopi-discovery>&e;'.ljust(200),
    ],
)
def test_what_is_no_discovery(xml: str) -> None:
    with pytest.raises(PortalError):
        discovery.read(xml.encode())


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://office.example.com; script-src *",
        "https://office.example.com;x/",
        "https://user@office.example.com/",
        "//office.example.com/",
        "ftp://office.example.com/",
    ],
)
def test_addresses_no_browser_is_sent_to(address: str) -> None:
    xml = COLLABORA.replace("https://office.example.com/browser/4610ea9b81/cool.html?", address)
    assert discovery.read(xml.encode()).action("docx", may_edit=True) == ""


def test_it_is_read_every_twelve_hours(suite: Suite) -> None:
    for _ in range(3):
        discovery.current()
    assert suite.asked == 1
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1), tick=False):
        suite.down = True
        assert discovery.current().actions  # the old one has to do
        discovery.current()
        assert suite.asked == 2
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=3), tick=False):
        suite.down, suite.xml = False, onlyoffice()
        assert discovery.current().action("odt", may_edit=True) == ""


def test_a_suite_that_never_answered_is_left_alone_for_a_minute(suite: Suite) -> None:
    suite.down = True
    for _ in range(3):
        with pytest.raises(PortalError):
            discovery.current()
    assert suite.asked == 1


# --- The page -------------------------------------------------------------------------------------


@pytest.mark.conformance(
    "wopi-discovery",
    line="Editor page: frame-src and form-action hold the suite's origin, no other",
    outcome="ours",
)
def test_the_page(partner: Backend) -> None:
    browser = person(partner)
    policy = browser.http.get(browser.page)["Content-Security-Policy"]
    assert "; frame-src https://office.example.com;" in policy
    assert "; form-action 'self' https://office.example.com;" in policy
    assert browser.state()["office"] == "https://office.example.com"
    text = person(partner, partner.file)
    assert text.state()["office"] is None
    assert "office.example.com" not in text.http.get(text.page)["Content-Security-Policy"]
    assert text.post("/office").status_code == 415


def test_the_pass_is_for_the_page_only(partner: Backend) -> None:
    browser = person(partner)
    assert browser.post("/office", Origin="https://elsewhere.example").status_code == 403
    assert browser.post("/office", **{"Recto-Editor": ""}).status_code == 403


def test_documents_without_an_action_stay_what_they_are(partner: Backend) -> None:
    file = partner.upload(factories.PDF_BYTES, "pdf", "a.pdf")
    assert person(partner, file).state()["office"] is None


def test_without_a_suite_nothing_changes(partner: Backend, settings: Any) -> None:
    settings.WOPI_CLIENT_URL = ""
    browser = person(partner)
    assert (browser.state()["state"], browser.state()["office"]) == ("ready", None)


@pytest.mark.conformance(
    "wopi-discovery",
    line="A suite that does not answer: to be edited is an error, viewing is done without it",
    outcome="ours",
)
def test_a_suite_that_is_down(partner: Backend, suite: Suite) -> None:
    suite.down = True
    state = person(partner).state()
    assert (state["state"], state["error"]["code"]) == ("failed", "remote_failed")
    viewed = person(partner, access="view").state()
    assert (viewed["state"], viewed["office"]) == ("ready", None)


# --- Proof keys -----------------------------------------------------------------------------------


@pytest.fixture
def keys(suite: Suite) -> tuple[Signer, Signer]:
    current, old = Signer(), Signer()
    suite.xml = onlyoffice(current, old)
    return current, old


def signed(office: Office, signer: Signer, *, old: Signer | None = None, moment: int = 0) -> Any:
    moment = moment or ticks()
    url = f"{HOST}{office.path}?access_token={office.token}"
    office.headers = {
        "X-WOPI-TimeStamp": str(moment),
        "X-WOPI-Proof": signer.sign(office.token, url, moment),
    }
    if old:
        office.headers["X-WOPI-ProofOld"] = old.sign(office.token, url, moment)
    return office.check()


@pytest.mark.conformance(
    "wopi-discovery", line="X-WOPI-Proof: by the current key, or the old one", outcome="supported"
)
def test_signed(partner: Backend, keys: tuple[Signer, Signer]) -> None:
    current, old = keys
    office = Office.opened(person(partner))
    assert signed(office, current).status_code == 200
    assert signed(office, old).status_code == 200  # the suite went back to it
    assert signed(office, Signer(), old=current).status_code == 200  # it has a newer one
    assert signed(office, Signer(), old=old).status_code == 500


@pytest.mark.conformance(
    "wopi-discovery", line="X-WOPI-Proof: 500 for none, a wrong or an old one", outcome="supported"
)
def test_not_signed(partner: Backend, keys: tuple[Signer, Signer]) -> None:
    office = Office.opened(person(partner))
    assert office.check().status_code == 500
    assert signed(office, Signer()).status_code == 500
    for minutes, status in ((19, 200), (21, 500), (-21, 500)):
        moment = ticks(timezone.now() - timedelta(minutes=minutes))
        assert signed(office, keys[0], moment=moment).status_code == status
    assert signed(office, keys[0]).status_code == 200
    # Made for another address, time or token.
    assert office.get().status_code == 500
    office.headers["X-WOPI-TimeStamp"] = str(ticks() + 1)
    assert office.check().status_code == 500
    for odd in ("", "now", "9" * 30):
        office.headers["X-WOPI-TimeStamp"] = odd
        assert office.check().status_code == 500
    office.headers["X-WOPI-Proof"] = "not base64"
    assert office.check().status_code == 500


@pytest.mark.conformance(
    "wopi-discovery",
    line="X-WOPI-Proof: keys are read anew when a proof fails",
    outcome="supported",
)
def test_new_keys(partner: Backend, suite: Suite, keys: tuple[Signer, Signer]) -> None:
    office = Office.opened(person(partner))
    newer = Signer()
    suite.xml = onlyoffice(newer, keys[0])
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert signed(office, newer).status_code == 200
    assert suite.asked == 2


@pytest.mark.conformance(
    "wopi-discovery",
    line="X-WOPI-Proof: a suite without keys needs none, unless WOPI_REQUIRE_PROOF",
    outcome="ours",
)
def test_a_suite_without_keys(partner: Backend, settings: Any) -> None:
    office = Office.opened(person(partner))
    assert office.locked().put(docx("changed"), "L1").status_code == 200
    settings.WOPI_REQUIRE_PROOF = True
    assert office.check().status_code == 500
    assert signed(office, Signer()).status_code == 500
