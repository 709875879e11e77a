"""The administration's pages of one template: its editor, its files, its versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from apps.audit.administration import changeable, page
from apps.core.errors import ErrorCode, PortalError
from apps.document_templates import services, versions
from apps.document_templates import version_pages as pages
from apps.document_templates.doctor import Finding
from apps.document_templates.form import Form
from apps.document_templates.messages import texts
from apps.document_templates.models import DocumentTemplate, TemplateVersion
from apps.document_templates.version_pages import (
    NAME,
    TEMPLATES,
    actor_of,
    template_url,
    url_of,
    version_of,
)

_PREVIEW_PIXELS = 1280
_MAX_JSON_BYTES = 1024**2

View = Callable[..., HttpResponse]


def urls(model_admin: ModelAdmin[DocumentTemplate]) -> list[URLPattern]:
    """The pages' URLs, below the list of templates."""
    routes: list[tuple[str, str, View]] = [
        ("upload/", "upload", pages.upload),
        ("<int:pk>/upload/", "new_file", pages.new_file),
        ("<int:pk>/compare/", "compare", pages.compare),
        ("<int:pk>/version/<int:number>/", "editor", _editor),
        ("<int:pk>/version/<int:number>/form/", "form", _form),
        ("<int:pk>/version/<int:number>/save/", "save", _save),
        ("<int:pk>/version/<int:number>/preview/", "preview", _preview),
        ("<int:pk>/version/<int:number>/file/", "file", pages.file),
        ("<int:pk>/version/<int:number>/filled/", "filled", pages.filled),
        ("<int:pk>/version/<int:number>/publish/", "publish", pages.publish),
        ("<int:pk>/version/<int:number>/retire/", "retire", pages.retire),
        ("<int:pk>/version/<int:number>/draft/", "draft", pages.draft),
        ("<int:pk>/version/<int:number>/examine/", "examine", pages.examine),
    ]

    def bound(view: View) -> View:
        def shown(request: HttpRequest, **where: int) -> HttpResponse:
            return view(model_admin, request, **where)

        return shown

    return [
        path(route, model_admin.admin_site.admin_view(bound(view)), name=f"{NAME}_{name}")
        for route, name, view in routes
    ]


def _editor(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """Fields, filled document, form and findings of a version; a draft's can be changed."""
    version = version_of(model_admin, request, pk, number)
    may_change = model_admin.has_change_permission(request, version.template)
    is_draft = version.state == TemplateVersion.State.DRAFT
    context = {
        "title": version.template.name,
        "version": version,
        "may_change": may_change,
        "editable": may_change and is_draft,
        "definition": version.form.to_json(),
        "sample": services.sample_of(version),
        "findings": _findings(version),
        "template_url": template_url(version.template),
        "upload_url": reverse(f"admin:{NAME}_new_file", args=[pk]),
        **{
            f"{name}_url": url_of(name, version)
            for name in ("save", "preview", "form", "file", "filled", "publish", "draft")
        },
    }
    return page(model_admin, request, f"{TEMPLATES}/editor.html", context, version.template)


def _findings(version: TemplateVersion) -> list[dict[str, Any]]:
    found = [Finding(**one) for one in version.findings]
    return [{**one.to_json(), "place": one.place} for one in found]


@xframe_options_sameorigin
def _form(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """The form alone, for the editor's frame."""
    version = version_of(model_admin, request, pk, number)
    language = version.template.datasource.default_language
    context = {"language": language, "sentences": texts("en")}
    return TemplateResponse(request, f"{TEMPLATES}/form_preview.html", context)


def _save(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """Keeps the form and the sample values; answers with the doctor's findings."""
    changeable(model_admin, DocumentTemplate, request, pk)
    version = version_of(model_admin, request, pk, number)
    try:
        body = _json(request)
        actor = actor_of(request)
        if version.state == TemplateVersion.State.DRAFT:
            versions.save_form(actor, version, body["definition"])
        versions.save_sample(actor, version, body["sample"])
    except PortalError as error:
        return JsonResponse({"message": error.detail}, status=422)
    return JsonResponse({"findings": _findings(version)})


def _preview(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """A page of the document, filled as the editor has it now; nothing is kept."""
    version = version_of(model_admin, request, pk, number)
    try:
        body = _json(request)
        version.definition = Form.from_json(body["definition"]).to_json()
        shown = services.preview(
            actor_of(request),
            version,
            body["sample"],
            page=int(body.get("page", 0)),
            width=_PREVIEW_PIXELS,
        )
    except PortalError as error:
        return JsonResponse({"message": error.detail}, status=422)
    except (ValueError, TypeError) as error:
        return JsonResponse({"message": str(error)}, status=422)
    response = HttpResponse(shown.image, content_type="image/png")
    response["X-Page"], response["X-Pages"] = str(shown.page), str(shown.pages)
    response["X-Warnings"] = json.dumps(shown.warnings[:5])
    response["Cache-Control"] = "no-store"
    return response


def _json(request: HttpRequest) -> dict[str, Any]:
    """The body: {definition, sample, page?}. Raises INPUT_INVALID."""
    if request.method != "POST":
        raise PortalError(ErrorCode.METHOD_NOT_ALLOWED)
    try:
        body = json.loads(request.read(_MAX_JSON_BYTES + 1))
        # Half a surrogate pair, NaN and infinity cannot be stored.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        if not isinstance(body["definition"], dict) or not isinstance(body["sample"], dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PortalError(ErrorCode.INPUT_INVALID, "The editor sent no form.") from error
    return cast(dict[str, Any], body)
