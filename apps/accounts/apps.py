from django.apps import AppConfig
from django.contrib.admin import apps as administration


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "People"


class AdministrationConfig(administration.AdminConfig):
    """Django's administration, with this product's site."""

    default = False
    default_site = "apps.accounts.site.Site"
