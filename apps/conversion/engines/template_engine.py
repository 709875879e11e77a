"""The templates zygote: Word templates read, filled and compared by libraries loaded once."""

from __future__ import annotations

import io
import sysconfig
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

import docx

from . import jail_test, template_fill, template_language, template_read, template_values, zygote
from .job import Engine, Operation
from .template_package import TemplatePackage

# Their data is loaded once; other languages are read by the child that needs them.
_LANGUAGES = ("de", "de-CH", "de-AT", "en", "en-GB", "en-US", "es", "fr", "fr-CH", "it", "it-CH")

OPERATIONS = {
    "template_read": Operation(template_read.read),
    "template_fill": Operation(template_fill.fill),
    "template_diff": Operation(template_read.diff),
    "jail-test": Operation(jail_test.probe),
}
_LIBRARIES = tuple(
    sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
)


def _warm_up(directory: Path) -> None:
    """Fill a small template, so that no child has to compile the first patterns."""
    document = docx.Document()
    document.add_paragraph(
        "{{ Name }}, {{ Day | date }} {% if Name %}{{ Total | money }}{% endif %}"
    )
    document.add_table(1, 1).cell(0, 0).text = "{%tr for row in Rows %}"
    content = io.BytesIO()
    document.save(content)
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        source = Path(folder) / "source.docx"
        source.write_bytes(content.getvalue())
        template_read.reading_of(TemplatePackage(source))
        for language in _LANGUAGES:
            writer = template_values.Writer(language, str)
            writer.date("2026-11-22", "full")
            writer.money("1234.5", "CHF")
        document = docx.Document()
        document.add_paragraph("{{ Name }} {% for row in Rows %}{{ row.A }}{% endfor %}")
        document.save(str(source))
        template = template_fill.Template(TemplatePackage(source))
        environment = template_language.Environment(writer.filters(), writer.finalize)
        context = {"Name": "a\nb", "Rows": [{"A": "c"}]}
        template.fill(context, environment, Path(folder) / "filled.docx")


def main() -> NoReturn:
    """Run the zygote; see zygote.parse_arguments."""
    options = zygote.parse_arguments("Read and fill Word templates.")
    _warm_up(options.scratch_dir)
    name = f"docxtpl {version('docxtpl')}, Jinja {version('jinja2')}"
    zygote.serve(Engine("templates", "zygote", name, OPERATIONS, _LIBRARIES), options)


if __name__ == "__main__":
    main()
