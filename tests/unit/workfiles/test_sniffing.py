"""A file is what its bytes say; where they say nothing, what it is called."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile

import pytest

from apps.core.errors import ErrorCode, PortalError
from apps.workfiles.formats import FORMATS
from apps.workfiles.sniffing import identify
from tests import corpus, factories

# Every file of the corpus is what its extension says, except these.
EXCEPTIONS = {
    # No engine reads these.
    "cad/libredwg__dwg2007_Donut.dwg": ErrorCode.FORMAT_UNSUPPORTED,
    "cad/libredwg__dwgr10_tmp_line.dwg": ErrorCode.FORMAT_UNSUPPORTED,
    "cad/libredwg__dwgtest-data_example_2013.dwg": ErrorCode.FORMAT_UNSUPPORTED,
    "cad/libredwg__dwgtest-data_sample_2018.dwg": ErrorCode.FORMAT_UNSUPPORTED,
    "cad/tika__architectural_-_annotation_scaling_and_multileaders.dwg": (
        ErrorCode.FORMAT_UNSUPPORTED
    ),
    "cad/tika__testDWG2010_custom_props.dwg": ErrorCode.FORMAT_UNSUPPORTED,
    "cad/tika__testCADKEY.prt": ErrorCode.FORMAT_UNSUPPORTED,
    "office/tika__test_text.xps": ErrorCode.FORMAT_UNSUPPORTED,
    "hostile/made/nested-bomb.zip": ErrorCode.FORMAT_UNSUPPORTED,
    # The name lies and the bytes tell.
    "hostile/made/pdf-named.docx": "pdf",
    "hostile/made/png-named.pdf": "png",
    # Word itself saves web pages under this name.
    "hostile/made/html-named.doc": "html",
    # Cut off, or nothing there.
    "hostile/made/truncated-60pct.docx": ErrorCode.DOCUMENT_CORRUPT,
    "hostile/poi__clusterfuzz-testcase-minimized-POIXSSFFuzzer-5185049589579776.xlsx": (
        ErrorCode.DOCUMENT_CORRUPT
    ),
    "hostile/poi__crash-517626e815e0afa9decd0ebb6d1dee63fb9907dd.docx": ErrorCode.DOCUMENT_CORRUPT,
    "hostile/made/zero-byte.docx": ErrorCode.DOCUMENT_EMPTY,
    "hostile/made/zero-byte.pdf": ErrorCode.DOCUMENT_EMPTY,
}
SAME_BYTES = {"xlsm": "xlsx", "tiff": "tif", "jpeg": "jpg"}


def told(content: bytes, extension: str = "") -> str:
    """The extension of the format, or the error's code."""
    try:
        return identify(io.BytesIO(content), len(content), extension).extension
    except PortalError as error:
        return error.code


@corpus.requires_corpus
@pytest.mark.parametrize(
    "entry",
    corpus.entries("office", "pdf", "images", "text", "cad", "hostile"),
    ids=lambda entry: entry.id,
)
def test_a_real_file_is_recognised_or_refused_by_name(entry: corpus.Entry) -> None:
    content = entry.path.read_bytes()
    expected = EXCEPTIONS.get(entry.id, entry.extension)
    assert told(content, entry.extension) == expected
    if entry.id in EXCEPTIONS:
        return
    # Without a name: binary formats tell by themselves, text formats do not.
    unnamed = SAME_BYTES.get(entry.extension, entry.extension)
    silent = FORMATS[entry.extension].is_textual
    assert told(content) == (ErrorCode.FORMAT_UNRECOGNIZED if silent else unnamed)


@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_the_bytes_win_over_the_name(extension: str) -> None:
    assert told(factories.png(), extension) == "png"


@pytest.mark.parametrize("extension", ["docm", "DOTX", "docx", "txt", ""])
def test_among_formats_of_the_same_bytes_the_name_decides(extension: str) -> None:
    wanted = extension.lower() if extension.lower() in ("docm", "dotx") else "docx"
    assert told(factories.docx("x"), extension) == wanted


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("extension", ["", "docx", "pdf", "png", "txt", "csv", "html"])
def test_random_bytes_are_no_document(extension: str, seed: int) -> None:
    noise = random.Random(seed).randbytes(5000)  # noqa: S311
    textual = extension in ("txt", "csv", "html")
    assert told(noise, extension) == (
        ErrorCode.FORMAT_MISMATCH if textual else ErrorCode.FORMAT_UNRECOGNIZED
    )


