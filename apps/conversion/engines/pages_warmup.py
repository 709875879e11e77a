"""First work of the pages zygote, so that no child has to do it: fonts listed, styles parsed."""

from __future__ import annotations

import time
from pathlib import Path

import pypdfium2
import weasyprint

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
    """Render a PDF with a font to look for and a small web page; ends with a single thread."""
    with pypdfium2.PdfDocument(_PDF) as document:
        document[0].render()
        document[0].get_textpage().get_text_range()
    weasyprint.HTML(string="<h1>A</h1><p><b>b</b> <i>i</i></p>").write_pdf()
    # Pango lists the fonts in a thread of its own, once; a fork must not meet it.
    while len(list(Path("/proc/self/task").iterdir())) > 1:
        time.sleep(0.005)
