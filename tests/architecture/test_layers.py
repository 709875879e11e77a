"""The layers of .importlinter hold: for imports, for foreign keys, for what is installed."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Model

from apps.clients.models import ApiClient

PROJECT = Path(__file__).resolve().parents[2]
OURS = [config for config in apps.get_app_configs() if config.name.startswith("apps.")]


def layers() -> list[set[str]]:
    """The apps of each layer, lowest first, as the linter's contract names them."""
    parser = configparser.ConfigParser()
    parser.read(PROJECT / ".importlinter")
    lines = parser["importlinter:contract:layers"]["layers"].split("\n")
    found = [{word.strip(" ()") for word in line.split("|")} for line in lines if line.strip()]
    return found[::-1]


RANK = {name: rank for rank, names in enumerate(layers()) for name in names}
MODELS = [model for config in OURS for model in config.get_models(include_auto_created=True)]


def test_import_contracts_hold() -> None:
    """In a process of its own: the linter changes how its process logs."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    checked = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down(model: type[Model]) -> None:
    """The linter does not see a key that names its model by a string; this does."""
    own = model._meta.app_label
    for field in model._meta.get_fields():
        target = field.related_model
        if field.auto_created or not isinstance(target, type):
            continue
        other = target._meta.app_label
        if other != own and other in RANK:
            assert RANK[other] < RANK[own], f"{model._meta.label}.{field.name} points at {other}"


def test_every_folder_is_an_installed_app_in_a_layer() -> None:
    folders = {path.parent.name for path in (PROJECT / "apps").glob("*/__init__.py")}
    assert folders == {config.name.removeprefix("apps.") for config in OURS} == set(RANK)


def test_labels_are_folder_names() -> None:
    assert {config.label: config.name for config in OURS} == {
        label: f"apps.{label}" for label in RANK
    }


def test_swappable_models_are_ours() -> None:
    """They must be so from the first migration on."""
    assert get_user_model()._meta.label == "accounts.User"
    assert ApiClient._meta.label == "clients.ApiClient"
