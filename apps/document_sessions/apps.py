from django.apps import AppConfig


class DocumentSessionsConfig(AppConfig):
    name = "apps.document_sessions"
    verbose_name = "Sessions"
