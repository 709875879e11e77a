"""Scopes of the calls by which programs operate their own sessions, jobs and webhooks."""

from django.db import migrations

SCOPES = [
    ("sessions:read", "Read sessions", "Look up the client's own sessions of every kind."),
    ("jobs:write", "Retry jobs", "Try the client's own failed conversion jobs again."),
    ("webhooks:read", "Read webhooks", "Look up the client's own webhooks and their messages."),
    (
        "webhooks:write",
        "Change webhooks",
        "Add, change and remove the client's own webhooks and send messages again.",
    ),
]


def create_scopes(apps, schema_editor):
    Scope = apps.get_model("clients", "Scope")
    for name, label, text in SCOPES:
        Scope.objects.get_or_create(name=name, defaults={"label": label, "description": text})


class Migration(migrations.Migration):
    dependencies = [("clients", "0008_repeatable")]
    operations = [migrations.RunPython(create_scopes, migrations.RunPython.noop)]
