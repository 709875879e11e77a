"""The fallback office engine: one `soffice.bin` per document, in the same jail.

For a LibreOffice whose inside the office engine does not know. Slower (a cold start a document),
no first page ahead of the rest, no list of replaced fonts, no passwords.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from . import intake, jail, jail_test, lok, profile, written_pdf, zygote
from .job import Engine, Job, Operation, Refusal
from .protocol import Meta

_UNFIT = 4
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SOFFICE = str(lok.PROGRAM / "soffice.bin")
_START_SECONDS = 60
_FAMILIES = (
    ("calc", "xlsx xlsm xltx xlsb xls xlt ods ots fods csv tsv"),
    ("impress", "pptx pptm ppsx potx ppt pps pot odp otp fodp"),
    ("draw", "odg otg fodg vsd vsdx wmf emf"),
)
_COMMON = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")


def main() -> NoReturn:
    """Run the zygote; see zygote.parse_arguments."""
    options = zygote.parse_arguments("Serve office documents by a new LibreOffice each.")
    version = lok.version()
    template = options.scratch_dir / "profile"
    if not version or not _make_profile(template, version):
        sys.stderr.write("LibreOffice is not installed or does not start.\n")
        os._exit(_UNFIT)

    def prepare(directory: Path) -> None:
        shutil.copytree(template, directory / "tmp" / "profile", dirs_exist_ok=True)

    operations = {
        "docx": Operation(to_docx, lambda params: (_SOFFICE,), local_server=True),
        "pdf": Operation(to_pdf, lambda params: (_SOFFICE,), local_server=True),
        "jail-test": Operation(jail_test.probe, _programs_for_probe, local_server=True),
    }
    readable = lok.READABLE
    version = f"LibreOffice {version}"
    zygote.serve(Engine("office", "fallback", version, operations, readable, prepare), options)


def _programs_for_probe(params: Meta) -> tuple[str, ...]:
    return (_SOFFICE,) if params.get("programs") else ()


def _make_profile(directory: Path, version: str) -> bool:
    """A profile that LibreOffice has completed: with a fresh one it wants to be started twice."""
    profile.write(directory, ".".join(version.split(".")[:2]))
    arguments = [_SOFFICE, *_COMMON, f"-env:UserInstallation={directory.as_uri()}"]
    try:
        subprocess.run(
            [*arguments, "--terminate_after_init"],
            capture_output=True,
            timeout=_START_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return (directory / "user" / "extensions").exists()


def to_pdf(job: Job) -> Meta:
    """Operation `pdf`, params {format, max_pages, standard? ("a-2b" for PDF/A)}."""
    source = intake.admit(job)
    if source.password:
        raise Refusal("format_unsupported", "The fallback office engine opens no passwords.")
    form = str(job.params["format"]).lower()
    family = next((name for name, forms in _FAMILIES if form in forms.split()), "writer")
    limit = written_pdf.page_limit(job.params, family)
    settings: dict[str, Any] = {"PageRange": {"type": "string", "value": f"1-{limit}"}}
    if job.params.get("standard") == "a-2b":
        settings["SelectPdfVersion"] = {"type": "long", "value": "2"}
    options = json.dumps(settings)
    whole = job.out / "whole.pdf"
    _convert(job, source, f"pdf:{family}_pdf_Export:{options}").rename(whole)
    pages = written_pdf.pages_of(whole)
    job.part("whole", whole, "application/pdf", {"pages": pages})
    title = written_pdf.title_of(whole)
    return {"pages": pages, "title": title, "fonts": {"substituted": []}}


def to_docx(job: Job) -> Meta:
    """Operation `docx`, params {format}."""
    source = intake.admit(job)
    job.part("docx", _convert(job, source, "docx:MS Word 2007 XML"), _DOCX)
    return {}


def _convert(job: Job, source: intake.Source, target: str) -> Path:
    """Run LibreOffice for the target "EXTENSION:FILTER[:OPTIONS]"; returns the file it wrote."""
    written = job.out / f"{source.path.stem}.{target.partition(':')[0]}"
    code = jail.run_program(_command(job, source, target), job.layers, local_server=True)
    if code < 0:
        raise Refusal("engine_crashed", f"LibreOffice ended with signal {-code}.")
    # LibreOffice exits 0 when it fails: the file is the only proof.
    if not written.exists() or not written.stat().st_size:
        raise Refusal("document_corrupt", "LibreOffice finds no document in it.")
    return written


def _command(job: Job, source: intake.Source, target: str) -> list[str]:
    filters = [f"--infilter={source.filter_name}:{source.options}"] if source.filter_name else []
    return [
        _SOFFICE,
        *_COMMON,
        # Its socket would otherwise be put where nothing may be written. A relative path is short.
        "-env:OSL_SOCKET_PATH=tmp",
        f"-env:UserInstallation={(job.tmp / 'profile').as_uri()}",
        *filters,
        "--convert-to",
        target,
        "--outdir",
        str(job.out),
        str(source.path),
    ]


if __name__ == "__main__":
    main()
