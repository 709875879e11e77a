"""First work of a zygote that reads PDF: the system's fonts listed."""

from __future__ import annotations

import pypdfium2

_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>
endobj
4 0 obj<</Length 30>>stream
BT /F 9 Tf 9 9 Td (Aa) Tj ET  \nendstream endobj
5 0 obj<</Type/Font/Subtype/TrueType/BaseFont/NotEmbedded>>endobj
trailer<</Root 1 0 R>>
"""


def run() -> None:
    """Render a PDF with a font to look for."""
    with pypdfium2.PdfDocument(_PDF) as document:
        document[0].render()
        document[0].get_textpage().get_text_range()
