"""The administration's pages about the files and versions of a template."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import PurePath
from typing import cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.administration import changeable, page
from apps.clients.actors import Actor
from apps.core.errors import PortalError
from apps.document_templates import services, versions
from apps.document_templates.forms import NewFileForm, NewTemplateForm
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion
from apps.workfiles import services as workfiles

TEMPLATES = "admin/document_templates/documenttemplate"
NAME = "document_templates_documenttemplate"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def editor_url(version: TemplateVersion) -> str:
    """Where a version is looked at and edited."""
    return url_of("editor", version)


def url_of(name: str, version: TemplateVersion) -> str:
    """A page of a version."""
    return reverse(f"admin:{NAME}_{name}", args=[version.template_id, version.number])


def template_url(template: DocumentTemplate) -> str:
    """The page of a template."""
    return reverse(f"admin:{NAME}_change", args=[template.pk])


def upload(model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest) -> HttpResponse:
    """A Word file becomes a template."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if not Datasource.objects.exists():
        messages.info(request, "A template belongs to a datasource, its library. Add one first.")
        return redirect("admin:document_templates_datasource_add")
    form = NewTemplateForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file, given = form.cleaned_data["file"], form.cleaned_data
        try:
            made = services.import_template(
                actor_of(request),
                given["datasource"],
                file,
                name=given["name"] or PurePath(file.name).stem,
                tags=given["tags"],
                file_name=file.name,
            )
        except PortalError as error:
            form.add_error(None, f"{error.detail} {error.remedy}")
        else:
            model_admin.log_addition(request, made.template, f"Uploaded {file.name}.")
            return redirect(editor_url(made.version))
    context = {
        "title": "New template",
        "explanation": "The fields are found in the document. You then give them labels and rules, "
        "look at the form and the filled document, and publish.",
        "form": form,
        "button": "Upload",
        "back_url": reverse(f"admin:{NAME}_changelist"),
    }
    return page(model_admin, request, "admin/ask.html", context)


def new_file(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int
) -> HttpResponse:
    """Another Word file for a template."""
    template = changeable(model_admin, DocumentTemplate, request, pk)
    form = NewFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            version = services.replace_file(actor_of(request), template, file, file_name=file.name)
        except PortalError as error:
            form.add_error(None, f"{error.detail} {error.remedy}")
        else:
            model_admin.log_change(request, template, f"Uploaded {file.name}.")
            return redirect(editor_url(version))
    context = {
        "title": f"New file for {template}",
        "explanation": "It becomes the draft. Fields that stay keep their labels and rules; the "
        "published version goes on being used until you publish the draft.",
        "form": form,
        "button": "Upload",
        "back_url": template_url(template),
    }
    return page(model_admin, request, "admin/ask.html", context, template)


def file(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """The Word file of a version."""
    version = version_of(model_admin, request, pk, number)
    name = version.file_name or f"{version.template.name}.docx"
    return _download(workfiles.read_all(version.blob), name)


def filled(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """The document filled with the sample values."""
    version = version_of(model_admin, request, pk, number)
    try:
        filled = services.fill_sample(actor_of(request), version)
    except PortalError as error:
        messages.error(request, error.detail)
        return redirect(editor_url(version))
    return _download(filled, f"{version.template.name} (sample).docx")


def _download(content: bytes, name: str) -> HttpResponse:
    response = FileResponse(
        io.BytesIO(content), as_attachment=True, filename=name, content_type=_DOCX
    )
    return cast(HttpResponse, response)


def publish(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """Publishes a version."""
    return _change(model_admin, request, pk, number, versions.publish, "Version {} is published.")


def retire(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """Retires the published version."""
    said = "Version {} is retired; the template is offered to nobody."
    return _change(model_admin, request, pk, number, versions.retire, said)


def examine(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """Runs the doctor again."""
    return _change(
        model_admin, request, pk, number, versions.examine, "The doctor looked at version {} again."
    )


def draft(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> HttpResponse:
    """Makes a draft of a version, and opens it."""
    template = changeable(model_admin, DocumentTemplate, request, pk)
    version = version_of(model_admin, request, pk, number)
    if request.method != "POST":
        return redirect(editor_url(version))
    draft = versions.new_draft(actor_of(request), version)
    model_admin.log_change(request, template, f"Made version {draft.number}.")
    return redirect(editor_url(draft))


def _change(
    model_admin: ModelAdmin[DocumentTemplate],
    request: HttpRequest,
    pk: int,
    number: int,
    act: Callable[[Actor, TemplateVersion], object],
    said: str,
) -> HttpResponse:
    template = changeable(model_admin, DocumentTemplate, request, pk)
    version = version_of(model_admin, request, pk, number)
    if request.method == "POST":
        try:
            act(actor_of(request), version)
        except PortalError as error:
            messages.error(request, error.detail)
            return redirect(editor_url(version))
        model_admin.log_change(request, template, said.format(number))
        messages.success(request, said.format(number))
    return redirect(template_url(template))


def compare(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int
) -> HttpResponse:
    """What changed between two versions: by default the newest two."""
    template = changeable(model_admin, DocumentTemplate, request, pk)
    every = list(template.versions.select_related("blob"))
    by_number = {str(version.number): version for version in every}
    new = by_number.get(request.GET.get("new", ""), every[0])
    old = by_number.get(request.GET.get("old", ""), every[min(1, len(every) - 1)])
    try:
        changes = versions.diff(actor_of(request), old, new)
    except PortalError as error:
        messages.error(request, error.detail)
        return redirect(template_url(template))
    context = {
        "title": f"Changes of {template}",
        "all_versions": every,
        "choosers": [("old", "From", old.number), ("new", "To", new.number)],
        "template_url": template_url(template),
        **changes,
    }
    return page(model_admin, request, f"{TEMPLATES}/diff.html", context, template)


def version_of(
    model_admin: ModelAdmin[DocumentTemplate], request: HttpRequest, pk: int, number: int
) -> TemplateVersion:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    rows = TemplateVersion.objects.select_related("template__datasource", "blob")
    return get_object_or_404(rows, template_id=pk, number=number)


def actor_of(request: HttpRequest) -> Actor:
    return Actor.admin(cast(User, request.user))
