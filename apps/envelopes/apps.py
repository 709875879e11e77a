from django.apps import AppConfig


class EnvelopesConfig(AppConfig):
    name = "apps.envelopes"
    verbose_name = "Envelopes"
