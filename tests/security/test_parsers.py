"""What outsiders write and this process reads: made-up headers, names and bodies break nothing.

Each parser takes bytes, as they come over the wire. It answers, or it raises the refusal that its
callers know how to spell; anything else, and anything slow, is a fault. What once was a fault is
kept in `crashers/<parser>/` and read again each time.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.clients import addresses
from apps.conversion.engines import template_marks
from apps.core import ids
from apps.core.errors import PortalError
from apps.dialects import base, ranges
from apps.dialects.datawollet import prefer
from apps.dialects.native import edit_wire
from apps.dialects.primedocs import grammar, xml_reader
from apps.dialects.prizmdoc import task_wire, watermarks
from apps.dialects.prizmdoc import wire as prizmdoc
from apps.dialects.wopi import wire as wopi
from apps.editing import parameters
from apps.extraction.reading import patterns, schema
from apps.workfiles import services as workfiles
from apps.workfiles import sniffing

AREA = "Parsers of headers, names, bodies and first bytes"

CRASHERS = Path(__file__).parent / "crashers"
SECONDS = 2.0
FILTERS = frozenset({"upper", "date", "currency"})
LIMITS = xml_reader.Limits(2**20, 10_000, 16)
REFUSALS = (PortalError, schema.SchemaFault, patterns.PatternFault, ValidationError, InvalidToken)
Bytes = st.SearchStrategy[bytes]


class Parser(NamedTuple):
    """How bytes are read, and what bytes to try."""

    read: Callable[[bytes], object]
    sent: Bytes
    refusals: tuple[type[Exception], ...] = REFUSALS


def text(content: bytes) -> str:
    """As WSGI hands a header on."""
    return content.decode("latin-1")


def header_names(content: bytes) -> object:
    """A file's name in an answer's header: one line, whatever the name."""
    name = workfiles.clean_name(content.decode("utf-8", "surrogateescape"))
    return HttpResponse(headers={"Content-Disposition": base.disposition(name or "document")})


def sniffed(content: bytes) -> object:
    extension, _, rest = content.partition(b"|")
    return sniffing.identify(io.BytesIO(rest), len(rest), text(extension))


def connect(content: bytes) -> object:
    kind = "application/xml"
    return grammar.parse(xml_reader.read(io.BytesIO(content), limits=LIMITS, content_type=kind))


def marks(content: bytes) -> object:
    return template_marks.read(
        [template_marks.Line("body", 1, content.decode("utf-8", "replace"))], FILTERS
    )


def as_json(read: Callable[[dict[str, Any]], object]) -> Callable[[bytes], object]:
    """A reader of JSON objects, which are what views hand on."""

    def reader(content: bytes) -> object:
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            return None
        return read(body if isinstance(body, dict) else {"input": body})

    return reader


def searched(content: bytes) -> object:
    pattern = patterns.compile_pattern(content.decode("utf-8", "replace")[:200])
    return pattern.search("a" * 1000 + "b1 2")


def drawn(body: dict[str, Any]) -> object:
    items = body.get("watermarks")
    items = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else [body]
    return watermarks.parse(items, None, {"date": "today"}, str.upper)


# --- What is sent ---------------------------------------------------------------------------------


def bits(*known: bytes) -> Bytes:
    """Known pieces and any bytes between them, in any order."""
    return st.lists(st.sampled_from(known) | st.binary(max_size=12), max_size=30).map(b"".join)


def spun(*known: bytes) -> Bytes:
    """One piece again and again, with a broken end: what makes careless patterns slow."""
    pieces = st.lists(st.sampled_from(known), min_size=1, max_size=3).map(b"".join)
    ends = st.sampled_from([b"", b"\0", b"\n", b'"', b"<", b"}"])
    return st.tuples(pieces, st.integers(1, 4000), ends).map(lambda t: (t[0] * t[1])[:8000] + t[2])


def headers(*known: bytes) -> Bytes:
    return bits(*known) | spun(*known)


def json_objects(*names: str, values: tuple[str, ...] = ()) -> Bytes:
    """JSON with the names that a reader knows, and values of every kind."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=20)
        | st.sampled_from(["", "{{a}}", "2" * 400, *values])
    )
    named = st.sampled_from(names) | st.text(max_size=8)
    inner = st.recursive(
        leaves,
        lambda below: st.lists(below, max_size=4) | st.dictionaries(named, below, max_size=6),
        max_leaves=25,
    )
    return st.dictionaries(named, inner, max_size=8).map(lambda body: json.dumps(body).encode())


