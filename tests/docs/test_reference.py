"""The generated documents are current, and the API reference shows every operation."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import URLPattern, URLResolver, get_resolver
from jsonschema import Draft202012Validator
from rest_framework.views import APIView

from apps.dialects.base import PublicView
from apps.dialects.management.commands import write_reference
from apps.dialects.reference import conformance, variables
from portal import settings as portal_settings
from portal.env import Env
from tests.stack import PROJECT

METHODS = {"get", "put", "post", "delete", "patch"}
# PrizmDoc's V1 also answers without its prefix; the reference shows one spelling, and of the other
# the call that takes more there.
SPELLINGS = (
    *("/PCCIS/V1/", "/v2/", "/v3/", "/api/v1/", "/webapi/api/v3/"),
    *("/session", "/documents/", "/requests/", "/envelope", "/generate", "/verify"),
)
ALSO = {("/ViewingSession", "post")}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The OpenAPI document that is kept; below it is found to be the one that is made."""
    kept: dict[str, Any] = json.loads((PROJECT / "tests/snapshots/openapi.json").read_text())
    return kept


def test_generated_documents_are_current() -> None:
    call_command("write_reference", check=True)


def test_outdated_document_is_named(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    documents = {"docs/reference/errors.md": write_reference.DOCUMENTS["docs/reference/errors.md"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_reference, "DOCUMENTS", documents)
        with pytest.raises(CommandError, match=r"errors\.md.*make snapshots"):
            call_command("write_reference", check=True)
        assert not (tmp_path / "docs").exists()
        call_command("write_reference", verbosity=0)
        call_command("write_reference", check=True)


def routed(patterns: list[Any], prefix: str = "/") -> dict[tuple[str, str], type[APIView]]:
    """The API views by (path, method), in the spelling of an OpenAPI path."""
    found: dict[tuple[str, str], type[APIView]] = {}
    for pattern in patterns:
        path = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            found |= routed(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "cls", None)
            if view is not None and issubclass(view, APIView):
                found |= {(path, name): view for name in METHODS if hasattr(view, name)}
    return found


def test_every_operation_is_shown(document: dict[str, Any]) -> None:
    shown = {(path, name) for path, methods in document["paths"].items() for name in methods}
    ours = {
        (path, name)
        for path, name in routed(get_resolver().url_patterns)
        if path.startswith(SPELLINGS)
    }
    assert shown == ours | ALSO | {("/o/token/", "post")}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, name, operation)
        for path, methods in document["paths"].items()
        for name, operation in methods.items()
    ]


def test_every_operation_is_named_and_explained(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    shared = document["components"]["responses"]
    for path, _, operation in operations(document):
        assert operation["summary"].endswith("."), path
        for answer in operation["responses"].values():
            name = answer.get("$ref", "").rpartition("/")[2]
            assert (shared[name] if name else answer)["description"], path
        other = "Also answers at" if path.startswith("/PCCIS/") else ""
        assert other in operation.get("description", ""), path


def test_calls_of_programs_need_credentials(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {scheme.get("name") for scheme in schemes.values()} == {None, "Acs-Api-Key", "X-Api-Key"}
    assert schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] == "/o/token/"
    views = routed(get_resolver().url_patterns)
    for path, name, operation in operations(document):
        view = views[path, name]
        by_session = (
            path == "/o/token/"
            or issubclass(view, PublicView)
            or name in getattr(view, "methods_by_id", ())
        )
        scopes = operation.get("security", [{}])[0].get("oauth2", [])
        # Kudo's own key, which is no token.
        scopes = scopes or operation.get("x-required-scopes", [])
        assert bool(scopes) != by_session, path


def examples(node: Any) -> list[tuple[dict[str, Any], Any]]:
    """Every (schema, example) pair of JSON contents below a node."""
    if isinstance(node, list):
        return [pair for item in node for pair in examples(item)]
    if not isinstance(node, dict):
        return []
    own = (
        [(node["schema"], shown["value"]) for shown in node.get("examples", {}).values()]
        if ("schema" in node and isinstance(node.get("examples"), dict))
        else []
    )
    return own + [pair for item in node.values() for pair in examples(item)]


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    pairs = examples(document["paths"])
    assert len(pairs) > 40
    for schema, example in pairs:
        whole = schema | {"components": document["components"]}
        Draft202012Validator(whole).validate(example)


def test_variable_without_help_is_a_fault(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    env = Env({})
    env.variables = list(portal_settings.env.variables)
    env.text("UNEXPLAINED")
    monkeypatch.setattr(import_module(settings.SETTINGS_MODULE), "env", env)
    with pytest.raises(ValueError, match="UNEXPLAINED"):
        variables.document()


def test_marker_without_a_known_outcome_is_a_fault(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "tests/dialects/prizmdoc"
    folder.mkdir(parents=True)
    settings.BASE_DIR = tmp_path
    source = (
        '@pytest.mark.conformance("prizmdoc-v1", line="GET X: 200", outcome={!r})\n'
        "def test_x(): ...\n"
    )
    (folder / "test_x.py").write_text(source.format("supported"))
    assert "dialects/prizmdoc/test_x.py::test_x" in conformance.prizmdoc()
    (folder / "test_x.py").write_text(source.format("maybe"))
    with pytest.raises(ValueError, match="outcome must be one of"):
        conformance.prizmdoc()
