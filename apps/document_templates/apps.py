from django.apps import AppConfig


class DocumentTemplatesConfig(AppConfig):
    name = "apps.document_templates"
    verbose_name = "Templates"
