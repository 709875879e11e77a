"""Mark-up is kept as it comes, and written into its drawing as soon as the engine can do it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from apps.conversion import direct
from apps.core.errors import ErrorCode, PortalError
from apps.editing import saving, services
from apps.workfiles import services as workfiles
from tests.engine.drawing_documents import MARKS
from tests.unit.editing.conftest import Partner, again, content, labels

DXF = b"  0\nSECTION\n  2\nHEADER\n  0\nENDSEC\n  0\nEOF\n"
MARKUP = json.dumps(MARKS).encode()


@dataclass
class Engine:
    """Appends the mark-up to the drawing; `error` is what it fails with.

    `meanwhile` is what somebody else does while it works for the first time.
    """

    error: ErrorCode | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    meanwhile: Callable[[], object] | None = None

    @contextmanager
    def bench(self) -> Iterator[Engine]:
        if self.error:
            raise PortalError(self.error)
        yield self

    def put(self, name: str, blob: Any) -> None:
        self.files[name] = workfiles.read_all(blob)

    def run(self, *_: Any, **__: Any) -> tuple[dict[str, Any], dict[str, str]]:
        if act := self.meanwhile:
            self.meanwhile = None
            act()
        self.files["out"] = self.files["source.dxf"] + self.files["markup.json"]
        return {}, {"drawing": "out"}

    def read(self, name: str) -> bytes:
        return self.files[name]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(direct, "bench", engine.bench)
    return engine


@pytest.fixture
def editing(partner: Partner, engine: Engine) -> services.Editing:
    return partner.open(file=partner.upload(DXF, "dxf", "plan.dxf"))


def test_a_last_word_waits_for_the_engine(editing: services.Editing, engine: Engine) -> None:
    engine.error = ErrorCode.ENGINE_UNAVAILABLE
    with pytest.raises(PortalError) as caught:
        saving.leave(again(editing), io.BytesIO(MARKUP), expected=1, extension="markup")
    assert caught.value.code == ErrorCode.ENGINE_UNAVAILABLE
    assert labels(editing.document) == ["1"]
    engine.error = None
    made = saving.save_draft(again(editing).detail)
    assert made is not None
    assert (made.label, made.work_file.extension) == ("2", "dxf")
    assert content(made) == DXF + MARKUP
    assert again(editing).detail.draft is None


def test_of_two_who_save_a_draft_one_makes_the_version(
    editing: services.Editing, engine: Engine
) -> None:
    saving.keep_draft(again(editing), io.BytesIO(MARKUP), expected=1, extension="markup")
    late = again(editing).detail
    engine.meanwhile = lambda: saving.save_draft(again(editing).detail)
    assert saving.save_draft(late) is None
    assert labels(editing.document) == ["1", "2"]
    assert content(services.revision(again(editing), "2")) == DXF + MARKUP


def test_a_busy_engine_is_told_as_a_failure(editing: services.Editing, engine: Engine) -> None:
    """A page that is told "not ready" would take that for an answer."""
    engine.error = ErrorCode.NOT_READY
    with pytest.raises(PortalError) as caught:
        saving.save(
            again(editing), io.BytesIO(MARKUP), expected=1, reason="autosave", extension="markup"
        )
    assert caught.value.code == ErrorCode.ENGINE_UNAVAILABLE


def test_late_markup_is_written_into_what_it_was_made_on(editing: services.Editing) -> None:
    def save(markup: bytes) -> services.Revision:
        stream = io.BytesIO(markup)
        return saving.save(
            again(editing), stream, expected=1, reason="explicit", extension="markup"
        )

    assert save(MARKUP).label == "2"
    assert save(MARKUP).label == "2"
    with pytest.raises(PortalError) as caught:
        save(b"[]")
    assert caught.value.data["kept"] == "s1"
    late = services.revision(again(editing), "s1")
    assert content(late) == DXF + b"[]"
