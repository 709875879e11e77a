"""Settings come from the environment, typed; faults are told all at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.env import Env

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("meaning", [True, False])
@pytest.mark.parametrize("number", range(5))
def test_a_flag_has_several_spellings(meaning: bool, number: int) -> None:
    words = ["1", "TRUE", "Yes", "on", " 1 "] if meaning else ["0", "false", "no", "OFF", " 0"]
    assert Env({"FLAG": words[number]}).flag("FLAG", default=not meaning) is meaning


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_counts_as_absent(blank: str) -> None:
    env = Env({"X": blank})
    assert env.text("X", "default") == "default"
    assert env.integer("X", 7) == 7
    assert env.flag("X", default=True) is True
    assert env.words("X", ["a"]) == ["a"]
    assert env.url("X", "http://default", schemes={"http"}) == "http://default"
    env.check()


@pytest.mark.parametrize("value", ["8000.0", "0x10", "many", "1 000", "-"])
def test_what_is_no_whole_number_is_a_fault_and_the_default_stands_in(value: str) -> None:
    env = Env({"PORT": value})
    assert env.integer("PORT", 8000, least=1, most=65535) == 8000
    assert env.faults == [f"PORT: {value!r} is not a whole number; use 1 to 65535"]


@pytest.mark.parametrize(("value", "fine"), [("1", True), ("65535", True), ("0", False)])
def test_bounds_are_inclusive(value: str, fine: bool) -> None:
    env = Env({"PORT": value})
    env.integer("PORT", 8000, least=1, most=65535)
    assert (env.faults == []) is fine


def test_words_are_separated_by_commas_or_blanks() -> None:
    assert Env({"HOSTS": "a.example, b.example c.example,"}).words("HOSTS", []) == [
        "a.example",
        "b.example",
        "c.example",
    ]


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    env = Env({"SECRET_KEY": "from the variable", "SECRET_KEY_FILE": str(file)})
    assert env.secret("SECRET_KEY") == "from a file"
    assert Env({"SECRET_KEY": "plain"}).secret("SECRET_KEY") == "plain"


def test_a_secret_file_that_cannot_be_read_is_a_fault_that_names_it(tmp_path: Path) -> None:
    env = Env({"SECRET_KEY_FILE": str(tmp_path / "absent")})
    assert env.secret("SECRET_KEY") == ""
    assert env.faults == [
        f"SECRET_KEY_FILE: cannot read {tmp_path}/absent (No such file or directory)"
    ]


def test_a_url_needs_one_of_the_schemes() -> None:
    env = Env({"BROKER_URL": "http://broker"})
    assert env.url("BROKER_URL", "redis://", schemes={"redis", "amqp"}) == "redis://"
    assert env.faults == ["BROKER_URL: the scheme must be one of amqp, redis; it is 'http'"]


def test_check_names_every_fault_in_one_message() -> None:
    env = Env({"A": "x", "B": "perhaps", "C": "ftp://c"})
    env.integer("A", 1)
    env.flag("B", default=False)
    env.url("C", "", schemes={"s3"})
    with pytest.raises(ValueError, match=r"(?s)A: .*\n.*B: .*\n.*C: ") as caught:
        env.check()
    assert str(caught.value).startswith("The environment has faults:\n")


def test_the_portal_does_not_start_on_faults_and_names_them_all(tmp_path: Path) -> None:
    """All of them, in one go: nobody wants to find them one restart at a time."""
    wrong = {
        "DATA_DIR": str(tmp_path),
        "PORT": "99999",
        "DEBUG": "maybe",
        "WORKERS": "none",
        "STORAGE_URL": "ftp://files",
        "DATABASE_URL": "oracle://db",
    }
    ended = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=PROJECT,
        env=os.environ | wrong,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    message = ended.stderr[ended.stderr.index("The environment has faults:") :]
    for name in ("PORT", "DEBUG", "WORKERS", "STORAGE_URL", "DATABASE_URL"):
        assert f"\n  {name}: " in message
