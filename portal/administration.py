"""The look of the administration and its navigation (django-unfold)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse_lazy

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
                    {
                        "title": "Home",
                        "icon": "home",
                        "link": reverse_lazy("admin:index"),
                    },
                    {
                        "title": "Sessions",
                        "icon": "visibility",
                        "link": reverse_lazy("admin:document_sessions_documentsession_changelist"),
                    },
                    {
                        "title": "Conversion jobs",
                        "icon": "sync",
                        "link": reverse_lazy("admin:conversion_rendition_changelist"),
                    },
                    {
                        "title": "Work files",
                        "icon": "draft",
                        "link": reverse_lazy("admin:workfiles_workfile_changelist"),
                    },
                    {
                        "title": "Extraction",
                        "icon": "data_object",
                        "link": reverse_lazy("admin:extraction_extractionrequest_changelist"),
                    },
                    {
                        "title": "Edit sessions",
                        "icon": "edit",
                        "link": reverse_lazy("admin:editing_editdetail_changelist"),
                    },
                    {
                        "title": "Edited documents",
                        "icon": "history_edu",
                        "link": reverse_lazy("admin:editing_editeddocument_changelist"),
                    },
                    {
                        "title": "Versions",
                        "icon": "history",
                        "link": reverse_lazy("admin:editing_revision_changelist"),
                    },
                    {
                        "title": "Versions to be sent",
                        "icon": "outbox",
                        "link": reverse_lazy("admin:editing_push_changelist"),
                    },
                    {
                        "title": "Envelopes",
                        "icon": "encrypted",
                        "link": reverse_lazy("admin:envelopes_envelope_changelist"),
                    },
                    {
                        "title": "Viewing packages",
                        "icon": "package_2",
                        "link": reverse_lazy("admin:viewing_viewingpackage_changelist"),
                    },
                    {
                        "title": "Processes",
                        "icon": "manufacturing",
                        "link": reverse_lazy("admin:viewing_process_changelist"),
                    },
                ],
            },
            {
                "title": "Templates",
                "items": [
                    {
                        "title": "Templates",
                        "icon": "edit_document",
                        "link": reverse_lazy(
                            "admin:document_templates_documenttemplate_changelist"
                        ),
                    },
                    {
                        "title": "Datasources",
                        "icon": "library_books",
                        "link": reverse_lazy("admin:document_templates_datasource_changelist"),
                    },
                ],
            },
            {
                "title": "Programs",
                "items": [
                    {
                        "title": "API clients",
                        "icon": "key",
                        "link": reverse_lazy("admin:clients_apiclient_changelist"),
                    },
                    {
                        "title": "Launch tokens",
                        "icon": "rocket_launch",
                        "link": reverse_lazy("admin:editing_launchtoken_changelist"),
                    },
                    {
                        "title": "Access tokens",
                        "icon": "badge",
                        "link": reverse_lazy("admin:oauth2_provider_accesstoken_changelist"),
                    },
                    {
                        "title": "Prepared sessions",
                        "icon": "edit_document",
                        "link": reverse_lazy("admin:connect_sessiontemplate_changelist"),
                    },
                    {
                        "title": "Webhooks",
                        "icon": "webhook",
                        "link": reverse_lazy("admin:clients_webhookendpoint_changelist"),
                    },
                    {
                        "title": "Webhook messages",
                        "icon": "outgoing_mail",
                        "link": reverse_lazy("admin:clients_webhookdelivery_changelist"),
                    },
                ],
            },
            {
                "title": "People",
                "items": [
                    {
                        "title": "Users",
                        "icon": "person",
                        "link": reverse_lazy("admin:accounts_user_changelist"),
                    },
                    {
                        "title": "Groups",
                        "icon": "group",
                        "link": reverse_lazy("admin:auth_group_changelist"),
                    },
                    {
                        "title": "Sign-in tries",
                        "icon": "lock_clock",
                        "link": reverse_lazy("admin:accounts_signintries_changelist"),
                    },
                    {
                        "title": "Audit log",
                        "icon": "policy",
                        "link": reverse_lazy("admin:audit_auditevent_changelist"),
                    },
                ],
            },
        ],
    },
}
