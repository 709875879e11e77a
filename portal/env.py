"""Typed readers for the environment. Faults are collected and reported all at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that was asked for: what docs/reference/settings.md lists."""

    name: str
    kind: str
    default: object


class Env:
    """Reads typed settings from a mapping of strings (the process environment by default).

    A reader that meets a bad value notes the fault and returns the default, so that
    :meth:`check` can name every fault in one message instead of one at a time. `variables` is
    what was asked for, in order.
    """

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._source = os.environ if source is None else source
        self.faults: list[str] = []
        self.variables: list[Variable] = []

    def text(self, name: str, default: str = "") -> str:
        """A string; blank counts as absent."""
        self._note(name, "text", default)
        return self._word(name) or default

    def secret(self, name: str, default: str = "") -> str:
        """A string from NAME, or from the file that NAME_FILE points at."""
        self._note(name, f"text, or a file named by {name}_FILE", default)
        file = self._word(f"{name}_FILE")
        if not file:
            return self._word(name) or default
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            self.faults.append(f"{name}_FILE: cannot read {file} ({error.strerror})")
            return default

    def flag(self, name: str, default: bool) -> bool:
        """A boolean: 1/0, true/false, yes/no, on/off."""
        self._note(name, "1 or 0", int(default))
        word = self._word(name).lower()
        if not word:
            return default
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        self.faults.append(f"{name}: {word!r} is not a boolean; use 1 or 0")
        return default

    def integer(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """A whole number within [least, most]."""
        bounds = f"{least} or more" if most is None else f"{least} to {most}"
        self._note(name, f"whole number, {bounds}", default)
        word = self._word(name)
        if not word:
            return default
        try:
            value = int(word)
        except ValueError:
            self.faults.append(f"{name}: {word!r} is not a whole number; use {bounds}")
            return default
        if value < least or (most is not None and value > most):
            self.faults.append(f"{name}: {value} is out of range; use {bounds}")
            return default
        return value

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        """One of a few words."""
        self._note(name, f"one of {', '.join(among)}", default)
        word = self._word(name) or default
        if word in among:
            return word
        self.faults.append(f"{name}: {word!r} is not one of {', '.join(among)}")
        return default

    def require(self, *names: str) -> None:
        """Notes a fault for each variable that is blank."""
        self.faults += [
            f"{name}: it is needed, and not set" for name in names if not self._word(name)
        ]

    def words(self, name: str, default: list[str]) -> list[str]:
        """A list, separated by commas or blanks."""
        self._note(name, "list, separated by commas or blanks", " ".join(default))
        value = self._word(name)
        return value.replace(",", " ").split() if value else default

    def url(self, name: str, default: str, *, schemes: set[str]) -> str:
        """A URL with one of the given schemes."""
        self._note(name, f"URL: {', '.join(sorted(schemes))}", default)
        value = self._word(name) or default
        if value and urlsplit(value).scheme not in schemes:
            self.faults.append(
                f"{name}: the scheme must be one of {', '.join(sorted(schemes))}; "
                f"it is {urlsplit(value).scheme!r}"
            )
            return default
        return value

    def check(self) -> None:
        """Raises ValueError that names every fault met so far."""
        if self.faults:
            raise ValueError("The environment has faults:\n  " + "\n  ".join(self.faults))

    def _word(self, name: str) -> str:
        return self._source.get(name, "").strip()

    def _note(self, name: str, kind: str, default: object) -> None:
        self.variables.append(Variable(name, kind, default))
