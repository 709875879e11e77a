"""Operations `group`, `file` and `join`: PDF files of some pages, and files to hand out."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from apps.conversion.engines import protocol
from apps.conversion.engines.raster import Canvas
from tests import corpus
from tests.engine import documents
from tests.engine_process import EngineProcess, Outcome


def numbered(count: int) -> bytes:
    return documents.pdf([(f"Number {number}", {}) for number in range(count)])


def words(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_range().strip() for page in document]


def group(engine: EngineProcess, source: Path | bytes, first: int, last: int) -> Outcome:
    params = {"first": first, "last": last}
    return engine.run("pages", "group", source, params, extension="pdf")


def test_a_group_holds_its_pages(engine: EngineProcess) -> None:
    outcome = group(engine, numbered(7), 2, 4)
    assert words(outcome.file("group")) == ["Number 2", "Number 3", "Number 4"]
    assert outcome.part("group")["meta"] == {"pages": 3}


def test_what_leads_to_the_pages_of_a_group_stands_together(engine: EngineProcess) -> None:
    """Readers by range would have to fetch a piece of the file for each page before theirs."""
    content = group(engine, numbered(7), 2, 6).file("group").read_bytes()
    assert b"/ObjStm" in content
    assert b"/Type /Page" not in content


def test_a_group_past_the_end_is_refused(engine: EngineProcess) -> None:
    assert group(engine, numbered(2), 5, 9).code == "document_corrupt"


def test_the_same_group_is_the_same_file(engine: EngineProcess) -> None:
    source = numbered(3)
    one, two = (group(engine, source, 0, 1).file("group").read_bytes() for _ in range(2))
    assert one == two


def test_a_group_leaves_what_other_pages_show(engine: EngineProcess) -> None:
    """All pages refer to one dictionary of resources with a picture for each page."""
    count, size = 12, 60_000
    buffer = io.BytesIO()
    with pikepdf.new() as document:
        noise = numpy.random.default_rng(1)
        pictures = pikepdf.Dictionary()
        for number in range(count):
            picture = document.make_stream(noise.bytes(size))
            picture.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=200,
                Height=100,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
            )
            pictures[f"/P{number}"] = picture
        shared = document.make_indirect(pikepdf.Dictionary(XObject=pictures))
        for number in range(count):
            page = document.add_blank_page(page_size=(600, 800))
            page.Resources = shared
            page.Contents = document.make_stream(b"q 200 0 0 100 50 600 cm /P%d Do Q" % number)
        document.save(buffer)
    outcome = group(engine, buffer.getvalue(), 1, 3)
    assert outcome.file("group").stat().st_size < 3.2 * size


def with_bookmarks() -> bytes:
    """Seven pages with a chapter of two sections, by every kind of destination there is."""
    with pikepdf.open(io.BytesIO(numbered(7))) as document:
        pages = [page.obj for page in document.pages]
        top = pikepdf.Array([pages[3], pikepdf.Name.XYZ, 10, 700, 0])
        document.Root.Names = pikepdf.Dictionary(
            Dests=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("third"), top]))
        )
        document.Root.Dests = pikepdf.Dictionary(old=pikepdf.Array([pages[4], pikepdf.Name.Fit]))
        go = pikepdf.Dictionary(
            S=pikepdf.Name.GoTo, D=pikepdf.Array([pages[2], pikepdf.Name.FitH, 500])
        )
        with document.open_outline() as outline:
            chapter = pikepdf.OutlineItem("Chapter", 0)
            chapter.is_closed = True
            chapter.children.append(pikepdf.OutlineItem("By action", action=go))
            chapter.children.append(pikepdf.OutlineItem("By name", pikepdf.String("third")))
            chapter.children.append(pikepdf.OutlineItem("Last", 6))
            nowhere = pikepdf.OutlineItem("Unknown", pikepdf.String("unknown"))
            outline.root.extend([chapter, nowhere, pikepdf.OutlineItem("End", 6)])
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()


def bookmarks(path: Path) -> list[Any]:
    """[title, page counted from 0 or None, kind of destination, children] of each bookmark."""

    def described(item: Any, numbers: dict[Any, int]) -> list[Any]:
        target = item.destination
        page = numbers[target[0].objgen] if target is not None else None
        kind = str(target[1]) if target is not None else ""
        return [item.title, page, kind, [described(child, numbers) for child in item.children]]

    with pikepdf.open(path) as document, document.open_outline() as outline:
        numbers = {page.objgen: number for number, page in enumerate(document.pages)}
        return [described(item, numbers) for item in outline.root]


def test_a_group_keeps_bookmarks_that_lead_to_its_pages(engine: EngineProcess) -> None:
    source = with_bookmarks()
    outcome = group(engine, source, 2, 4)
    assert bookmarks(outcome.file("group")) == [
        ["Chapter", None, "", [["By action", 0, "/FitH", []], ["By name", 1, "/XYZ", []]]]
    ]
    with pikepdf.open(outcome.file("group")) as document:
        assert document.Root.Outlines.First.Count == -2
        assert list(document.Root.Outlines.First.Last.Dest[1:]) == ["/XYZ", 10, 700, 0]
    assert bookmarks(group(engine, source, 5, 5).file("group")) == []
    assert bookmarks(group(engine, source, 6, 6).file("group")) == [
        ["Chapter", None, "", [["Last", 0, "/Fit", []]]],
        ["End", 0, "/Fit", []],
    ]


def test_an_outline_that_bites_its_tail_is_walked_once(engine: EngineProcess) -> None:
    with pikepdf.open(io.BytesIO(with_bookmarks())) as document:
        first = document.Root.Outlines.First
        first.First.Next = first
        first.Last.First = first
        stream = io.BytesIO()
        document.save(stream)
    outcome = group(engine, stream.getvalue(), 0, 6)
    assert outcome.code == "done"
    assert bookmarks(outcome.file("group"))[0][0] == "Chapter"


def test_many_bookmarks_cost_little(engine: EngineProcess) -> None:
    with pikepdf.open(io.BytesIO(numbered(50))) as document:
        with document.open_outline() as outline:
            outline.root.extend(pikepdf.OutlineItem(f"Item {n}", n % 50) for n in range(5000))
        stream = io.BytesIO()
        document.save(stream)
    outcome = group(engine, stream.getvalue(), 1, 2)
    assert len(bookmarks(outcome.file("group"))) == 200
    assert outcome.exit["cpu_seconds"] < 5


def test_joined_documents_keep_their_bookmarks(engine: EngineProcess) -> None:
    directory, name = engine.job(with_bookmarks(), "pdf")
    (directory / "in" / "next.pdf").write_bytes(with_bookmarks())
    request: Any = {"op": "join", "dir": str(directory), "source": name}
    request["params"] = {"next": "in/next.pdf"}
    events = protocol.submit(engine.socket("pages"), request, 60)
    outcome = Outcome(directory, [dict(event) for event in events])
    found = bookmarks(outcome.file("whole"))
    assert [(title, page) for title, page, _, _ in found] == [
        ("Chapter", 0), ("End", 6), ("Chapter", 7), ("End", 13),
    ]  # fmt: skip
    assert [page for _, page, _, _ in found[2][3]] == [9, 10, 13]


def form() -> bytes:
    """Two pages; one field tree with a widget on each, and a layer that is hidden."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(numbered(2))) as document:
        hidden = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("Hidden"))
        )
        document.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[hidden], D=pikepdf.Dictionary(OFF=[hidden], Order=[hidden])
        )
        root = document.make_indirect(
            pikepdf.Dictionary(T=pikepdf.String("form"), FT=pikepdf.Name.Tx, Kids=[])
        )
        for number, page in enumerate(document.pages):
            look = document.make_stream(b"BT /F0 20 Tf 2 8 Td (filled %d) Tj ET" % number)
            look.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Form,
                BBox=[0, 0, 200, 30],
                Resources=page.Resources,
            )
            widget = document.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Widget,
                    Rect=[100, 600, 300, 630],
                    Parent=root,
                    T=pikepdf.String(f"field{number}"),
                    P=page.obj,
                    F=4,
                    V=pikepdf.String(f"filled {number}"),
                    AP=pikepdf.Dictionary(N=look),
                )
            )
            root.Kids.append(widget)
            page.obj.Annots = pikepdf.Array([widget])
            page.contents_add(b"/OC /L BDC BT /F0 24 Tf 100 500 Td (secret) Tj ET EMC")
            page.obj.Resources.Properties = pikepdf.Dictionary(L=hidden)
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[root])
        document.save(buffer)
    return buffer.getvalue()


