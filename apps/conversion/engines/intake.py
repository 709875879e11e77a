"""What the office engines accept, and how they are told to read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import containers, plaintext
from .containers import Container
from .job import Job, Refusal

_MAX_TEXT_BYTES = 32 * 1024**2
_UTF8 = 76  # LibreOffice's number for it

TEXT_FORMATS = {"txt", "text", "log", "md", "asciidoc", "json", "xml", "yaml", "ini"}
TABLE_FORMATS = {"csv", "tsv"}
# The containers that each format may come in. Office programs write one format under another's
# name often enough; LibreOffice tells those apart by their content.
_FORMATS: tuple[tuple[str, set[Container]], ...] = (
    ("docx docm dotx dotm xlsx xlsm xltx xlsb pptx pptm ppsx potx vsdx", {"zip", "cfb"}),
    ("doc dot ppt pps pot vsd rtf", {"zip", "cfb", "rtf", "xml"}),
    ("xls xlt", {"zip", "cfb", "rtf", "xml", "biff"}),
    ("odt ott ods ots odp otp odg otg", {"zip"}),
    ("fodt fods fodp fodg", {"xml"}),
    ("wmf emf", {"wmf", "emf"}),
)
_CONTAINERS = {name: accepted for names, accepted in _FORMATS for name in names.split()}


@dataclass(frozen=True)
class Source:
    """A file that LibreOffice may see. `filter_name` and `options` are set for plain text."""

    path: Path
    password: str = ""
    filter_name: str = ""
    options: str = ""
    is_table: bool = False


def admit(job: Job) -> Source:
    """Check a job's source against params {format, password?}. Raises Refusal with the reason."""
    form = str(job.params.get("format", "")).lower()
    if form in TEXT_FORMATS:
        path, _ = _as_utf8(job)
        return Source(path, "", "Text (encoded)", "UTF8,LF,Liberation Mono,en-US,")
    if form in TABLE_FORMATS:
        path, text = _as_utf8(job)
        separator = ord("\t" if form == "tsv" else plaintext.delimiter(text))
        # Cells are text as written: no formula is evaluated, no number or date is guessed.
        options = f"{separator},34,{_UTF8},1,,0,false,false,false,false,false,0,false"
        return Source(path, "", "Text - txt - csv (StarCalc)", options, is_table=True)
    if form not in _CONTAINERS:
        raise Refusal("format_unsupported", f"The office engine does not read .{form} files.")
    container = containers.identify(job.source)
    if container not in _CONTAINERS[form]:
        raise Refusal("format_mismatch", f"The content is not that of a .{form} file.")
    if container == "zip":
        containers.check_package(job.source)
    password = str(job.params.get("password") or "")
    if container == "cfb" and not password and containers.is_encrypted_package(job.source):
        raise Refusal("password_required", "The document asks for a password.")
    return Source(job.source, password)


def _as_utf8(job: Job) -> tuple[Path, str]:
    size = job.source.stat().st_size
    if not size:
        raise Refusal("document_empty", "The file has no bytes.")
    if size > _MAX_TEXT_BYTES:
        raise Refusal("too_large", f"Text of more than {_MAX_TEXT_BYTES} bytes.")
    text = plaintext.decode(job.source.read_bytes())
    path = job.tmp / "text.txt"
    path.write_text(text, "utf-8", errors="replace")
    return path, text
