"""What others have published, to stand beside our own figures in docs/reference/benchmarks.md.

Their machines, documents and years are theirs: these tell orders of magnitude, not winners.
"""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """A figure, where it stands, and the row of ours that comes nearest."""

    what: str
    figure: str
    source: str
    ours: str


PUBLISHED = (
    Published(
        "one-page office document, LibreOffice kept warm",
        "0.49 s (0.70 s started anew)",
        "riseuplabs/crabgrass-media",
        "small .docx to PDF, whole only",
    ),
    Published(
        "60 .docx and .xlsx, one after another",
        "0.58 s each behind a REST server, 0.35 s with bare soffice",
        "jacobtread/office-convert-server#2",
        "office files to PDF, whole only",
    ),
    Published(
        "221 pages of .docx to PDF, Apple M3 Max",
        "0.95 s over a socket, 1.23 s with Gotenberg",
        "documentation of urp",
        "first of 200 pages of a .docx readable",
    ),
    Published(
        "three conversions at once beside one alone",
        "2.9 times slower (Gotenberg)",
        "gotenberg#892",
        "first images, 2 users on 2 cores",
    ),
    Published(
        "requests for sessions, one core",
        "500/s (PrizmDoc's application services, native code)",
        "PrizmDoc, sizing guide",
        "creating sessions, PostgreSQL and Redis",
    ),
    Published(
        "token grants, one virtual processor",
        "120/s (Keycloak)",
        "Keycloak, sizing guide",
        "token grant",
    ),
    Published(
        "text out of a PDF, one thread",
        "300 pages/s PyMuPDF, 170 pypdfium2, 4 pdfminer.six",
        "py-pdf/benchmarks",
        "text of 1000 pages read and stored",
    ),
    Published(
        "a template filled",
        "10 ms (Carbone, three warm workers)",
        "README of carbone",
        "fill a one-page template",
    ),
    Published(
        "a jump in a PDF of 10,000 pages",
        "about 40 s, up to 5 GB (viewers on bare pdf.js)",
        "vue-pdf-viewer#55, pdf.js#14420",
        "jump to an unseen page of 10,000, v3 page groups",
    ),
    Published(
        "a pair of .docx compared",
        "9.4 ms in process, 208 ms from a command line (Docxodus)",
        "Docxodus",
        "pair of .docx compared, proven, stored",
    ),
)
