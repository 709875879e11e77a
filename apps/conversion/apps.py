from django.apps import AppConfig


class ConversionConfig(AppConfig):
    name = "apps.conversion"
    verbose_name = "Conversion"
