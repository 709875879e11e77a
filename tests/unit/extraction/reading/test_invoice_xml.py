"""Invoices' XML that means harm: entities, numbers that grow when they are written out."""

from __future__ import annotations

import time

from apps.extraction.reading import invoice_xml

_LINES = "<InvoiceLine><InvoicedQuantity>{}</InvoicedQuantity></InvoiceLine>"


def test_a_dtd_is_refused_wherever_it_stands() -> None:
    entities = '<!DOCTYPE Invoice [<!ENTITY a "12">]>'
    body = "<Invoice><ID>&a;</ID></Invoice>"
    for before in ("", "<!--" + " " * 10_000 + "-->", "\n" * 10_000):
        assert invoice_xml.parse(f"{before}{entities}{body}") is None


def test_tiny_numbers_are_not_written_out() -> None:
    lines = "".join(map(_LINES.format, ("1E-999999", "0E-999999", "2.50", "NaN", "1E+999999")))
    found = invoice_xml.parse(f"<Invoice><ID>7</ID>{lines}</Invoice>")
    assert found is not None
    assert found.lines == [{}, {}, {"quantity": "2.5"}, {}, {}]


def test_nested_lines_take_bounded_time() -> None:
    depth, line = 200, "<IncludedSupplyChainTradeLineItem>"
    product = f"<SpecifiedTradeProduct>{'<a/>' * 100_000}</SpecifiedTradeProduct>"
    text = line * depth + product + line.replace("<", "</") * depth
    began = time.process_time()
    invoice_xml.parse(f"<CrossIndustryInvoice>{text}</CrossIndustryInvoice>")
    assert time.process_time() - began < 10
