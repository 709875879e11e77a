"""Rows of the audit log are not changed: the database says so itself."""

from typing import Any

from django.db import migrations

_TABLE = "audit_auditevent"
_WORDS = "The audit log is append-only."


def forbid(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER audit_append_only BEFORE UPDATE ON {_TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
        )
    else:
        schema_editor.execute(
            f"CREATE TRIGGER audit_append_only BEFORE UPDATE ON {_TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )


def allow(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER audit_append_only ON {_TABLE}")
        schema_editor.execute("DROP FUNCTION audit_append_only()")
    else:
        schema_editor.execute("DROP TRIGGER audit_append_only")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forbid, allow)]
