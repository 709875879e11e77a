"""Origins and hosts as administrators type them."""

from __future__ import annotations

import pytest

from apps.clients.addresses import normalize_hosts, normalize_origins


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", ""),
        ("https://App.Example.com", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://localhost:3000\n\n http://localhost:3000 ", "http://localhost:3000"),
        ("https://b.test\r\nhttps://a.test", "https://b.test\nhttps://a.test"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://192.0.2.7", "http://192.0.2.7"),
    ],
)
def test_origins_are_stored_as_browsers_send_them(typed: str, stored: str) -> None:
    assert normalize_origins(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "*",
        "null",
        "app.example.com",
        "https://",
        "https://*.example.com",
        "https://app.example.com/",
        "https://app.example.com/page",
        "https://app.example.com?x",
        "https://app.example.com#x",
        "https://user@app.example.com",
        "https://app.example.com:99999",
        "https://app.example.com:",
        "https://app.example.com; script-src *",
        "https://a.test https://b.test",
        "https://bücher.example",
        "https://-a.test",
        "https://[::1",
        "https://1.2.3.4.5",
        "javascript://app.example.com",
    ],
)
def test_whatever_is_not_exactly_an_origin_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"origin|host name|IP address"):
        normalize_origins(typed)


def test_hosts_are_names_without_scheme_port_or_wildcard() -> None:
    assert normalize_hosts("Files.Example.com\n192.0.2.7") == "files.example.com\n192.0.2.7"
    for typed in ("https://files.example.com", "files.example.com:80", "*.example.com", "a b"):
        with pytest.raises(ValueError, match=r"host name|IP address"):
            normalize_hosts(typed)
