"""Small files that want to be large are refused or stopped, and cost nobody else anything.

What else there is, in tests/engine: entries and ratios of packages in test_office.py, templates in
test_template_injection.py, endless expressions in test_search.py, loops and floods of the engine's
own in test_zygote.py, the bombs of the corpus in test_corpus.py.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engine import documents
from tests.engine_process import PROJECT, EngineProcess, Outcome
from tests.security.vectors_bombs import BOMBS, zip_bomb
from tests.security.vectors_bombs_pages import MIB

AREA = "Bombs: packages, XML, pictures, pages, drawings"
MEMORY, DEADLINE = 600 * MIB, 4.0
_OFFICE = {"docx", "xlsx", "fodt", "fods", "rtf"}
_SHOWN = {"done", "timeout", "out_of_memory", "too_large", "document_corrupt"}
_FAST = {
    "zip: 2 GiB in a part",
    "zip: overlapping parts",
    "xml: laughs in a flat text",
    "xml: laughs in SVG",
    "picture: JPEG",
    "pdf: 150,000 pages",
    "pdf: pages of themselves",
}
_CHECK = """
import resource, sys, time
from pathlib import Path
from apps.conversion.engines import containers, job
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.perf_counter()
try:
    containers.check_package(Path(sys.argv[1]))
except job.Refusal as refusal:
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(refusal.code, time.perf_counter() - begun, (after - before) * 1024)
"""


def _within(engine: EngineProcess, op: str, source: Path | bytes, form: str) -> Outcome:
    begun = time.monotonic()
    name = "office" if form in _OFFICE else "pages"
    params: dict[str, object] = {"first": 0, "last": 0, "width": 400}
    if op == "pdf":
        params = {"format": form, "max_pages": 20}
    limits = {"deadline": DEADLINE, "memory": MEMORY}
    outcome = engine.run(name, op, source, params, extension=form, **limits)
    assert time.monotonic() - begun < DEADLINE + 3
    return outcome


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in _FAST else pytest.mark.security_slow)
        for name in BOMBS
    ],
)
def test_a_bomb_is_refused_or_stopped(engine: EngineProcess, name: str) -> None:
    """Within its time and memory, by a named reason; meanwhile a neighbour is served."""
    bomb = BOMBS[name]
    content = bomb.build()
    with ThreadPoolExecutor(1) as pool:
        attempt = pool.submit(_within, engine, "pdf", content, bomb.form)
        neighbour = engine.pdf(documents.docx(documents.paragraphs("Text")), "docx")
        outcome = attempt.result()
    assert neighbour.code == "done"
    assert outcome.code in bomb.ends, outcome.events
    if outcome.code == "done":
        for op in ("raster", "svg", "text", "words", "embedded"):
            shown = _within(engine, op, outcome.file("whole"), "pdf")
            assert shown.code in _SHOWN, (op, shown.events)
    assert engine.process.poll() is None


def test_a_package_is_judged_before_it_is_unpacked(tmp_path: Path) -> None:
    """2 GiB in 2 MB: a tenth of a second and 50 MB at most, more than ten times what it takes."""
    path = tmp_path / "bomb.docx"
    path.write_bytes(zip_bomb(2048))
    assert path.stat().st_size < 4 * MIB
    said = subprocess.run(
        [sys.executable, "-c", _CHECK, str(path)],
        capture_output=True, check=True, text=True, cwd=PROJECT, timeout=30,
    ).stdout.split()  # fmt: skip
    assert said[0] == "too_large"
    assert float(said[1]) < 0.1
    assert int(said[2]) < 50 * MIB


def test_the_bomb_is_one(tmp_path: Path) -> None:
    """The control: whoever unpacks it gets the 2 GiB, or runs out of memory."""
    path = tmp_path / "bomb.docx"
    path.write_bytes(zip_bomb(2048))
    unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).read('word/media/a00.xml')"
    limited = subprocess.run(
        [sys.executable, "-c", unpack, str(path)],
        capture_output=True, check=False, text=True, timeout=30,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )  # fmt: skip
    assert "MemoryError" in limited.stderr
