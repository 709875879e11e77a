"""docs/reference/settings.md and .env.example: every variable that is read, with its help.

Which variables there are, of what kind and with what default is asked of the settings themselves;
only the words stand here. A variable without words, or words without a variable, is an error.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from apps.dialects.reference.markdown import page, table


class Help(NamedTuple):
    """What a variable is for; `default` in words where it is made at the start."""

    text: str
    default: str = ""


SETTINGS = {
    "DATA_DIR": Help("Where all state lives: database, files, queue, keys, sockets.", "`./var`"),
    "SECRET_KEY": Help(
        "Keys the digests of secrets and seals passwords. Changing it ends every session and "
        "credential.",
        "made at the first start and kept in `DATA_DIR/secret_key`",
    ),
    "DEBUG": Help("Error pages that tell everything. Never on a server."),
    "HOST": Help("The address to listen on. `0.0.0.0` for all."),
    "PORT": Help("The port to listen on."),
    "PUBLIC_URL": Help(
        "The address people use, where a proxy stands in front. With https, cookies are Secure.",
        "`http://HOST:PORT`",
    ),
    "ALLOWED_HOSTS": Help(
        "The host names a request may name.", "localhost, `HOST` and the host of `PUBLIC_URL`"
    ),
    "DATABASE_URL": Help(
        "`postgres://user:password@host/name`, or SQLite.", "SQLite at `DATA_DIR/portal.sqlite3`"
    ),
    "STORAGE_URL": Help(
        "Where file contents are kept: "
        "`s3://key:secret@bucket/prefix?endpoint=https://...&region=...`",
        "local disk, `DATA_DIR/blobs`",
    ),
    "STORAGE_SIGNED_SECONDS": Help(
        "Downloads of originals, work files and templates lead on (307) to the bucket, which hands "
        "the file out for so many seconds; 0: web passes them on. The bucket's endpoint must be "
        "reachable for callers, and they must follow redirects."
    ),
    "STORAGE_NEARBY_BYTES": Help(
        "Of PDFs in a bucket whose pages are being made, as much is kept on a worker's disk, for "
        "ten minutes after its last use; 0: each job fetches its PDF anew."
    ),
    "S3_ENCRYPTION": Help(
        "How the bucket encrypts what is put into it: as it is set up, or as said here with each "
        "object (`aws:kms`: with the account's key)."
    ),
    "MAX_UPLOAD_BYTES": Help("The largest upload. A client may have a lower limit of its own."),
    "CONNECT_XML_BYTES": Help("The largest Connect document."),
    "CONNECT_XML_ELEMENTS": Help("How many elements a Connect document may hold."),
    "CONNECT_XML_DEPTH": Help("How deep the elements of a Connect document may nest."),
    "BROKER_URL": Help(
        "What wakes the workers: Redis or RabbitMQ, where they run on other hosts.",
        "files in `DATA_DIR/queue`",
    ),
    "CACHE_URL": Help(
        "Where requests are counted against a client's limit: Redis, where they are many.",
        "the database",
    ),
    "WORKERS": Help(
        "Web processes; one more than this many conversions are attended to at a time.",
        "the number of cores",
    ),
    "WEB_THREADS": Help("Threads of each web process."),
    "ENGINE_PROCESSES": Help(
        "How many documents each engine converts at a time, beside one that is kept free for "
        "pages.",
        "the number of cores",
    ),
    "CONVERSION_SECONDS": Help("How long one document may take."),
    "CONVERSION_MEMORY_BYTES": Help("How much memory one document may use."),
    "CACHE_BYTES": Help("How much is kept of what was made from documents; the oldest go first."),
    "EXTRACTION_ENGINE": Help(
        "What finds fields: `rules` on this host, or `openai`: an endpoint of that protocol, whose "
        "every value must stand in the document's visible text."
    ),
    "EXTRACTION_URL": Help("The endpoint's base address, such as `https://llm.example.com/v1`."),
    "EXTRACTION_API_KEY": Help("The endpoint's key, where it needs one."),
    "EXTRACTION_MODEL": Help("The model that the endpoint is asked for."),
    "EXTRACTION_SYNC_SECONDS": Help(
        "How long a caller waits for a result before it is told where to ask for it."
    ),
    "EXTRACTION_DOCUMENTS": Help("The most documents of an extraction session."),
    "EXTRACTION_PAGES": Help("The most pages of a document that data is extracted from."),
    "ADMIN_SECOND_FACTOR": Help(
        "`required`: whoever signs in to the administration needs a second factor, and sets it up "
        "at the next sign-in; else each decides."
    ),
    "EDITOR_TOKEN_SECONDS": Help("How long a launch token may wait before it opens the editor."),
    "EDITOR_AUTOSAVE_SECONDS": Help("How often the editor saves by itself, if changed."),
    "EDITOR_AUTOSAVES_KEPT": Help(
        "How many versions back autosaves of a document are kept; other versions all are."
    ),
    "WOPI_CLIENT_URL": Help(
        "The base address of an office suite that speaks WOPI (Collabora Online, ONLYOFFICE): "
        "office documents are edited in it."
    ),
    "WOPI_HOST_URL": Help("How that office suite reaches the portal.", "`PUBLIC_URL`"),
    "WOPI_REQUIRE_PROOF": Help(
        "1: refuse an office suite that does not sign its requests. One that does is always held "
        "to it."
    ),
    "BEHIND_PROXY": Help(
        "1 where a proxy of yours sets `X-Forwarded-Proto`; only then is it believed."
    ),
    "LOG_LEVEL": Help("DEBUG, INFO, WARNING or ERROR."),
    "LOG_FORMAT": Help("Lines of `text` for people, or a JSON object a line for a collector."),
    "METRICS_TOKEN": Help(
        "What Prometheus sends as `Authorization: Bearer` to read `/metrics`. Without one only "
        "callers on the host itself are answered.",
        "none",
    ),
    "OTEL_EXPORTER_OTLP_ENDPOINT": Help(
        "Where traces go (OTLP over HTTP), such as `http://collector:4318`. Headers as "
        "OpenTelemetry has it: `OTEL_EXPORTER_OTLP_HEADERS`.",
        "none: no traces, and no cost",
    ),
    "AUDIT_DAYS": Help("How long the audit log is kept."),
    "REQUEST_LOG_DAYS": Help("How long the request log is kept."),
    "REQUEST_LOG_ROWS": Help(
        "How many rows of the request log are kept, the newest ones; a tenth of them are for calls "
        "of nobody known."
    ),
    "SANDBOX_HOURS": Help("How long a session of a sandbox client lives at most."),
}
ENGINE = {
    "RECTO_JAIL": Help(
        "`bubblewrap`: confine the engines with bubblewrap, as on a kernel without Landlock."
    ),
    "RECTO_ALLOW_UNJAILED": Help(
        "1: serve also on a host that can give no full jail. Only where every document is trusted."
    ),
    "RECTO_OFFICE_ENGINE": Help(
        "`fallback`: start one LibreOffice for each document instead of forking a warm one."
    ),
}
# Set by the engines for themselves.
_INTERNAL = {"RECTO_IN_BUBBLEWRAP"}
_INTRODUCTION = """Everything that differs between hosts comes from the environment; without any
variable the portal runs on SQLite, local disk and a queue of files. All faults are reported at
once, and nothing starts before they are mended. [.env.example](../../.env.example) lists the same
variables for a shell or a service manager."""


def document() -> str:
    """docs/reference/settings.md."""
    portal = [
        [f"`{name}`", kind, default, SETTINGS[name].text] for name, kind, default in _settings()
    ]
    engine = [[f"`{name}`", ENGINE[name].text] for name in _engine_variables()]
    return page(
        "Settings",
        _INTRODUCTION,
        table(["Variable", "Kind", "Default", "Meaning"], portal),
        "## The engines",
        "Read by the engines' supervisor, which knows nothing of the portal's settings.",
        table(["Variable", "Meaning"], engine),
    )


def example() -> str:
    """.env.example."""
    lines = [
        "# Every variable with its default. Written by `make snapshots`.",
        "# For a shell: `set -a; . ./.env; set +a; make run`; systemd: EnvironmentFile=.",
    ]
    for name, kind, default in _settings():
        plain = default.replace("`", "")
        lines += ["", f"# {SETTINGS[name].text}".replace("`", ""), f"# ({kind}; default: {plain})"]
        lines.append(f"#{name}=")
    return "\n".join(lines) + "\n"


def _settings() -> list[tuple[str, str, str]]:
    """Name, kind and default of each variable, as the settings module asked for them."""
    known = import_module(settings.SETTINGS_MODULE).env.variables
    _compare({variable.name for variable in known}, set(SETTINGS))
    return [
        (name, kind, SETTINGS[name].default or f"`{default}`")
        for name, kind, default in ((v.name, v.kind, v.default) for v in known)
    ]


def _engine_variables() -> list[str]:
    engines = Path(settings.BASE_DIR) / "apps/conversion/engines"
    source = "".join(path.read_text() for path in sorted(engines.glob("*.py")))
    read = set(re.findall(r'environ(?:\.get\(|\[)"(RECTO_\w+)"', source)) - _INTERNAL
    _compare(read, set(ENGINE))
    return sorted(read)


def _compare(read: set[str], explained: set[str]) -> None:
    if difference := sorted(read ^ explained):
        raise ValueError(
            f"{', '.join(difference)}: read without a help text, or the other way round; "
            "see apps/dialects/reference/variables.py"
        )
