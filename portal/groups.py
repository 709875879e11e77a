"""What groups of the administration may do, as migrations grant it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def grant(apps: Any, groups: Mapping[str, Mapping[str, tuple[str, ...]]]) -> None:
    """Lets groups do some of "view", "add", "change" with models, spelled "app.model".

    A group that is not there is made. Permissions are usually made after all migrations; the same
    ones are found then.
    """
    kinds = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    for name, rows in groups.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for label, actions in rows.items():
            app, model = label.split(".")
            kind, _ = kinds.get_or_create(app_label=app, model=model)
            words = apps.get_model(app, model)._meta.verbose_name
            for action in actions:
                permission, _ = permissions.get_or_create(
                    content_type=kind,
                    codename=f"{action}_{model}",
                    defaults={"name": f"Can {action} {words}"},
                )
                group.permissions.add(permission)
