"""Drawings: their layers and pictures, and mark-up that survives in the file."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import ezdxf
import pytest
from lxml import etree

from apps.conversion.engines import protocol
from tests import corpus
from tests.engine.drawing_documents import LAYER, MARKS, content, plan
from tests.engine_process import EngineProcess, Outcome

SVG = "{http://www.w3.org/2000/svg}"
PLAN = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE svg [<!ENTITY who "Anna">]>
<!-- a plan -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
  width="210mm" height="297mm" viewBox="10 20 105 148.5">
  <g inkscape:groupmode="layer" inkscape:label="Walls"><rect width="9" height="9"/><path d=""/></g>
  <g inkscape:groupmode="layer" inkscape:label="Pipes" style="display: none">
    <text>&who; \xe4</text></g>
</svg>"""
DXF = sorted(
    (entry.path for entry in corpus.entries("cad") if entry.extension == "dxf"),
    key=lambda path: path.stat().st_size,
)


def written(engine: EngineProcess, source: Path | bytes, form: str, marks: Any) -> Outcome:
    directory, name = engine.job(source, form)
    (directory / "in" / "markup.json").write_text(json.dumps(marks), "utf-8")
    request: Any = {
        "op": "markup",
        "dir": str(directory),
        "source": name,
        "params": {"format": form, "markup": "in/markup.json"},
        "deadline": 60,
    }
    events = protocol.submit(engine.socket("pages"), request, 120)
    return Outcome(directory, [dict(event) for event in events])


def described(engine: EngineProcess, source: Path | bytes, form: str) -> dict[str, Any]:
    outcome = engine.run("pages", "drawing", source, {"format": form}, extension=form)
    assert outcome.code == "done", outcome.events
    for number in range(outcome.meta["layouts"]):
        etree.parse(outcome.file(f"picture/{number}"))
    found: dict[str, Any] = json.loads(outcome.file("drawing").read_bytes())
    return found


def entities(drawing: Any) -> dict[str, tuple[str, str]]:
    """Type and layer by handle of all that is drawn outside the layer of mark-up.

    Some old files have no handles: ezdxf then numbers what it loads.
    """
    found = [one for one in drawing.chain_layouts_and_blocks() if one.dxf.get("layer") != LAYER]
    looks = [(one.dxftype(), one.dxf.get("layer")) for one in found]
    numbered = drawing.header.get("$HANDLING", 1)
    names = [one.dxf.handle if numbered else str(place) for place, one in enumerate(found)]
    return dict(zip(names, looks, strict=True))


@corpus.requires_corpus
@pytest.mark.parametrize("path", DXF, ids=lambda path: path.stem)
def test_markup_survives_in_every_drawing(engine: EngineProcess, path: Path) -> None:
    outcome = written(engine, path, "dxf", MARKS)
    assert outcome.code == "done", outcome.events
    marked = outcome.file("drawing")
    before, after = ezdxf.readfile(path), ezdxf.readfile(marked)
    assert entities(after) == entities(before)
    assert Counter(one.dxftype() for one in after.objects) == Counter(
        one.dxftype() for one in before.objects
    )
    assert after.header.get("$INSUNITS", 0) == before.header.get("$INSUNITS", 0)
    assert not after.audit().errors
    drawn = Counter(one.dxftype() for one in after.modelspace().query(f'*[layer=="{LAYER}"]'))
    line = "POLYLINE" if after.dxfversion == "AC1009" else "LWPOLYLINE"
    assert drawn == {"TEXT": 2, "LINE": 2, "SOLID": 1, line: 3}
    assert written(engine, path, "dxf", MARKS).file("drawing").read_bytes() == marked.read_bytes()

    again = described(engine, marked, "dxf")
    assert again["markup"] == MARKS
    fresh = described(engine, path, "dxf")
    assert fresh["markup"] == []
    assert again["layers"] == fresh["layers"]
    assert again["layouts"] == fresh["layouts"]

    cleared = ezdxf.readfile(written(engine, marked, "dxf", MARKS[:1]).file("drawing"))
    assert len(cleared.modelspace().query(f'*[layer=="{LAYER}"]')) == 2
    assert entities(cleared) == entities(before)


