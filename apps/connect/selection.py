"""Which templates a session may use: by id, by tags, or whatever its person picks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """What the caller says about the template.

    `template_id` names one. Of `tags` each inner tuple is a conjunction and the outer one their
    alternatives, all in lower case. Neither means any template. `picker` lets the person choose
    among the matches; without it there must be exactly one.
    """

    template_id: str = ""
    tags: tuple[tuple[str, ...], ...] = ()
    picker: bool = False

    def fits(self, tags: Iterable[str]) -> bool:
        """Whether a template with these tags matches; the case of letters does not matter."""
        held = {normalize_tag(tag) for tag in tags}
        return not self.tags or any(held.issuperset(wanted) for wanted in self.tags)

    def as_json(self) -> dict[str, object]:
        """For storage; see :meth:`from_json`."""
        return {
            "template_id": self.template_id,
            "tags": [list(wanted) for wanted in self.tags],
            "picker": self.picker,
        }

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Selection:
        """What :meth:`as_json` stored."""
        tags = value["tags"]
        assert isinstance(tags, list)  # noqa: S101  # stored by as_json
        return cls(
            str(value["template_id"]),
            tuple(tuple(wanted) for wanted in tags),
            bool(value["picker"]),
        )


def normalize_tag(tag: str) -> str:
    """A tag as it is compared: without blanks around it, in lower case."""
    return tag.strip().casefold()


def conjunction(text: str) -> tuple[str, ...]:
    """The tags of "A;B;C"; blank parts do not count."""
    parts = (normalize_tag(part) for part in text.split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))
