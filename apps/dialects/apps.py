from django.apps import AppConfig


class DialectsConfig(AppConfig):
    name = "apps.dialects"
    verbose_name = "Dialects"

    def ready(self) -> None:
        from apps.dialects import checks  # noqa: F401  registers itself
