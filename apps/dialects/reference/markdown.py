"""Tables and notes of generated Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Written by `make snapshots`. Changes made here are lost. -->"


def page(title: str, *blocks: str) -> str:
    """A page of blocks, marked as generated."""
    return "\n\n".join([GENERATED, f"# {title}", *blocks]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