def looks(path: Path | bytes, index: int) -> Any:
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    return Canvas().draw(document, document[index], {"dpi": 50})


def test_form_fields_and_layers_keep_their_looks(engine: EngineProcess) -> None:
    source = form()
    outcome = group(engine, source, 1, 1)
    assert numpy.array_equal(looks(source, 1), looks(outcome.file("group"), 0))
    with pikepdf.open(outcome.file("group")) as document:
        [field] = document.Root.AcroForm.Fields
        assert (str(field.T), str(field.V), field.FT) == ("form.field1", "filled 1", "/Tx")
        assert b"filled 0" not in b"".join(
            stream.read_bytes() for stream in document.objects if isinstance(stream, pikepdf.Stream)
        )


@corpus.requires_corpus
@pytest.mark.parametrize("entry", corpus.entries("pdf"), ids=lambda entry: entry.id)
def test_groups_look_like_their_source(engine: EngineProcess, entry: corpus.Entry) -> None:
    count = len(pypdfium2.PdfDocument(entry.path))
    first, last = (0, 0) if count == 1 else (1, min(count, 5) - 1)
    outcome = group(engine, entry.path, first, last)
    assert outcome.code == "done"
    for index in range(first, last + 1):
        expected, found = looks(entry.path, index), looks(outcome.file("group"), index - first)
        assert expected.shape == found.shape
        assert int(numpy.abs(expected.astype(int) - found.astype(int)).max()) <= 2


