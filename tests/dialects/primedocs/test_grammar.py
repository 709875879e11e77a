"""The grammar of a Connect document: what is taken, and what is refused by path and line."""

from __future__ import annotations

import io
from typing import Any

import pytest

from apps.connect.selection import Selection
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.primedocs import grammar, xml_reader

LIMITS = xml_reader.Limits(bytes=1024**2, elements=10_000, depth=16)
SEED = b"""<primedocsConnect>
<Template Id="30b55516-80b5-41d7-801b-b31d6da376ac" />
<DocumentLanguage Code="es-es" />
<Forms>
<Value Key="Subject">From Sample Script</Value>
<Value Key="Notes">Sample Note</Value>
</Forms>
<Data>
<Value Key="InvoiceNumber">1234</Value>
</Data>
</primedocsConnect>"""


class Endless:
    """A body without an end, of which nobody may read much."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int, /) -> bytes:
        self.read_bytes += size
        return b" " * (size - 1) + b"<"


def read(
    document: bytes | str,
    content_type: str = "application/xml; charset=utf-8",
    **limits: int,
) -> grammar.Connect:
    content = document if isinstance(document, bytes) else document.encode()
    shape = {"bytes": LIMITS.bytes, "elements": LIMITS.elements, "depth": LIMITS.depth} | limits
    root = xml_reader.read(
        io.BytesIO(content), limits=xml_reader.Limits(**shape), content_type=content_type
    )
    return grammar.parse(root)


def inside(content: str) -> grammar.Connect:
    return read(f"<primedocsConnect>\n{content}\n</primedocsConnect>")


def refusal(content: str) -> list[dict[str, Any]]:
    """The rows of a document that is refused."""
    with pytest.raises(PortalError) as raised:
        inside(content)
    assert raised.value.code == ErrorCode.INPUT_INVALID
    rows = raised.value.data["errors"]
    assert isinstance(rows, list)
    assert raised.value.at == rows[0]["path"]
    return rows


def refused(document: bytes | str, content_type: str = "application/xml", **limits: int) -> Any:
    with pytest.raises(PortalError) as raised:
        read(document, content_type, **limits)
    return raised.value


@pytest.mark.conformance(
    "primedocs-session",
    line="Supported content: Template Id, DocumentLanguage, Forms and Data, as in the script",
    outcome="supported",
)
def test_document_of_the_script() -> None:
    found = read(SEED)
    assert found.selection == Selection(template_id="30b55516-80b5-41d7-801b-b31d6da376ac")
    assert found.language == "es-es"
    assert found.forms == {"Subject": "From Sample Script", "Notes": "Sample Note"}
    assert found.data == {"InvoiceNumber": "1234"}
    assert found.places["Forms.Notes"].sourceline == 6


@pytest.mark.conformance(
    "primedocs-session",
    line="Supported content: Forms and Data with objects and collections",
    outcome="ours",
)
def test_objects_and_collections() -> None:
    found = inside(
        """<Forms>
        <Object Key="Customer"><Value Key="Name">Ann</Value>
          <Object Key="Address"><Value Key="City">Bern</Value></Object></Object>
        <ObjectCollection Key="Positions">
          <Item><Value Key="Text">One</Value></Item>
          <Item/>
        </ObjectCollection>
        <Value Key="Empty"/>
        <Value Key="Long"><![CDATA[a < b & c]]> &amp; <!-- not this -->d</Value>
        </Forms>"""
    )
    assert found.forms == {
        "Customer": {"Name": "Ann", "Address": {"City": "Bern"}},
        "Positions": [{"Text": "One"}, {}],
        "Empty": "",
        "Long": "a < b & c & d",
    }


@pytest.mark.conformance(
    "primedocs-session",
    line="Supported content: without Template the person picks any",
    outcome="ours",
)
def test_nothing_at_all_is_a_document() -> None:
    assert read("<primedocsConnect/>").selection == Selection(picker=True)


@pytest.mark.conformance(
    "primedocs-session",
    line="TagFilter: semicolons in one Tag mean and, several Tags mean or; trimmed, any case",
    outcome="ours",
)
def test_tag_filter() -> None:
    found = inside(
        "<Template><TagFilter><Tag> A </Tag><Tag>B; c ;B;;D</Tag></TagFilter></Template>"
    )
    assert found.selection == Selection(tags=(("a",), ("b", "c", "d")))
    assert found.selection.fits(["D", " C", "b", "x"])
    assert found.selection.fits(["a"])
    assert not found.selection.fits(["b", "c"])


@pytest.mark.parametrize(("word", "picker"), [("true", True), ("false", False)])
@pytest.mark.conformance(
    "primedocs-session",
    line="TagFilter: AllowTemplatePicker lets the person choose among the matches",
    outcome="supported",
)
def test_template_picker(word: str, picker: bool) -> None:
    found = inside(
        f'<Template><TagFilter AllowTemplatePicker="{word}"><Tag>a</Tag></TagFilter></Template>'
    )
    assert found.selection == Selection(tags=(("a",),), picker=picker)


@pytest.mark.parametrize(
    ("content", "path", "code"),
    [
        ("<Author/>", "/primedocsConnect/Author", "unsupported_element"),
        ("<Commands/>", "/primedocsConnect/Commands", "unsupported_element"),
        ("<Outlook/>", "/primedocsConnect/Outlook", "unsupported_element"),
        ("<Process/>", "/primedocsConnect/Process", "unsupported_element"),
        ("<template/>", "/primedocsConnect/template", "unsupported_element"),
        ("<Forms><value Key='a'/></Forms>", "/primedocsConnect/Forms/value", "unsupported_element"),
        ("<Forms><Item/></Forms>", "/primedocsConnect/Forms/Item", "unsupported_element"),
        (
            "<Forms><Value Key='a'>x<b/></Value></Forms>",
            "/primedocsConnect/Forms/Value/b",
            "unsupported_element",
        ),
        (
            "<Forms xmlns:x='urn:x'><x:Value Key='a'/></Forms>",
            "/primedocsConnect/Forms/x:Value",
            "unsupported_element",
        ),
        (
            "<Template Id='30b55516-80b5-41d7-801b-b31d6da376ac' Version='Draft'/>",
            "/primedocsConnect/Template/@Version",
            "unsupported_attribute",
        ),
        ("<Forms a='b'/>", "/primedocsConnect/Forms/@a", "unsupported_attribute"),
        (
            "<Forms><Value Key='a' Format='Html'>x</Value></Forms>",
            "/primedocsConnect/Forms/Value/@Format",
            "unsupported_attribute",
        ),
        (
            "<Forms><Value key='a'/></Forms>",
            "/primedocsConnect/Forms/Value/@key",
            "unsupported_attribute",
        ),
        ("<Forms><Value>a</Value></Forms>", "/primedocsConnect/Forms/Value", "missing_attribute"),
        ("<Forms><Value Key=' '/></Forms>", "/primedocsConnect/Forms/Value", "missing_attribute"),
        (
            "<Forms><Value Key='a'/><Value Key='a'/></Forms>",
            "/primedocsConnect/Forms/Value[2]/@Key",
            "repeated_key",
        ),
        ("<Forms/><Forms/>", "/primedocsConnect/Forms[2]", "repeated_element"),
        ("<Forms>loose</Forms>", "/primedocsConnect/Forms", "unsupported_text"),
        ("loose", "/primedocsConnect", "unsupported_text"),
        ("<?php x ?>", "/primedocsConnect", "unsupported_content"),
        ("<Template/>", "/primedocsConnect/Template", "missing"),
        ("<Template Id='30b55516'/>", "/primedocsConnect/Template/@Id", "not_a_guid"),
        (
            "<Template Id='{30b55516-80b5-41d7-801b-b31d6da376ac}'/>",
            "/primedocsConnect/Template/@Id",
            "not_a_guid",
        ),
        (
            "<Template Id='30b55516-80b5-41d7-801b-b31d6da376ac'>"
            "<TagFilter><Tag>a</Tag></TagFilter></Template>",
            "/primedocsConnect/Template/TagFilter",
            "conflict",
        ),
        ("<Template><TagFilter/></Template>", "/primedocsConnect/Template/TagFilter", "missing"),
        (
            "<Template><TagFilter><Tag> ; </Tag></TagFilter></Template>",
            "/primedocsConnect/Template/TagFilter/Tag",
            "empty",
        ),
        (
            "<Template><TagFilter AllowTemplatePicker='True'><Tag>a</Tag></TagFilter></Template>",
            "/primedocsConnect/Template/TagFilter/@AllowTemplatePicker",
            "not_a_boolean",
        ),
        ("<DocumentLanguage/>", "/primedocsConnect/DocumentLanguage", "missing_attribute"),
        (
            "<DocumentLanguage Code='Deutsch!'/>",
            "/primedocsConnect/DocumentLanguage/@Code",
            "not_a_language",
        ),
    ],
)
@pytest.mark.conformance(
    "primedocs-errors",
    line="Supported content: everything else is refused by name, with path and line",
    outcome="refused",
)
def test_refused_by_name(content: str, path: str, code: str) -> None:
    rows = refusal(f"<!-- line 2 -->\n{content}")
    assert (path, code) in [(row["path"], row["code"]) for row in rows]
    assert {row["line"] for row in rows} <= {1, 3}
    assert all(row["message"] for row in rows)


def test_only_the_case_of_letters_is_wrong() -> None:
    (row,) = refusal("<forms/>")
    assert row["message"].endswith("The case of letters matters: write Forms.")


@pytest.mark.conformance(
    "primedocs-errors", line="Errors: all faults of a document are told at once", outcome="ours"
)
def test_all_faults_at_once() -> None:
    rows = refusal('<Author/>\n<Forms x="1"/>\n<DocumentLanguage/>')
    assert [row["line"] for row in rows] == [2, 3, 4]


def test_many_faults_are_told_up_to_a_limit() -> None:
    assert len(refusal("<Author/>" * 5000)) == 100


@pytest.mark.parametrize(
    "document",
    [
        "<primedocsconnect/>",
        "<PrimedocsConnect/>",
        "<Connect/>",
        '<primedocsConnect xmlns="http://schema.example.org/connect"/>',
        "<html><body/></html>",
    ],
)
@pytest.mark.conformance(
    "primedocs-errors",
    line="Status 400: another root element, also in another case",
    outcome="ours",
)
def test_wrong_root(document: str) -> None:
    error = refused(document)
    assert error.code == ErrorCode.MALFORMED_BODY
    assert "primedocsConnect" in error.detail


BILLION_LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {chr(98 + i)} "{"&" + chr(97 + i) + ";" * 1}{("&" + chr(97 + i) + ";") * 9}">'
        for i in range(9)
    )
    + ']><primedocsConnect><Forms><Value Key="a">&j;</Value></Forms></primedocsConnect>'
)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "   \n",
        "{}",
        "Subject=1",
        "<primedocsConnect>",
        "<primedocsConnect/><primedocsConnect/>",
        "<primedocsConnect>&nothing;</primedocsConnect>",
        "<primedocsConnect a=1/>",
        "<primedocsConnect>\x00</primedocsConnect>",
        b"\xff\xfe\xfd",
        "<!DOCTYPE primedocsConnect><primedocsConnect/>",
        '<!DOCTYPE primedocsConnect SYSTEM "http://127.0.0.1:1/x.dtd"><primedocsConnect/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        '<primedocsConnect><Forms><Value Key="a">&x;</Value></Forms></primedocsConnect>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><primedocsConnect/>',
        '<!DOCTYPE a [<!ENTITY x "y">]><primedocsConnect a="&x;"/>',
        BILLION_LAUGHS,
        "<primedocsConnect>" + "<Forms>" * 300,
    ],
)
@pytest.mark.conformance(
    "primedocs-errors",
    line="Status 400: no XML, a DTD or entity (bombs and XXE), nesting too deep",
    outcome="ours",
)
def test_no_xml_or_dangerous_xml(document: str | bytes) -> None:
    error = refused(document)
    assert error.code == ErrorCode.MALFORMED_BODY
    assert "root:" not in str(error.data)


def test_nothing_outside_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("A document made a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    refused('<!DOCTYPE a SYSTEM "http://example.org/x.dtd"><primedocsConnect/>')
    refused(
        '<primedocsConnect xmlns:xi="http://www.w3.org/2001/XInclude">'
        '<xi:include href="file:///etc/passwd" parse="text"/></primedocsConnect>'
    )


@pytest.mark.conformance(
    "primedocs-errors",
    line="Status 413: more bytes or elements than the settings allow, told while reading",
    outcome="ours",
)
def test_too_large() -> None:
    endless = Endless()
    with pytest.raises(PortalError) as raised:
        xml_reader.read(endless, limits=LIMITS, content_type="application/xml")
    assert raised.value.code == ErrorCode.DOCUMENT_TOO_LARGE
    assert endless.read_bytes <= LIMITS.bytes + 64 * 1024
    big = "<primedocsConnect><!--" + "x" * LIMITS.bytes + "--></primedocsConnect>"
    assert refused(big).code == ErrorCode.DOCUMENT_TOO_LARGE
    many = "<primedocsConnect>" + "<a/>" * 10_000 + "</primedocsConnect>"
    assert refused(many).code == ErrorCode.DOCUMENT_TOO_LARGE


def test_an_announced_length_is_refused_unread() -> None:
    endless = Endless()
    with pytest.raises(PortalError) as raised:
        xml_reader.read(
            endless,
            limits=LIMITS,
            content_type="application/xml",
            content_length=50 * 1024**2,
        )
    assert raised.value.code == ErrorCode.DOCUMENT_TOO_LARGE
    assert endless.read_bytes == 0


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json",
        "application/x-www-form-urlencoded",
        "xml",
        "multipart/form-data",
    ],
)
@pytest.mark.conformance(
    "primedocs-errors", line="Status 415: any type but application/xml or text/xml", outcome="ours"
)
def test_other_types(content_type: str) -> None:
    assert refused(SEED, content_type).code == ErrorCode.MEDIA_TYPE_UNSUPPORTED


def test_unknown_charset() -> None:
    error = refused(SEED, "application/xml; charset=klingon")
    assert error.code == ErrorCode.MEDIA_TYPE_UNSUPPORTED


@pytest.mark.parametrize(
    ("document", "content_type"),
    [
        (SEED, "application/xml"),
        (SEED, "text/xml"),
        (SEED, "Application/XML; Charset=UTF-8"),
        (SEED, 'application/xml; charset="utf-8"'),
        (b"\xef\xbb\xbf" + SEED, "application/xml; charset=iso-8859-1"),
        (SEED.decode().encode("utf-16"), "application/xml"),
        (SEED.decode().encode("utf-16"), "application/xml; charset=utf-16"),
        # What .NET's StringWriter declares, sent as it says in the header.
        (b'<?xml version="1.0" encoding="utf-16"?>' + SEED, "application/xml; charset=utf-8"),
    ],
)
@pytest.mark.conformance(
    "primedocs-session",
    line="Invocation: Content-Type application/xml; charset=utf-8",
    outcome="supported",
)
def test_types_and_encodings(document: bytes, content_type: str) -> None:
    assert read(document, content_type).forms["Subject"] == "From Sample Script"


def test_latin_letters_by_the_header() -> None:
    found = read(
        '<primedocsConnect><Forms><Value Key="a">Zürich</Value></Forms></primedocsConnect>'.encode(
            "latin-1"
        ),
        "application/xml; charset=iso-8859-1",
    )
    assert found.forms == {"a": "Zürich"}


def test_ten_thousand_values_are_read_at_once() -> None:
    values = "".join(f'<Value Key="k{number}">v</Value>' for number in range(9_990))
    assert len(inside(f"<Forms>{values}</Forms>").forms) == 9_990
