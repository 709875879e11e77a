"""Tracked changes as they are read, typed and proven: hand-made markup, no program involved."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from apps.conversion.engines import redline_proof, redline_reader, revisions
from apps.conversion.engines.redline_package import Package
from apps.conversion.substance import essence
from tests.engine import documents

_BY = 'w:id="1" w:author="Recto" w:date="2000-01-01T00:00:00Z"'


def run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def ins(text: str) -> str:
    return f"<w:ins {_BY}>{run(text)}</w:ins>"


def gone(text: str) -> str:
    return f'<w:del {_BY}><w:r><w:delText xml:space="preserve">{text}</w:delText></w:r></w:del>'


def p(*runs: str, mark: str = "", layout: str = "") -> str:
    inner = f"<w:rPr><w:{mark} {_BY}/></w:rPr>" if mark else ""
    return f"<w:p><w:pPr>{layout}{inner}</w:pPr>{''.join(runs)}</w:p>"


def table(*rows: tuple[str, list[str]]) -> str:
    inner = "".join(
        f"<w:tr><w:trPr>{f'<w:{state} {_BY}/>' if state else ''}</w:trPr>"
        + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells)
        + "</w:tr>"
        for state, cells in rows
    )
    return f"<w:tbl>{inner}</w:tbl>"


def package(tmp_path: Path, body: str, name: str = "red-lined") -> Package:
    path = tmp_path / f"{name}.docx"
    path.write_bytes(documents.docx(body))
    return Package(path, name)


def found(tmp_path: Path, body: str) -> list[tuple[str, str, str, bool]]:
    stories = redline_reader.stories_of(package(tmp_path, body))
    return [(r.kind, r.text, r.new_text, r.substantive) for r in revisions.revisions_of(stories)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (p(run("same")), []),
        (p(run("a "), ins("new "), run("b")), [("inserted", "new ", "", True)]),
        (p(run("a "), gone("old "), run("b")), [("deleted", "old ", "", True)]),
        (p(gone("old"), ins("new")), [("replaced", "old", "new", True)]),
        (p(ins("new"), gone("old")), [("replaced", "old", "new", True)]),
        (
            p(gone("old"), run(" kept "), ins("new")),
            [("deleted", "old", "", True), ("inserted", "new", "", True)],
        ),
        (p(gone("Word"), ins("WORD")), [("replaced", "Word", "WORD", False)]),
        (p(gone("end."), ins("end;")), [("replaced", "end.", "end;", False)]),
        (p(gone("1.5"), ins("15")), [("replaced", "1.5", "15", True)]),
        (p(run("1"), gone("."), run("5")), [("deleted", ".", "", True)]),
        (p(run("so"), gone("."), run(" it")), [("deleted", ".", "", False)]),
        (p(gone("5%"), ins("5")), [("replaced", "5%", "5", True)]),
        (p(gone("a b"), ins("a\u00a0b")), [("replaced", "a b", "a\u00a0b", False)]),
        (p(run("a"), ins(" "), run("b")), [("inserted", " ", "", False)]),
        (p(ins("all new"), mark="ins") + p(run("x")), [("inserted", "all new", "", True)]),
        (
            p(gone("one"), mark="del") + p(ins("two"), mark="ins") + p(run("x")),
            [("replaced", "one", "two", True)],
        ),
        (
            p(gone("1a"), mark="del") + p(gone("2b"), mark="del") + p(ins("c"), mark="ins"),
            [("deleted", "1a", "", True), ("deleted", "2b", "", True), ("inserted", "c", "", True)],
        ),
        (p(run("split"), mark="ins") + p(run("here")), [("inserted", "\n", "", False)]),
        (
            p(run("bold", f"<w:rPr><w:b/><w:rPrChange {_BY}><w:rPr/></w:rPrChange></w:rPr>")),
            [("formatted", "bold", "", False)],
        ),
        (
            p(run("moved in"), layout=f"<w:pPrChange {_BY}><w:pPr/></w:pPrChange>"),
            [("formatted", "moved in", "", False)],
        ),
        (
            table(("", [p(run("a"))]), ("ins", [p(ins("b"), mark="ins")])),
            [("inserted", "b", "", True)],
        ),
        (table(("del", [p(run("plain"))])), [("deleted", "plain", "", True)]),
        (f"<w:p><w:ins {_BY}>{gone('passing')}</w:ins></w:p>", []),
    ],
)  # fmt: skip
def test_types(tmp_path: Path, body: str, expected: list[object]) -> None:
    assert found(tmp_path, body) == expected


def _move(kind: str, text: str, name: str = "m1") -> str:
    tag = "delText" if kind == "moveFrom" else "t"
    return (
        f'<w:{kind}RangeStart w:id="7{kind}" w:name="{name}" w:author="Recto"/>'
        f"<w:{kind} {_BY}><w:r><w:{tag}>{text}</w:{tag}></w:r></w:{kind}>"
        f'<w:{kind}RangeEnd w:id="7{kind}"/>'
    )


def test_a_move_is_one_revision_with_its_source(tmp_path: Path) -> None:
    body = (
        p(_move("moveFrom", "a clause"), mark="moveFrom")
        + p(run("between"))
        + p(_move("moveTo", "a clause"), mark="moveTo")
        + p(run("after"))
    )
    stories = redline_reader.stories_of(package(tmp_path, body))
    (moved,) = revisions.revisions_of(stories)
    assert (moved.kind, moved.text, moved.new_text) == ("moved", "a clause", "")
    text = revisions.shown_text(stories[0])
    assert moved.source is not None
    assert text[moved.source[1] : moved.source[2]].strip() == "a clause"
    assert text[moved.start : moved.end].strip() == "a clause"
    assert moved.start > moved.source[2]


MARKED = (
    p(run("Kept "), gone("old"), ins("new"), run(" words"))
    + p(gone("Leaves"), mark="del")
    + p(ins("Comes"), mark="ins")
    + p(run("Joined "), mark="del")
    + p(run("later"))
    + table(("", [p(run("x")), p(run("y"))]), ("del", [p(run("row")), p(run("gone"))]),
            ("ins", [p(ins("row")), p(ins("new"))]))
    + p(run("End"))
)  # fmt: skip
OLD = (
    documents.paragraphs("Kept old words", "Leaves", "Joined ", "later")
    + table(("", [p(run("x")), p(run("y"))]), ("", [p(run("row")), p(run("gone"))]))
    + documents.paragraphs("End")
)
NEW = (
    documents.paragraphs("Kept new words", "Comes", "Joined later")
    + table(("", [p(run("x")), p(run("y"))]), ("", [p(run("row")), p(run("new"))]))
    + documents.paragraphs("End")
)


def proof(tmp_path: Path, old: str, new: str, marked: str) -> dict[str, object]:
    pair = redline_proof.read(package(tmp_path, old, "original"), package(tmp_path, new, "revised"))
    return redline_proof.prove(pair, redline_reader.stories_of(package(tmp_path, marked)))


def test_the_proof_holds(tmp_path: Path) -> None:
    assert proof(tmp_path, OLD, NEW, MARKED) == {
        "accept_all": True, "reject_all": True, "not_compared": [], "details": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("right", "wrong", "accepted", "rejected"),
    [
        ("Kept ", "Kapt ", False, False),
        (">new<", ">now<", False, True),
        (">old<", ">odd<", True, False),
        ("Leaves", "Lives", True, False),
        (p(ins("Comes"), mark="ins"), p(ins("Comes")), True, False),
        (p(gone("Leaves"), mark="del"), "", True, False),
        (p(run("Joined "), mark="del"), p(run("Joined ")), False, True),
        (">gone<", ">going<", True, False),
        ("<w:tc>" + p(run("y")) + "</w:tc>", p(run("y")), False, False),
        (p(run("End")), "", False, False),
    ],
)
def test_the_proof_notices(
    tmp_path: Path, right: str, wrong: str, accepted: bool, rejected: bool
) -> None:
    assert right in MARKED
    result = proof(tmp_path, OLD, NEW, MARKED.replace(right, wrong, 1))
    assert (result["accept_all"], result["reject_all"]) == (accepted, rejected)
    assert result["details"]


def test_a_change_nobody_marked_is_said_to_be_left_out(tmp_path: Path) -> None:
    result = proof(tmp_path, p(run("one")), p(run("two")), p(run("two")))
    assert result["reject_all"] is False
    assert result["not_compared"] == ["body"]


def _with_parts(tmp_path: Path, name: str, header: str, comment: str, link: str) -> Package:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    relationships = (
        f'<Relationship Id="h" Type="{office}/header" Target="header1.xml"/>'
        f'<Relationship Id="c" Type="{office}/comments" Target="comments.xml"/>'
        f'<Relationship Id="l" Type="{office}/hyperlink" Target="{link}" TargetMode="External"/>'
    )
    body = p(f'<w:hyperlink r:id="l">{run("click")}</w:hyperlink>')
    path = tmp_path / f"{name}.docx"
    path.write_bytes(documents.docx(body, relationships))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/header1.xml", f'<w:hdr xmlns:w="{word}">{p(run(header))}</w:hdr>')
        archive.writestr(
            "word/comments.xml", f'<w:comments xmlns:w="{word}">{comment}</w:comments>'
        )
    return Package(path, name)


def test_what_was_not_compared_is_named(tmp_path: Path) -> None:
    old = _with_parts(tmp_path, "original", "Draft", "", "https://one.invalid/")
    new = _with_parts(tmp_path, "revised", "Final", "<w:comment/>", "https://two.invalid/")
    stories = redline_reader.stories_of(new)  # a red-line without a single mark
    result = redline_proof.prove(redline_proof.read(old, new), stories)
    assert (result["accept_all"], result["reject_all"]) == (True, False)
    assert result["not_compared"] == ["comments", "headers", "link targets"]


def test_tracked_changes_of_the_inputs_count_as_accepted(tmp_path: Path) -> None:
    old = p(run("a "), gone("never "), ins("b"))
    result = proof(tmp_path, old, p(run("a b c")), p(run("a b"), ins(" c")))
    assert (result["accept_all"], result["reject_all"]) == (True, True)
    assert "tracked changes" in str(result["details"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A word", "a  word.", True),
        ("-5", "5", False),
        ("100,00", "10000", False),
        ("in 2024.", "in 2024", True),
        ("a/b", "ab", False),
        ("shall", "shall not", False),
    ],
)
def test_what_counts(one: str, other: str, same: bool) -> None:
    assert (essence(one) == essence(other)) is same
