"""docs/reference/scopes.md: what a client may be granted, and where each scope is asked for."""

from __future__ import annotations

import ast
from pathlib import Path

from django.conf import settings

from apps.clients.schema import released_scopes
from apps.dialects.reference.markdown import page, table

_INTRODUCTION = """An administrator ticks scopes for each client. A token request asks for some of
them; one that names none is granted the client's default scopes. An access key has all of its
client's scopes. A person who opens a session's page needs no scope: the session's id opens it."""


def document() -> str:
    """The page."""
    asked = _asked_for()
    rows = [
        [f"`{name}`", description, asked.get(name, "reserved: nothing asks for it yet")]
        for name, _, description in released_scopes()
    ]
    return page("Scopes", _INTRODUCTION, table(["Scope", "Allows", "Asked for in"], rows))


def _asked_for() -> dict[str, str]:
    """The apps that call `.require("scope")`, by scope, read from the source."""
    found: dict[str, list[str]] = {}
    for path in sorted((Path(settings.BASE_DIR) / "apps").rglob("*.py")):
        app = ".".join(path.relative_to(settings.BASE_DIR).parts[1:-1])
        for scope in _required_in(ast.parse(path.read_text())):
            if app not in found.setdefault(scope, []):
                found[scope].append(app)
    return {scope: ", ".join(f"`{name}`" for name in names) for scope, names in found.items()}


def _required_in(tree: ast.AST) -> list[str]:
    return [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "require"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]
