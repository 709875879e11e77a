"""`python -m benchmarks [NAME ...] [--quick]`: measures, and prints one table."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import page, portal_data
from benchmarks.measure import Row

# In this order. From first_paint on each starts servers of its own.
_ON_ENGINES = ("office", "pages", "first_page", "comparison", "search", "templates", "reading")
_ALONE = (
    *("endpoints", "connect", "ingest"),
    *("first_paint", "end_to_end", "page_groups", "long_document", "editing"),
    *("servers", "scale"),
)
TOPICS = (*_ON_ENGINES, *_ALONE)
_COLUMNS = ("what", "n", "Recto", "baseline", "its value", "ratio", "cpu", "aim")


def main() -> int:
    """Always 0 when everything could be measured: figures are told, not judged."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TOPICS))
    parser.add_argument("--quick", action="store_true", help="fewer documents: under 90 s")
    parser.add_argument("--write", action="store_true", help="write docs/reference/benchmarks.md")
    options = parser.parse_args()
    if options.write and options.names:
        parser.error("--write is for a run of everything")
    if unknown := set(options.names) - set(TOPICS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(TOPICS)}")
    # So that a run that is ended leaves nothing behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began, load = time.monotonic(), os.getloadavg()[0]
    rows: list[Row] = []
    with portal_data.prepared() as directory:
        head = _machine()
        try:
            for row in _measure(options.names or TOPICS, directory, quick=options.quick):
                rows.append(row)
        except Exception:
            print(portal_data.log_of(directory)[-4000:], file=sys.stderr)
            raise
        finally:
            took, later = time.monotonic() - began, os.getloadavg()[0]
            print(head)
            told = f"Load {load:.1f} at the start, {later:.1f} at the end; took {took:.0f} s."
            print(told)
            print("Ratio on the clock, cpu: of processor time. Below 1 Recto costs less.\n")
            print(table(rows))
    if options.write:
        page.write(head, told, rows, quick=options.quick)
    return 0


def _measure(names: Sequence[str], directory: Path, *, quick: bool) -> Iterator[Row]:
    with ExitStack() as stack:
        chosen = [name for name in TOPICS if name in names]
        if set(chosen) & set(_ON_ENGINES):
            stack.enter_context(portal_data.engines())
        for name in chosen:
            if name in _ALONE:
                stack.close()
            began = time.monotonic()
            room = directory / f"bench-{name}"
            room.mkdir()
            yield from importlib.import_module(f"benchmarks.{name}").measure(room, quick=quick)
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _machine() -> str:
    from apps.conversion.engines import lok
    from portal import settings

    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    return (
        f"Recto {settings.VERSION}, {time.strftime('%Y-%m-%d')}: {settings.CORES} cores of {cpu}, "
        f"LibreOffice {lok.version()}, Python {sys.version.split()[0]}, SQLite, local disk."
    )


def table(rows: list[Row]) -> str:
    """The rows in columns, each with its note below it."""
    cells = [_COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_COLUMNS))]
    lines = [_line(cells[0], widths), "  ".join("-" * width for width in widths)]
    for row, line in zip(rows, cells[1:], strict=True):
        lines.append(_line(line, widths))
        lines.extend(
            textwrap.wrap(row.note, sum(widths), initial_indent="    ", subsequent_indent="    ")
        )
    return "\n".join(lines)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    ratio, cpu = ("" if value is None else f"{value:.2f}x" for value in (row.ratio, row.cpu_ratio))
    aim = row.aim and row.aim + {True: " met", False: " MISSED", None: ""}[row.met]
    return (row.what, str(row.n), row.recto, row.baseline, row.theirs, ratio, cpu, aim)


if __name__ == "__main__":
    sys.exit(main())
