"""The command that scripts use to register a client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.clients.models import ApiClient, Credential

from .conftest import Program


def _register(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command("register_client", *arguments, "--json")
    printed = capsys.readouterr().out
    answer: dict[str, Any] = json.loads(printed)
    return answer


def test_prints_credentials_that_work(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    answer = _register(
        capsys, "shop", "--scope", "viewing:write", "--scope", "workfiles:write", "--access-key"
    )
    assert set(answer) == {"client_id", "client_secret", "access_key"}
    client = ApiClient.objects.get(client_id=answer["client_id"])
    program = Program(client, answer["client_secret"])
    assert program.ask().json()["scope"].split() == ["viewing:write", "workfiles:write"]
    assert Credential.objects.count() == 2


def test_without_scope_nothing_is_granted(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    answer = _register(capsys, "shop")
    assert set(answer) == {"client_id", "client_secret"}
    program = Program(ApiClient.objects.get(), answer["client_secret"])
    assert program.ask().json()["scope"] == ""


def test_public_client_has_origins_and_no_secret(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = _register(
        capsys, "page", "--public", "--origin", "https://a.test", "--origin", "https://b.test:444"
    )
    assert answer["client_secret"] is None
    client = ApiClient.objects.get()
    assert client.is_public
    assert client.origin_list == ("https://a.test", "https://b.test:444")
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scope", "nonsense"], "Known: documents:ocr, editor:launch"),
        (["--scope", "all"], "Unknown scope: all"),
        (["--origin", "a.test"], "is not an origin"),
        (["--public", "--access-key"], "cannot keep a secret"),
    ],
)
def test_mistakes_are_explained_and_leave_nothing(
    db: None, arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("register_client", "shop", *arguments, "--json")
    assert not ApiClient.objects.exists()


def test_for_people_it_prints_lines(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("register_client", "shop")
    printed = capsys.readouterr().out
    assert printed.startswith("client_id: ")
    assert "client_secret: rcs_" in printed
