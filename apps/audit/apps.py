from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "apps.audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        """Notes who signs in, and who tries to."""
        from apps.audit import signing_in  # noqa: F401  # it connects itself
