"""Groups for people who need not do everything. Administrators change or delete them at will."""

from typing import Any

from django.db import migrations

from portal.groups import grant

_VIEW, _CHANGE, _ADD = "view", "change", "add"
_SEEN_BY_AUDITORS = {
    "accounts": ("user", "signintries"),
    "audit": ("auditevent",),
    "auth": ("group",),
    "clients": ("apiclient", "scope", "webhookdelivery", "webhookendpoint"),
    "connect": ("sessiontemplate",),
    "conversion": ("rendition",),
    "document_sessions": ("documentsession",),
    "document_templates": ("datasource", "documenttemplate"),
    "editing": ("editdetail", "editeddocument", "launchtoken", "push", "revision"),
    "envelopes": ("envelope",),
    "extraction": ("extractionrequest",),
    "oauth2_provider": ("accesstoken",),
    "viewing": ("process", "viewingpackage"),
    "workfiles": ("workfile",),
}
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    # Looks at sessions, jobs and deliveries; stops, retries, sends again.
    "operator": {
        "document_sessions.documentsession": (_VIEW, _CHANGE),
        "conversion.rendition": (_VIEW, _CHANGE),
        "viewing.process": (_VIEW,),
        "clients.webhookdelivery": (_VIEW, _CHANGE),
        "editing.push": (_VIEW, _CHANGE),
    },
    # Sees everything, changes nothing.
    "auditor": {
        f"{app}.{model}": (_VIEW,) for app, models in _SEEN_BY_AUDITORS.items() for model in models
    },
    # Makes templates and says which programs use them.
    "template author": {
        "document_templates.datasource": (_VIEW, _ADD, _CHANGE),
        "document_templates.documenttemplate": (_VIEW, _ADD, _CHANGE),
    },
}


def make(apps: Any, schema_editor: Any) -> None:
    grant(apps, GROUPS)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_second_factor_and_tries"),
        ("audit", "0002_append_only"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("clients", "0009_scopes"),
        ("connect", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("conversion", "0001_initial"),
        ("document_sessions", "0001_initial"),
        ("document_templates", "0001_initial"),
        ("editing", "0002_office_and_pushes"),
        ("envelopes", "0001_initial"),
        ("extraction", "0001_initial"),
        ("oauth2_provider", "0001_initial"),
        ("viewing", "0001_initial"),
        ("workfiles", "0001_initial"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
