"""Who looks after programs' calls sees how they were answered."""

from typing import Any

from django.db import migrations

from portal.groups import grant

_SEEN = {"audit.answeredrequest": ("view",)}
GROUPS = {"operator": _SEEN, "auditor": _SEEN}


def make(apps: Any, schema_editor: Any) -> None:
    # A group that an administrator took away stays away.
    there = apps.get_model("auth", "Group").objects.filter(name__in=GROUPS)
    grant(apps, {group.name: GROUPS[group.name] for group in there})


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_groups"), ("audit", "0003_requests")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
