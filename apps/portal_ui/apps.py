from django.apps import AppConfig


class PortalUiConfig(AppConfig):
    name = "apps.portal_ui"
    verbose_name = "Portal pages"
