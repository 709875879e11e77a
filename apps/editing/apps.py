from django.apps import AppConfig


class EditingConfig(AppConfig):
    name = "apps.editing"
    verbose_name = "Editing"
