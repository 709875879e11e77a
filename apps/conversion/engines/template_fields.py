"""From what the marks and controls say to the fields of a form: kinds, names, nesting, rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .template_controls import Control
from .template_marks import Usage

# What a name suggests where nothing else does; the words of five languages.
_NAMES = (
    ("picture", r"image|picture|photo|logo|bild|foto|signature_image|immagine|imagen"),
    ("date", r"date|day$|datum|birthday|geburtstag|fecha|data(?=_|$|[A-Z])|valid_?until|deadline"),
    ("number", r"amount|price|qty|quantity|total|betrag|preis|menge|anzahl|summe|prix|montant|"
               r"quantite|prezzo|importo|quantita|precio|cantidad|importe"),
    ("yes_no", r"^(?:is|has|with|show|ist|hat|mit)(?=_|[A-Z])"),
)  # fmt: skip
_LONG_TEXTS = re.compile(
    r"(?i)(?:address|adresse|direccion|indirizzo|description|beschreibung|comments?|remarks?|notes?|"
    r"bemerkung(?:en)?|message|body|paragraph|free_?text)$"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[A-Z]+")
# Which hint decides where a path has several.
_ORDER = ("picture", "date", "yes_no", "choice", "number")


@dataclass
class _Node:
    usage: Usage | None = None
    control: Control | None = None
    inner: dict[str, _Node] = field(default_factory=dict)


def fields_of(usages: dict[str, Usage], controls: list[Control]) -> list[dict[str, Any]]:
    """The fields (form.py's JSON) of a document, in the order they are used in."""
    root = _Node()
    for path, usage in usages.items():
        _node(root, path).usage = usage
    for control in controls:
        node = _node(root, control.path)
        node.control = node.control or control
    return [_field(key, node, "") for key, node in root.inner.items()]


def _node(root: _Node, path: str) -> _Node:
    node = root
    for key in path.split("."):
        node = node.inner.setdefault(key, _Node())
    return node


def _field(key: str, node: _Node, above: str) -> dict[str, Any]:
    kind = _kind(key, node)
    made: dict[str, Any] = {"key": key, "kind": kind, "label": _label(key, node)}
    path = f"{above}{key}"
    if node.inner:
        made["fields"] = [_field(name, inner, f"{path}.") for name, inner in node.inner.items()]
    elif kind == "collection":
        made["fields"] = [{"key": "value", "kind": "text", "label": "Value"}]
    if kind == "choice":
        made["choices"] = _choices(node)
    if kind == "text" and ((node.control and node.control.multiline) or _LONG_TEXTS.search(key)):
        made["multiline"] = True
    if condition := _condition(node, above, path):
        made["depends_on"] = condition
    return made


def _kind(key: str, node: _Node) -> str:
    hints = node.usage.hints if node.usage else []
    if node.control and node.control.kind != "text":
        return node.control.kind
    if node.inner:
        return "collection" if "collection" in hints else "object"
    if "collection" in hints and "written" not in hints:
        return "collection"
    for hint in _ORDER:
        if hint in hints:
            return hint
    if "written" not in hints and "asked" in hints:
        return "yes_no"
    for kind, words in _NAMES:
        if re.search(f"(?i:{words})" if kind != "yes_no" else words, key):
            return kind
    return "text"


def _label(key: str, node: _Node) -> str:
    if node.control and node.control.label:
        return node.control.label
    words = _WORDS.findall(key.replace("_", " "))
    spoken = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    text = " ".join(spoken) or key
    return text[:1].upper() + text[1:]


def _choices(node: _Node) -> list[dict[str, str]]:
    if node.control and node.control.options:
        return [
            {"value": one["value"], "label": one["label"] or one["value"]}
            for one in node.control.options
        ]
    values = dict.fromkeys(node.usage.options if node.usage else [])
    return [{"value": value, "label": value} for value in values]


def _condition(node: _Node, above: str, path: str) -> dict[str, Any] | None:
    """A rule that held wherever the field was used, about a field beside it or further out."""
    uses = node.usage.conditions if node.usage else []
    if not uses or node.usage is None:
        return None
    for other, value in sorted(frozenset.intersection(*uses), key=str):
        outer, _, key = other.rpartition(".")
        level = f"{outer}." if outer else ""
        if key and other != path and above.startswith(level):
            return {"key": key, "equals": value}
    return None
