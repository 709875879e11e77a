"""The scopes of the first release. A later release adds its own in a migration of its own."""

from django.db import migrations

SCOPES = [
    (
        "pd_ConnectWebApi",
        "Connect sessions",
        "Open primedocs Connect sessions and generate documents.",
    ),
    (
        "pd_AdminWebApi",
        "Connect administration",
        "Manage the templates of the primedocs datasources granted to the client.",
    ),
    (
        "sessions:write",
        "Extraction sessions",
        "Start, resume and end extraction sessions and send documents to them.",
    ),
    ("envelopes:create", "Create envelopes", "Create envelopes that keep documents."),
    ("envelopes:read", "Read envelopes", "Read the documents and the audit log of envelopes."),
    (
        "envelopes:write",
        "Change envelopes",
        "Add documents to envelopes, delete them and manage who has access.",
    ),
    ("documents:ocr", "Text recognition", "Recognise text in images and scanned documents."),
    ("viewing:read", "Read viewing sessions", "Look up the client's own viewing sessions."),
    (
        "viewing:write",
        "Open viewing sessions",
        "Open, fill and stop viewing and comparison sessions.",
    ),
    ("workfiles:read", "Read work files", "Download the client's own work files."),
    ("workfiles:write", "Upload work files", "Upload work files and delete them."),
    ("templates:read", "Read templates", "List and download document templates."),
    ("templates:write", "Change templates", "Upload, change and delete document templates."),
    ("editor:launch", "Launch the editor", "Make launch tokens for the editor."),
    ("jobs:read", "Read jobs", "Follow the conversion jobs of the client's own documents."),
]


def create_scopes(apps, schema_editor):
    Scope = apps.get_model("clients", "Scope")
    Scope.objects.bulk_create(
        [Scope(name=name, label=label, description=text) for name, label, text in SCOPES]
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]
    operations = [migrations.RunPython(create_scopes, migrations.RunPython.noop)]
