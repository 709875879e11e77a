"""What a caller expects a document to be, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Expectation:
    """Classes by identifier and contexts by name. One match is enough; none named fits all."""

    classes: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    strict: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "classes": list(self.classes),
            "contexts": list(self.contexts),
            "strict": self.strict,
        }

    @classmethod
    def of_json(cls, members: Mapping[str, Any]) -> Expectation:
        """What :meth:`as_json` wrote."""
        return cls(tuple(members["classes"]), tuple(members["contexts"]), members["strict"])

    def unmet(self, identifier: str, name: str) -> str:
        """What is wrong with a class, in a sentence; blank when it is as expected.

        `name` is "Context: Name"; case does not matter.
        """
        if not self.classes and not self.contexts:
            return ""
        context = name.partition(":")[0].strip().lower() if ":" in name else ""
        if identifier.lower() in map(str.lower, self.classes):
            return ""
        if context and context in map(str.lower, self.contexts):
            return ""
        wanted = [f"of the class {one}" for one in self.classes]
        wanted += [f"in the context {one}" for one in self.contexts]
        return f"A document {' or '.join(wanted)} was expected; this one is {identifier}."
