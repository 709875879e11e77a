from django.apps import AppConfig


class WorkfilesConfig(AppConfig):
    name = "apps.workfiles"
    verbose_name = "Work files"
