"""Lists of web origins and host names as administrators type them: one per line.

A list is normalised when it is stored, so that a request is compared with plain equality. There
are no wildcards and no suffix rules: `https://example.com.evil.test` never resembles
`https://example.com`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

_LABELS = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.ASCII)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def normalize_origins(text: str) -> str:
    """The origins of `text`, one per line, each as a browser's `Origin` header spells it.

    Lower case, without the scheme's default port, without duplicates. Raises ValueError that
    names the line at fault. Source: RFC 6454 section 6.2.
    """
    return _normalize(text, _origin)


def normalize_hosts(text: str) -> str:
    """The host names of `text`, one per line, in lower case and without duplicates.

    Raises ValueError that names the line at fault.
    """
    return _normalize(text, _host)


def validate_web_address(text: str) -> None:
    """Raises ValidationError unless the text is an absolute http or https address.

    Also hosts of one word are taken, as private networks have them.
    """
    try:
        parts = urlsplit(text)
        sound = parts.scheme in _DEFAULT_PORTS and _host((parts.hostname or "").lower()) != ""
        sound = sound and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s\x00-\x1f]", text):
        raise ValidationError("Write a whole address, such as https://app.example.com/done.")


def _normalize(text: str, normalize_line: Callable[[str], str]) -> str:
    lines = (line.strip().lower() for line in text.splitlines())
    return "\n".join(dict.fromkeys(normalize_line(line) for line in lines if line))


def _origin(line: str) -> str:
    example = "write scheme://host or scheme://host:port, for example https://app.example.com"
    try:
        parts = urlsplit(line)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{line!r} is not an origin; {example}.") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{line!r} is not an origin; {example}.")
    host = _host(parts.hostname)
    host = f"[{host}]" if ":" in host else host
    spelled = f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")
    origin = spelled.removesuffix(f":{_DEFAULT_PORTS[parts.scheme]}")
    if line != spelled:
        raise ValueError(f"{line!r} holds more than an origin; write {origin}")
    return origin


def _host(line: str) -> str:
    if ":" in line or line.rpartition(".")[2].isdecimal():
        try:
            return str(ipaddress.ip_address(line))
        except ValueError as error:
            raise ValueError(f"{line!r} is not an IP address or a host name.") from error
    if len(line) > 253 or not _LABELS.fullmatch(line):
        raise ValueError(
            f"{line!r} is not a host name; write it without scheme, port, path or wildcard, "
            "an international name in its xn-- form."
        )
    return line