def test_layers_and_measures(engine: EngineProcess) -> None:
    source = content(plan())
    about = described(engine, source, "dxf")
    layers = {one["name"]: one for one in about["layers"]}
    assert not layers["PIPES"]["on"]
    assert layers["OLD"]["frozen"]
    assert layers["WALLS"] == {
        "name": "WALLS",
        "colour": "#ff0000",
        "on": True,
        "frozen": False,
        "locked": False,
        "entities": 2,
    }
    [sheet] = about["layouts"]
    assert (sheet["name"], sheet["unit"], sheet["scale"]) == ("Model", "mm", 1.0)
    a, b, c, d, e, f = sheet["matrix"]
    assert a > 0 and d == pytest.approx(-a) and (b, c) == (0, 0)
    ends = list(zip(sheet["ends"][::2], sheet["ends"][1::2], strict=True))
    assert (round(a * 1300 + e), round(d * 1400 + f)) in ends

    outcome = engine.run("pages", "drawing", source, {"format": "dxf"}, extension="dxf")
    picture = etree.parse(outcome.file("picture/0"))
    runs = {group.get("data-layer") for group in picture.iter(f"{SVG}g")} - {None}
    numbers = {one["name"]: str(number) for number, one in enumerate(about["layers"])}
    # What a block on a frozen layer shows goes with that layer.
    assert runs == {numbers["WALLS"], numbers["PIPES"], numbers["OLD"]}


def test_what_others_drew_on_the_layer_stays(engine: EngineProcess) -> None:
    drawing = plan()
    drawing.layers.add(LAYER)
    drawing.appids.add(LAYER)
    space = drawing.modelspace()
    space.add_line((0, 0), (1, 1), dxfattribs={"layer": LAYER})
    forged = space.add_line((0, 0), (1, 1), dxfattribs={"layer": LAYER})
    forged.set_xdata(LAYER, [(1000, '{"kind": "bomb"}')])
    source = content(drawing)
    assert described(engine, source, "dxf")["markup"] == []
    result = ezdxf.readfile(written(engine, source, "dxf", MARKS[:1]).file("drawing"))
    assert len(result.modelspace().query(f'LINE[layer=="{LAYER}"]')) == 1


def test_moved_by_a_cad_program(engine: EngineProcess) -> None:
    result = written(engine, content(plan()), "dxf", MARKS).file("drawing")
    drawing = ezdxf.readfile(result)
    for entity in drawing.modelspace().query(f'*[layer=="{LAYER}"]'):
        entity.translate(100, 0, 0)
    moved = described(engine, content(drawing), "dxf")["markup"]
    for one, before in zip(moved, MARKS, strict=True):
        wanted = [[pytest.approx(x + 100), y] for x, y in before["points"]]
        assert one["points"] == wanted


def test_binary_drawings_stay_binary(engine: EngineProcess) -> None:
    stream = io.BytesIO()
    plan().write(stream, fmt="bin")
    result = written(engine, stream.getvalue(), "dxf", MARKS).file("drawing")
    assert result.read_bytes().startswith(b"AutoCAD Binary DXF")
    assert described(engine, result, "dxf")["markup"] == MARKS


def test_svg(engine: EngineProcess) -> None:
    about = described(engine, PLAN, "svg")
    walls, pipes = about["layers"]
    assert (walls["name"], walls["on"], walls["entities"]) == ("Walls", True, 2)
    assert (pipes["name"], pipes["on"]) == ("Pipes", False)
    [sheet] = about["layouts"]
    assert (sheet["unit"], sheet["scale"], sheet["size"]) == ("mm", 2.0, [105, 148.5])
    assert sheet["matrix"] == [1, 0, 0, 1, -10, -20]
    marks = [one | {"layout": "Drawing"} for one in MARKS]
    marked = written(engine, PLAN, "svg", marks).file("drawing")
    again = described(engine, marked, "svg")
    assert again["markup"] == marks
    assert again["layers"] == about["layers"]
    outcome = engine.run("pages", "drawing", marked, {"format": "svg"}, extension="svg")
    assert b"recto" not in outcome.file("picture/0").read_bytes()

    tree = etree.parse(marked)
    assert tree.docinfo.encoding == "ISO-8859-1"
    [group] = tree.getroot().findall(f"{SVG}g[@id='recto-markup']")
    assert "".join(group.itertext()) == "Check 5 %% ^ herezwölf €"
    tree.getroot().remove(group)
    assert etree.canonicalize(tree) == etree.canonicalize(etree.fromstring(PLAN))


@pytest.mark.parametrize(
    ("source", "form", "code"),
    [
        (b"<svg", "svg", "document_corrupt"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "svg", "format_mismatch"),
        (b"nothing", "dxf", "format_mismatch"),
    ],
)
def test_no_drawings(engine: EngineProcess, source: bytes, form: str, code: str) -> None:
    outcome = engine.run("pages", "drawing", source, {"format": form}, extension=form)
    assert outcome.code == code


@corpus.requires_corpus
@pytest.mark.parametrize("name", ["billion-laughs", "xxe-net"])
def test_hostile_svg(engine: EngineProcess, name: str) -> None:
    source = corpus.ROOT / "hostile" / "made" / f"{name}.svg"
    outcome = engine.run("pages", "drawing", source, {"format": "svg"}, extension="svg")
    if outcome.code == "done":
        assert len(outcome.file("picture/0").read_bytes()) < 100_000
    else:
        assert outcome.code == "document_corrupt"