@pytest.mark.parametrize("cut", [4, 29, 31, 100, 511, 513, 2000])
@pytest.mark.parametrize("format", ["docx", "doc", "xls"])
def test_a_document_cut_off_anywhere_is_refused_or_recognised(format: str, cut: int) -> None:
    """Never an unexpected exception, whatever is missing."""
    source = factories.docx("x") if format == "docx" else ole("WordDocument", "Workbook")
    assert told(source[:cut], format) in {
        ErrorCode.DOCUMENT_CORRUPT,
        ErrorCode.FORMAT_UNSUPPORTED,
        ErrorCode.FORMAT_UNRECOGNIZED,
        "doc",
    }


def test_no_bytes_are_no_document() -> None:
    assert told(b"", "txt") == ErrorCode.DOCUMENT_EMPTY


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln", "utf-8"),
        ("Grüße aus Köln", "utf-8-sig"),
        ("Grüße aus Köln", "latin-1"),
        ("Grüße aus Köln", "utf-16"),
        ("Grüße aus Köln", "utf-16-le"),
        ("Grüße aus Köln", "utf-16-be"),
        ("漢字とかな", "shift_jis"),
        ("漢字とかな", "utf-16"),
    ],
)
def test_text_is_text_in_any_encoding(text: str, encoding: str) -> None:
    assert told((text * 50).encode(encoding), "txt") == "txt"
    assert told((text * 50).encode(encoding)) == ErrorCode.FORMAT_UNRECOGNIZED


@pytest.mark.parametrize(
    "text",
    [
        "BMW has published figures for the quarter, and they are long enough to be a file.",
        "0123456789012345678901234567890123456789 EMF stands here at offset forty",
        "<!DOCTYPE html><body><svg width='1'></svg></body>",
        "<!-- <svg> is only talked about --><html></html>",
        "999 bottles\n0 SECTION",
    ],
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert told(text.encode(), "html") == "html"


@pytest.mark.parametrize(
    "text",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "\ufeff<?xml version='1.0'?>\n<!-- made by hand -->\n<svg:svg/>",
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd"><svg/>',
        '<!DOCTYPE svg [ <!ENTITY ns "a > b"> ]><svg xmlns="&ns;"/>',
        '<!DOCTYPE svg [ <!ENTITY ns "a ] b"> ]\n><svg xmlns="&ns;"/>',
        f"<!-- {'licence ' * 5000} --><svg/>",
        "<!DOCTYPE svg [" + '<!ENTITY a "b">' * 2500 + "]><svg/>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_svg_tells_by_its_root_element(text: str, encoding: str) -> None:
    if encoding != "utf-8":
        text = text.removeprefix("\ufeff")
    assert told(text.encode(encoding)) == "svg"


def test_a_drawing_that_is_named_may_talk_as_long_as_it_likes() -> None:
    text = f"<!-- {'x' * 300_000} --><svg/>".encode()
    assert told(text, "svg") == "svg"
    assert told(text) == ErrorCode.FORMAT_UNRECOGNIZED
    assert told(b"<html></html>", "svg") == ErrorCode.FORMAT_UNRECOGNIZED
    assert told(b"no mark-up", "svg") == ErrorCode.FORMAT_UNRECOGNIZED


@pytest.mark.parametrize("extension", ["doc", "DOC", "docx", "xls", "ppt", "rtf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><body>From Word</body></html>",
        "<!DOCTYPE HTML>\n<!-- saved --><HTML><body></body></HTML>",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
    ],
)
def test_a_web_page_under_an_office_name_is_a_web_page(
    text: str, encoding: str, extension: str
) -> None:
    assert told(text.encode(encoding), extension) == "html"
    assert told(text.encode(encoding)) == ErrorCode.FORMAT_UNRECOGNIZED
    assert told(text.encode(encoding), "csv") == "csv"


@pytest.mark.parametrize(
    ("content", "extension", "words"),
    [
        (b"AC1032\0\0\0\0", "", "AutoCAD drawing (DWG)"),
        (b"AC1006\0\0\0\0", "docx", "Save it as DXF or PDF"),
        (b"AC2.10\0", "dwg", "AutoCAD drawing"),
        (b"\xa5\x0f\xf0\x5a\x1e\x02\0\0", "", "CAD part (PRT)"),
        (b"\x00\x01binary", "prt", "CAD part (PRT)"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "", "HEIC"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "doc", "MHTML"),
        (b"Subject: hello", "eml", "e-mail"),
        (b"Rar!\x1a\x07\0", "", "Unpack it"),
    ],
)
def test_a_known_format_that_is_not_read_is_named(
    content: bytes, extension: str, words: str
) -> None:
    with pytest.raises(PortalError) as caught:
        identify(io.BytesIO(content), len(content), extension)
    assert caught.value.code == ErrorCode.FORMAT_UNSUPPORTED
    assert words in caught.value.detail
    assert caught.value.at == ("FileExtension" if extension in ("prt", "eml", "dwg") else "")


@pytest.mark.parametrize("text", ["AC1032 is a number", "MIME is a standard", "%!PSalm"])
def test_text_that_is_named_is_text(text: str) -> None:
    wanted = ErrorCode.FORMAT_UNSUPPORTED if text.startswith("%!PS") else "txt"
    assert told(text.encode(), "txt") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "  0\nSECTION\n  2\nHEADER\n",
        "0\r\nSECTION\r\n",
        "999\nmade by hand\n999\ntwice\n  0\nSECTION\n",
        "AutoCAD Binary DXF\r\n\x1a\0",
    ],
)
def test_dxf_tells_by_its_first_section(text: str) -> None:
    assert told(text.encode()) == "dxf"


