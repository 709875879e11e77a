"""The office zygote: LibreOffice loaded, warmed up and tested once, forked per document.

Runs under the system's Python, which has the UNO bridge:
`/usr/bin/python3 -m apps.conversion.engines.office`. Exits 4 when LibreOffice starts but does not
convert its own test documents: then the fallback engine has to serve.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any, NoReturn

from . import containers, fontconfig, jail_test, lok, plaintext, profile, warmup, zygote
from .job import Engine, Job, Operation, Refusal
from .protocol import Meta

UNFIT = 4
_PDF = "application/pdf"
_DEFAULT_MAX_PAGES = 2000
_DEFAULT_LOCALE = "en-GB"
_MAX_TEXT_BYTES = 32 * 1024**2
_FONT_SECONDS = 0.15
_UTF8 = 76  # LibreOffice's number for it

TEXT_FORMATS = frozenset({"txt", "text", "log", "md", "asciidoc", "json", "xml", "yaml", "ini"})
TABLE_FORMATS = frozenset({"csv", "tsv"})
_OOXML = frozenset({"zip", "cfb"})
_BINARY = frozenset({"zip", "cfb", "rtf", "xml"})
# The containers that each format may come in. Office programs write one format under another's
# name often enough; LibreOffice tells those apart by their content.
FORMATS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        "docx docm dotx dotm xlsx xlsm xltx xlsb pptx pptm ppsx potx vsdx".split(), _OOXML
    ),
    **dict.fromkeys("doc dot xls xlt ppt pps pot vsd rtf".split(), _BINARY),
    **dict.fromkeys("odt ott ods ots odp otp odg otg".split(), frozenset({"zip"})),
    **dict.fromkeys("fodt fods fodp fodg".split(), frozenset({"xml"})),
    "wmf": frozenset({"wmf", "emf"}),
    "emf": frozenset({"wmf", "emf"}),
}
FORMATS["xls"] = FORMATS["xls"] | {"biff"}


def main() -> NoReturn:
    """Run the zygote; see zygote.parse_arguments."""
    options = zygote.parse_arguments("Serve office documents.")
    version = lok.version()
    if not version:
        sys.stderr.write("LibreOffice is not installed.\n")
        os._exit(UNFIT)
    directory = options.scratch_dir / "profile"
    profile.write(directory, ".".join(version.split(".")[:2]))
    lok.run(directory, lambda: _ready(options, version, directory))


def _ready(options: Namespace, version: str, directory: Path) -> NoReturn:
    from . import uno_documents

    uno_documents.set_locale(_DEFAULT_LOCALE)
    fault = warmup.run(options.state_dir / f"warm-up-{version}")
    if fault:
        sys.stderr.write(f"LibreOffice {version} fails its self-test: {fault}\n")
        os._exit(UNFIT)
    # A thread that writes settings lives for about a second; a fork must not meet it.
    while len(list(Path("/proc/self/task").iterdir())) > 1:
        time.sleep(0.02)
    operations = {"pdf": Operation(to_pdf), "jail-test": Operation(jail_test.probe)}
    readable = (str(directory), "/usr/share/libreoffice", "/etc/libreoffice")
    engine = Engine("office", "zygote", f"LibreOffice {version}", operations, readable, _prepare)
    zygote.serve(engine, options)


def _prepare(directory: Path) -> None:
    lok.use_temp_dir(directory / "tmp")


def to_pdf(job: Job) -> Meta:
    """Operation `pdf`: an office or text document as PDF, its first page before the rest.

    Params: format (extension), password?, first_page (bool), max_pages (2000), locale ("en-GB").
    """
    from . import uno_documents as documents

    params = job.params
    locale = params.get("locale") or _DEFAULT_LOCALE
    if locale != _DEFAULT_LOCALE:
        documents.set_locale(locale)
    document = _load(job, str(params.get("format", "")).lower())
    pages = documents.count_pages(document)
    if not pages:
        raise Refusal("document_empty", "The document has nothing to print.")
    limit = int(params.get("max_pages") or _DEFAULT_MAX_PAGES)
    if params.get("first_page", True) and pages > 1:
        first = job.out / "first.pdf"
        documents.export_pdf(document, first, "1")
        job.part("first", first, _PDF)
    whole = job.out / "whole.pdf"
    documents.export_pdf(document, whole, f"1-{limit}")
    written = warmup.pages_of(whole) or min(pages, limit)
    job.part("whole", whole, _PDF, {"pages": written})
    fonts = documents.requested_fonts(document, _FONT_SECONDS)
    return {
        "pages": written,
        "title": documents.title(document),
        "fonts": {"substituted": fontconfig.substitutions(fonts)},
        **({"truncated": True} if pages > limit else {}),
    }


def _load(job: Job, form: str) -> Any:
    from . import uno_documents as documents

    if form in TEXT_FORMATS:
        return documents.load(
            _as_utf8(job)[0],
            filter_name="Text (encoded)",
            options="UTF8,LF,Liberation Mono,en-US,",
        )
    if form in TABLE_FORMATS:
        path, text = _as_utf8(job)
        separator = ord("\t" if form == "tsv" else plaintext.delimiter(text))
        document = documents.load(
            path,
            filter_name="Text - txt - csv (StarCalc)",
            options=f"{separator},34,{_UTF8},1,,0,false,false,false,false,false,0,false",
        )
        documents.fit_table(document)
        return document
    password = params_password(job.params)
    check(job.source, form, password)
    try:
        return documents.load(job.source, password=password)
    except Refusal as refusal:
        if (
            refusal.code == "document_corrupt"
            and password
            and containers.identify(job.source) == "cfb"
        ):
            if containers.is_encrypted_package(job.source):
                raise Refusal(
                    "password_wrong", "The password does not open the document."
                ) from refusal
        raise


def params_password(params: Meta) -> str | None:
    """The password given with a job, None without one."""
    return str(params["password"]) if params.get("password") else None


def check(source: Path, form: str, password: str | None) -> None:
    """Refuse what LibreOffice need not see. Raises Refusal with the reason."""
    if form not in FORMATS:
        raise Refusal("format_unsupported", f"The office engine does not read .{form} files.")
    container = containers.identify(source)
    if container not in FORMATS[form]:
        raise Refusal("format_mismatch", f"The content is not that of a .{form} file.")
    if container == "zip":
        containers.check_package(source)
    if container == "cfb" and not password and containers.is_encrypted_package(source):
        raise Refusal("password_required", "The document asks for a password.")


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


if __name__ == "__main__":
    main()
