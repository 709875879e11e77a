"""The look of the administration and its navigation (django-unfold)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def _list(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    """An entry that leads to a list, for whoever may see it."""

    def may_see(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{model}")

    link = reverse_lazy(f"admin:{app}_{model}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": may_see}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Recto",
    "SITE_HEADER": "Recto",
    "SITE_SUBHEADER": "Document portal",
    "SITE_SYMBOL": "menu_book",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "portal.dashboard.context",
    "LOGIN": {"form": "apps.accounts.forms.SignInForm"},
    "ACCOUNT": {
        "navigation": [
            {"title": "Second factor", "link": reverse_lazy("admin:second_factor")},
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
        ]
    },
    "COLORS": {
        "primary": {
            "50": "#f0f9fa",
            "100": "#d9eced",
            "200": "#b2dadd",
            "300": "#8cc9ce",
            "400": "#74c7ce",
            "500": "#2c8b95",
            "600": "#0e6670",
            "700": "#0b545c",
            "800": "#094349",
            "900": "#063338",
            "950": "#042327",
        }
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": "Documents",
                "items": [
                    {"title": "Home", "icon": "home", "link": reverse_lazy("admin:index")},
                    _list("Sessions", "visibility", "document_sessions", "documentsession"),
                    _list("Conversion jobs", "sync", "conversion", "rendition"),
                    _list("Work files", "draft", "workfiles", "workfile"),
                    _list("Extraction", "data_object", "extraction", "extractionrequest"),
                    _list("Edit sessions", "edit", "editing", "editdetail"),
                    _list("Edited documents", "history_edu", "editing", "editeddocument"),
                    _list("Versions", "history", "editing", "revision"),
                    _list("Versions to be sent", "outbox", "editing", "push"),
                    _list("Envelopes", "encrypted", "envelopes", "envelope"),
                    _list("Viewing packages", "package_2", "viewing", "viewingpackage"),
                    _list("Processes", "manufacturing", "viewing", "process"),
                ],
            },
            {
                "title": "Templates",
                "items": [
                    _list("Templates", "edit_document", "document_templates", "documenttemplate"),
                    _list("Datasources", "library_books", "document_templates", "datasource"),
                ],
            },
            {
                "title": "Programs",
                "items": [
                    _list("API clients", "key", "clients", "apiclient"),
                    _list("Request log", "receipt_long", "audit", "answeredrequest"),
                    _list("Launch tokens", "rocket_launch", "editing", "launchtoken"),
                    _list("Access tokens", "badge", "oauth2_provider", "accesstoken"),
                    _list("Prepared sessions", "edit_document", "connect", "sessiontemplate"),
                    _list("Webhooks", "webhook", "clients", "webhookendpoint"),
                    _list("Webhook messages", "outgoing_mail", "clients", "webhookdelivery"),
                ],
            },
            {
                "title": "People",
                "items": [
                    _list("Users", "person", "accounts", "user"),
                    _list("Groups", "group", "auth", "group"),
                    _list("Sign-in tries", "lock_clock", "accounts", "signintries"),
                    _list("Audit log", "policy", "audit", "auditevent"),
                ],
            },
        ],
    },
}
