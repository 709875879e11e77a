"""What is measured on: the shared corpus where it is beside the project, else generated files."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pikepdf
from docx import Document
from pikepdf import Dictionary, Name
from PIL import Image

from tests import corpus

_TEXT = (
    "the report shows that each party shall keep its records for ten years after the end of the "
    "contract and answer every written question within thirty days unless both agree otherwise"
)
_PARAGRAPHS_PER_PAGE = 7
WORDS = (
    *("harbour", "lighthouse", "contract", "invoice", "delivery", "signature", "clause"),
    *("period", "notice", "warranty", "payment", "insurance", "schedule", "tenant"),
)
_PICTURES = ("pdf/docling__redp5110_sampled.pdf", "pdf/docling__nemotron_multipage.pdf")


def docx(pages: int, mark: str) -> bytes:
    """A text document of about so many pages; another `mark` makes another document."""
    chance = random.Random(mark)  # noqa: S311 - words of a sample text
    words = _TEXT.split()
    document = Document()
    document.add_heading(f"Sample {mark}", 1)
    for page in range(pages):
        if page:
            document.add_page_break()
        for _ in range(_PARAGRAPHS_PER_PAGE):
            document.add_paragraph(" ".join(chance.choices(words, k=60)))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def text_pdf(pages: int, mark: str = "") -> bytes:
    """Pages of some 400 words, each with a word that no other page has: unique0, unique1, ..."""
    chance = random.Random(mark)  # noqa: S311 - words of a sample text
    with pikepdf.new() as document:
        font = document.make_indirect(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        )
        for page in range(pages):
            lines = [" ".join(chance.choices(WORDS, k=9)) for _ in range(44)]
            lines[page % 44] += f" unique{page}"
            shown = "".join(f"({line}) Tj T*\n" for line in lines)
            added = document.add_blank_page(page_size=(595, 842)).obj
            added.Resources = Dictionary(Font=Dictionary(F1=font))
            content = f"BT /F1 10 Tf 16 TL 60 780 Td\n{shown}ET".encode()
            added.Contents = document.make_stream(content)
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()


def office_files(directory: Path) -> list[Path]:
    """Every office file of the corpus; without it, generated ones in `directory`."""
    files = [entry.path for entry in corpus.entries("office")]
    return files or _generated(directory)


def _generated(directory: Path) -> list[Path]:
    directory.mkdir(exist_ok=True)
    contents = {f"text-{pages}.docx": docx(pages, f"p{pages}") for pages in (1, 2, 5, 10, 20)}
    rows = "\n".join(f"{row},{row * 7 % 13},Item {row},{row / 3:.2f}" for row in range(300))
    contents["table.csv"] = f"Number,Code,Name,Price\n{rows}\n".encode()
    body = "".join(f"\\par Paragraph {number} of a plain letter." for number in range(80))
    contents["letter.rtf"] = f"{{\\rtf1\\ansi {body}}}".encode()
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    return [directory / name for name in contents]


def picture_pdfs() -> list[bytes]:
    """PDF files full of pictures."""
    if corpus.ROOT.is_dir():
        return [(corpus.ROOT / path).read_bytes() for path in _PICTURES]
    noise = random.Random(1)  # noqa: S311 - pixels of a sample picture
    pages = []
    for _ in range(12):
        small = Image.frombytes("RGB", (160, 220), noise.randbytes(160 * 220 * 3))
        pages.append(small.resize((1240, 1700), Image.Resampling.BICUBIC))
    stream = io.BytesIO()
    pages[0].save(stream, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return [stream.getvalue()]


def receipts() -> list[Path]:
    """Pictures of receipts; none without the corpus."""
    return sorted((corpus.ROOT / "extraction" / "receipts").glob("*.jpg"))