def zipped(names: list[str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in dict.fromkeys(names):
            archive.writestr(name, "x")
    return stream.getvalue()


def broken(content: Bytes) -> Bytes:
    """The same with some bytes overwritten, and cut."""
    hurt = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6)

    def apply(given: tuple[bytes, list[tuple[int, int]], int]) -> bytes:
        changed = bytearray(given[0])
        for position, value in given[1]:
            if changed:
                changed[position % len(changed)] = value
        return bytes(changed[: max(1, given[2])])

    return st.tuples(content, hurt, st.integers(1, 4000)).map(apply)


OFFICE = ["[Content_Types].xml", "word/document.xml", "mimetype", "xl/workbook.xml", "../a"]
MAGIC = (
    b"|",
    b"%PDF-",
    b"PK\3\4",
    b"PK\5\6",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"RIFF",
    b"WEBP",
)
MARKUP = (
    b"docx|",
    b"<?xml",
    b"<!DOCTYPE",
    b"<svg",
    b"<a:b",
    b"999\n",
    b"0\nSECTION\n",
    b"\xff\xfe",
)
XML = [
    *(b"<primedocsConnect>", b"</primedocsConnect>", b"<Template Id='a'/>", b"<Forms>"),
    *(b"</Forms>", b"<Value Key='a'>", b"</Value>", b"<Object Key=''>", b"<a>"),
    *(b"<!DOCTYPE a [", b"<!ENTITY a 'b'>", b"&a;", b"&#0;", b"<![CDATA[", b"]]>"),
    b"<?xml version='1.0' encoding='UTF-16'?>",
]
PARSERS = {
    "first-bytes": Parser(sniffed, bits(*MAGIC) | spun(*MARKUP, *MAGIC) | bits(*MARKUP)),
    "zip": Parser(
        sniffed,
        broken(st.lists(st.sampled_from(OFFICE), max_size=4).map(zipped)).map(
            lambda content: b"docx|" + content
        ),
    ),
    "range": Parser(
        lambda content: ranges.wanted(text(content), 1000),
        headers(b"bytes", b"=", b"-", b"0", b"999", b",", b" ", b"9" * 30),
    ),
    "prefer": Parser(
        lambda content: prefer.parse(text(content), longest=30).applied(),
        headers(
            b"wait", b"=", b'"', b"\\", b",", b";", b" ", b"document-class", b"handling=strict"
        ),
    ),
    "if-match": Parser(
        lambda content: edit_wire.expected(text(content), "If-Match"),
        headers(b'"', b"1", b"W/", b"*", b",", b"9" * 400, "\u00b2".encode("latin-1")),
    ),
    "file-names": Parser(header_names, headers(b"a", b'"', b"\r\n", b"\xe2\x80\xae", b"/", b"\\")),
    "tokens": Parser(
        lambda content: (ids.is_token(text(content)), ids.unseal(text(content))),
        headers(b"gAAAAA", b"A" * 43, b"=", b"-", b"_", "\u0131".encode()),
    ),
    "connect-xml": Parser(connect, bits(*XML) | spun(*XML)),
    "marks": Parser(
        marks,
        headers(*(b"{{", b"}}", b"{%", b"%}", b"if ", b"for a in b", b"endif", b"endfor", b"a.b")),
    ),
    "watermarks": Parser(
        as_json(drawn),
        json_objects(
            *("type", "text", "color", "fontSize", "opacity", "src", "slope", "watermarks"),
            values=("text", "diagonalText", "image", "#fff", "12pt", "data:image/png;base64,"),
        ),
    ),
    "search-terms": Parser(
        as_json(task_wire.parse_search),
        json_objects(
            *("input", "searchTerms", "type", "pattern", "caseSensitive", "matchWholeWord"),
            values=("simple", "regex", "(a+)+b"),
        ),
    ),
    "viewing-session": Parser(
        as_json(prizmdoc.parse_session),
        json_objects(
            *("render", "html5", "rasterResolution", "source", "type", "tenantId", "password"),
            *("minSecondsAvailable", "serverCaching", "countOfInitialPages", "attachmentIndex"),
            values=("none", "full", "true"),
        ),
    ),
    "stop-notice": Parser(
        as_json(prizmdoc.parse_stop), json_objects("httpStatus", "endUserMessage", "status")
    ),
    "wopi-names": Parser(
        lambda content: wopi.file_name({"X": text(content)}, "X"),
        headers(b"+", b"-", b"+AOk-", b"+2D3eAA-", b"/", b"a.docx", b"+////-", b"\xff"),
    ),
    "wopi-locks": Parser(
        lambda content: (
            wopi.lock({"X": text(content)}, "X"),
            wopi.number({"X": text(content)}, "X"),
        ),
        headers(b"L", b"9", "\u00b2".encode("latin-1"), b"9" * 5000, b"\x7f"),
    ),
    "field-schemas": Parser(
        as_json(schema.parse),
        json_objects(
            *("properties", "type", "pattern", "items", "x-labels", "x-hints", "required", "near"),
            values=("object", "array", "string", "(a|a)*b", "[a-", "a{9,1}"),
        ),
    ),
    "patterns": Parser(
        searched,
        headers(*(b"(", b")", b"*", b"+", b"{1,99}", b"a", b"|", b"[", b"]", b"\\d", b"^", b"$")),
    ),
    "launch-parameters": Parser(
        as_json(parameters.read),
        json_objects(*parameters.NAMES, values=("https://[::1", "https://a:99999/", "edit", "de-")),
    ),
    "addresses": Parser(
        lambda content: (
            addresses.normalize_origins(text(content)),
            addresses.normalize_hosts(text(content)),
            addresses.validate_web_address(text(content)),
        ),
        headers(b"https://", b"[", b"]", b"::1", b"@", b":", b"99999", b"xn--", b"\n", b".", b"*"),
        (*REFUSALS, ValueError),
    ),
}


# --- What happens ---------------------------------------------------------------------------------


def feed(parser: Parser, content: bytes, seconds: float = SECONDS) -> None:
    """Reads the bytes. Fails for what is no refusal, and for what takes long."""
    began = time.process_time()
    with suppress(*parser.refusals):
        parser.read(content)
    took = time.process_time() - began
    assert took < seconds, f"{took:.1f} s for {len(content)} bytes"


@pytest.mark.parametrize(
    "examples", [40, pytest.param(1500, marks=pytest.mark.security_slow)], ids=["few", "many"]
)
@pytest.mark.parametrize("name", PARSERS)
def test_made_up_input_is_read_or_refused(name: str, examples: int) -> None:
    parser = PARSERS[name]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(parser.sent)
    def read(content: bytes) -> None:
        feed(parser, content)

    read()


@pytest.mark.parametrize("file", sorted(CRASHERS.glob("*/*")), ids=lambda file: file.name)
def test_what_was_a_fault_once_is_none_again(file: Path) -> None:
    feed(PARSERS[file.parent.name], file.read_bytes())


def test_a_fault_is_seen() -> None:
    def careless(content: bytes) -> object:
        return {b"a": 1}[content]

    with pytest.raises(KeyError):
        feed(Parser(careless, st.binary()), b"b")
    with pytest.raises(AssertionError, match="s for"):
        feed(Parser(lambda _: sum(range(10**6)), st.binary()), b"", seconds=0.001)
