"""How the API reference at /api/docs/ is laid out: its introduction, its chapters, its manners."""

from __future__ import annotations

from typing import Any

_INTRODUCTION = """\
A self-hosted document portal: another system opens a session, a person gets a page where a document
is viewed, compared, filled in, edited or read out as data.

## Authentication

An administrator registers your program as a client and ticks its scopes. Then either

- ask `POST /o/token/` for an access token (OAuth 2.0, client credentials) and send it as
  `Authorization: Bearer …`, or
- send the client's access key as `Acs-Api-Key`.

Press *Authorize* to try the calls below with yours. Addresses that hold a capability (a page's
handle, a viewing session's id) need neither: whoever has the address may use it until it ends.

The same calls as a [collection](/api/collection) for Postman, Bruno and their like: set `clientId`
and `clientSecret`, and the token is fetched before the first call.

## Errors

Every error names the input at fault, the reason and the remedy. The native API answers in problem
details (RFC 9457); each dialect answers in its product's own form, with the same code.
[All codes](/api/docs/errors).

## Where to begin

To
- show a document, with `POST /PCCIS/V1/ViewingSession` (PrizmDoc: sessions);
- compare two, with `POST /api/v1/comparisons` (Native: comparisons);
- have a form completed, with `POST /webapi/api/v3/{id}/connect/session` (primedocs Connect);
- read data out of documents, with `POST /session/start` (DataWollet);
- have a document edited, with `POST /generate` (Kudo tokens).

To move an integration here, read the chapter with its product's name: paths, fields and codes are
the ones you know. The native chapters have what the products do not: what the pages themselves
call, and the running of your own sessions, files, templates, jobs and webhooks.
"""

_CHAPTERS = {
    "OAuth 2.0": "The token that everything else takes.",
    "Native: sessions": "Find, look at and stop your sessions of any kind.",
    "Native: views": "What the page of a viewing session calls: images, text, search.",
    "Native: comparisons": "Two documents on a page, and a list of what changed.",
    "Native: forms": "A template's form, prefilled, and the document it makes.",
    "Native: reviews": "What was read from documents, for a person to check.",
    "Native: editing": "A document in the editor: drafts, versions, conflicts.",
    "Native: work files": "Documents that the portal keeps for you.",
    "Native: envelopes": "Encrypted stores of documents and data that outlive a session.",
    "Native: templates": "Libraries of templates, their versions, and what is published.",
    "Native: jobs": "What the engine is doing and why it failed.",
    "Native: webhooks": "Where you are told of events, and what was delivered.",
    "PrizmDoc: sessions": "Viewing sessions, V1 and V2.",
    "PrizmDoc: pages": "A session's pages, text and attributes.",
    "PrizmDoc: comparison": "V2 sessions over an original and a revised document.",
    "PrizmDoc: v3 sessions": "Viewing sessions over viewing packages.",
    "PrizmDoc: viewing packages": "Package creators, and the packages they make.",
    "PrizmDoc: search tasks": "Search on the server, with partial results.",
    "PrizmDoc: work files": "Uploads that other calls refer to.",
    "PrizmDoc: content converters": "Conversions without a page.",
    "primedocs Connect": "Sessions in XML; what the person finished.",
    "DataWollet": "Extraction sessions, documents and envelopes.",
    "Kudo tokens": "Tokens that open the editor.",
}


def layout(version: str) -> dict[str, Any]:
    """The settings of drf-spectacular.

    Chapters start closed: with all operations drawn, opening one of them took seconds.
    """
    return {
        "DEFAULT_GENERATOR_CLASS": "portal.reference.SchemaGenerator",
        "TITLE": "Recto",
        "DESCRIPTION": _INTRODUCTION,
        "VERSION": version,
        "OAS_VERSION": "3.1.0",
        "TAGS": [{"name": name, "description": text} for name, text in _CHAPTERS.items()],
        "SERVE_INCLUDE_SCHEMA": False,
        "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
        "SERVE_AUTHENTICATION": [],
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {
            "deepLinking": True,
            "defaultModelsExpandDepth": -1,
            "docExpansion": "none",
            "filter": True,
        },
        "REDOC_DIST": "SIDECAR",
        "COMPONENT_SPLIT_REQUEST": True,
        "SCHEMA_PATH_PREFIX": "",
    }