def test_a_file_made_to_be_slow_to_recognise_is_not() -> None:
    for slow in (
        b"999" + b"\n" * 4093,
        b"999\n\n" * 819,
        b"<!a" * 1365,
        b"<a" * 2048,
        b"[]" * 2048,
        b"<!a" * 100_000,
        b"<!a [" + b"] " * 100_000,
        b"<!---->" * 40_000,
        b"<?a?>" * 50_000,
        b"<!--" + b"<!-- " * 50_000,
        b"<" + b" " * 200_000,
        b"<!a>" * 60_000,
        b"<!a[]>" * 40_000,
    ):
        began = time.process_time()
        told(slow, "txt")
        assert time.process_time() - began < 0.1


def test_a_package_with_a_pdf_inside_is_still_a_package() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("embedded.pdf", b"%PDF-1.4 ...")
        package.writestr("word/document.xml", b"<document/>")
    assert told(stream.getvalue()) == "docx"


def test_a_package_with_a_large_directory_end_record_is_read() -> None:
    """Some producers write ZIP64 for small files, too."""
    plain = factories.docx("x")
    end = plain.rfind(b"PK\x05\x06")
    count, _, size, start = struct.unpack_from("<HHII", plain, end + 8)
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\5\6", *[0xFFFF] * 4, *[0xFFFFFFFF] * 2, 0)
    assert told(plain[:end] + wide + locator + last) == "docx"


def ole(*streams: str, apart: int = 1) -> bytes:
    """An OLE2 file whose directory has one stream a sector, `apart` sectors from one another."""
    numbers = [1 + apart * place for place in range(len(streams) + 1)]
    sectors = {number: b"" for number in range(numbers[-1] + 1)}
    table = [0xFFFFFFFF] * 128
    for here, following in zip(numbers, [*numbers[1:], 0xFFFFFFFE], strict=True):
        table[here] = following
    sectors[0] = struct.pack("<128I", *table)
    for number, name in zip(numbers, ["Root Entry", *streams], strict=True):
        raw = (name + "\0").encode("utf-16-le")
        sectors[number] = raw.ljust(64, b"\0") + struct.pack("<H", len(raw))
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHH", head, 24, 0x3E, 3, 0xFFFE, 9)
    struct.pack_into("<III", head, 44, 1, numbers[0], 0)
    struct.pack_into("<109I", head, 76, 0, *[0xFFFFFFFF] * 108)
    return bytes(head) + b"".join(sectors[n].ljust(512, b"\0") for n in sorted(sectors))


@pytest.mark.parametrize("apart", [1, 5, 40])
def test_an_old_office_file_tells_wherever_its_directory_lies(apart: int) -> None:
    assert told(ole("Pictures", "Current User", "PowerPoint Document", apart=apart)) == "ppt"


def test_an_encrypted_package_is_known_even_beside_a_stub_for_old_programs() -> None:
    assert told(ole("WordDocument", "EncryptedPackage"), "xlsx") == "xlsx"
    assert told(ole("WordDocument", "EncryptedPackage")) == "docx"


def test_a_directory_that_runs_in_a_circle_ends() -> None:
    content = bytearray(ole("Something"))
    struct.pack_into("<I", content, 512 + 4 * 2, 1)
    assert told(bytes(content)) == ErrorCode.FORMAT_UNSUPPORTED
