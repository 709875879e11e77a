"""The header Prefer, as RFC 7240 has it."""

from __future__ import annotations

import time

import pytest

from apps.dialects.datawollet import prefer


@pytest.mark.parametrize(
    ("header", "applied"),
    [
        ("", ""),
        ("respond-async", "respond-async"),
        ("Respond-Async , wait=5", "respond-async, wait=5"),
        ("wait=1000", "wait=30"),
        ("wait=-1", ""),
        ("wait=x", ""),
        ("handling=strict", "handling=strict"),
        ("handling=lenient", ""),
        ('handling="strict"', "handling=strict"),
        ("document-class=invoice", 'document-class="invoice"'),
        ('document-class="invoice, receipt"', 'document-class="invoice, receipt"'),
        ('document-context="Property"; x=1; y="a,b"', 'document-context="Property"'),
        ('document-class = "a" , document-class="b"', 'document-class="a"'),
        ('unknown, , ;, respond-async, x="', "respond-async"),
        ('x="a, respond-async", wait=2', "wait=2"),
        ('document-class="a\\"b, c"', 'document-class="c"'),
        ("return=minimal; foo, respond-async", "respond-async"),
    ],
)
def test_preferences(header: str, applied: str) -> None:
    assert prefer.parse(header, longest=30).applied() == applied


@pytest.mark.parametrize("header", ['"' * 8000, "a=" * 4000, "a;" * 4000, 'x="' + "\\" * 8000])
def test_hostile_headers_take_no_time(header: str) -> None:
    began = time.monotonic()
    prefer.parse(header, longest=30)
    assert time.monotonic() - began < 1