def file(
    engine: EngineProcess, form: str, pages: str = "", count: int = 4, **options: Any
) -> Outcome:
    params = {"format": form, "pages": pages, "dpi": 72} | options
    return engine.run("pages", "file", numbered(count), params, extension="pdf")


@pytest.mark.parametrize(
    ("pages", "numbers"),
    [("", [0, 1, 2, 3]), ("1", [1]), ("0-1,3", [0, 1, 3]), ("2-", [2, 3]), ("3,0", [3, 0])],
)
def test_chosen_pages_as_text_and_pdf(
    engine: EngineProcess, pages: str, numbers: list[int]
) -> None:
    expected = [f"Number {number}" for number in numbers]
    outcome = file(engine, "txt", pages)
    assert outcome.meta == {"pages": 4, "chosen": len(numbers)}
    assert outcome.file("file").read_text().strip().split("\n\f") == expected
    assert words(file(engine, "pdf", pages).file("file")) == expected


@pytest.mark.parametrize("pages", ["4", "0-4", "9-", "2-1"])
def test_pages_that_are_not_there_are_refused(engine: EngineProcess, pages: str) -> None:
    assert file(engine, "pdf", pages).code == "page_not_found"


@pytest.mark.parametrize("form", ["png", "jpeg", "svg"])
def test_a_file_for_each_page(engine: EngineProcess, form: str) -> None:
    outcome = file(engine, form, "1-2")
    assert outcome.parts == ["page/1", "page/2"]
    if form != "svg":
        assert Image.open(outcome.file("page/1")).size == (600, 800)


def test_a_tiff_of_all_pages(engine: EngineProcess) -> None:
    with Image.open(file(engine, "tiff").file("file")) as tiff:
        assert (tiff.n_frames, tiff.size, tiff.info["dpi"]) == (4, (600, 800), (72, 72))


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ({"width": 300}, (300, 400)),
        ({"height": 400}, (300, 400)),
        ({"width": 300, "height": 300}, (225, 300)),
        ({"width": 150, "height": 300}, (150, 200)),
    ],
)
@pytest.mark.parametrize("form", ["png", "jpeg", "tiff"])
def test_images_fit_into_a_box(
    engine: EngineProcess, form: str, box: dict[str, int], size: tuple[int, int]
) -> None:
    outcome = file(engine, form, "1", dpi=0, **box)
    with Image.open(outcome.file(outcome.parts[0])) as image:
        assert image.size == size
        if form == "tiff":
            assert image.info["dpi"][0] == pytest.approx(72 * size[0] / 600, abs=0.01)


@pytest.mark.parametrize("form", ["pdf", "tiff"])
def test_pages_apart(engine: EngineProcess, form: str) -> None:
    outcome = file(engine, form, "0,2-", apart=True)
    assert outcome.parts == ["page/0", "page/2", "page/3"]
    assert outcome.meta == {"pages": 4, "chosen": 3}
    if form == "pdf":
        assert [words(outcome.file(part)) for part in outcome.parts] == [
            ["Number 0"], ["Number 2"], ["Number 3"],
        ]  # fmt: skip
    else:
        with Image.open(outcome.file("page/2")) as tiff:
            assert (tiff.n_frames, tiff.size) == (1, (600, 800))


def test_two_documents_joined(engine: EngineProcess) -> None:
    directory, name = engine.job(numbered(2), "pdf")
    (directory / "in" / "next.pdf").write_bytes(form())
    request: Any = {"op": "join", "dir": str(directory), "source": name}
    request["params"] = {"next": "in/next.pdf"}
    events = protocol.submit(engine.socket("pages"), request, 60)
    outcome = Outcome(directory, [dict(event) for event in events])
    assert outcome.meta["pages"] == 4
    assert [line.split("\r")[0] for line in words(outcome.file("whole"))][:2] == [
        "Number 0",
        "Number 1",
    ]
