"""The administration of template libraries and templates. The editor is in `editor_pages`."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from unfold.decorators import display

from apps.accounts.models import User
from apps.audit.administration import ModelAdmin
from apps.clients.actors import Actor
from apps.document_templates import editor_pages, services, version_pages, versions
from apps.document_templates.forms import DatasourceForm, TemplateForm
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion

State = TemplateVersion.State


@admin.register(Datasource)
class DatasourceAdmin(ModelAdmin):
    """Libraries of templates, and who may use them."""

    form = DatasourceForm
    list_display = ("name", "identifier", "default_language", "template_count", "client_count")
    search_fields = ("name", "guid", "clients__name")
    first_row = (
        "A datasource is a library of templates. Add one, grant it to the programs that may use "
        "it, and upload templates into it."
    )
    autocomplete_fields = ("clients",)
    readonly_fields = ("identifier", "created_at")
    fieldsets = (
        (None, {"fields": ("name", "default_language", "languages")}),
        ("Access", {"fields": ("clients",)}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Datasource | None = None) -> Any:
        """A library that exists also shows its id."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        return (("Identity", {"fields": self.readonly_fields}), *fieldsets)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Datasource]:
        """Libraries with their counts."""
        counts = {
            "templates_in_it": Count("templates", distinct=True),
            "clients_of_it": Count("clients", distinct=True),
        }
        return super().get_queryset(request).annotate(**counts)  # type: ignore[no-any-return]

    @display(description="ID")
    def identifier(self, datasource: Datasource) -> str:
        """The GUID programs send."""
        return str(datasource.guid)

    @display(description="templates", ordering="templates_in_it")
    def template_count(self, datasource: Any) -> str:
        """How many templates; leads to them."""
        url = reverse("admin:document_templates_documenttemplate_changelist")
        return format_html(
            '<a class="text-primary-600 dark:text-primary-400" href="{}?datasource__id__exact={}">'
            "{}</a>",
            url,
            datasource.pk,
            datasource.templates_in_it,
        )

    @display(description="programs", ordering="clients_of_it")
    def client_count(self, datasource: Any) -> int:
        """How many programs may use it."""
        return int(datasource.clients_of_it)


@admin.register(DocumentTemplate)
class DocumentTemplateAdmin(ModelAdmin):
    """Templates, their versions and what is wrong with them."""

    form = TemplateForm
    list_display = ("name", "datasource", "tag_list", "state_shown", "doctor", "changed")
    list_filter = ("datasource", "is_active", "versions__state")
    list_select_related = ("datasource",)
    search_fields = ("name", "tags__name", "guid")
    first_row = (
        "A template is a Word file with marks such as {{ Name }} or with content controls. Make a "
        "datasource first, then upload one: its fields are found, and you can publish it minutes "
        "later."
    )
    change_form_outer_before_template = "admin/document_templates/documenttemplate/versions.html"
    actions = ("activate", "deactivate")
    readonly_fields = ("identifier", "datasource")

    def get_fieldsets(self, request: HttpRequest, obj: DocumentTemplate | None = None) -> Any:
        """Which template it is stands last. Who may only look sees its tags in words."""
        tags = "tags" if self.has_change_permission(request, obj) else "tag_list"
        return (
            (None, {"fields": ("name", tags, "languages", "is_active")}),
            ("Identity", {"fields": self.readonly_fields}),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DocumentTemplate]:
        """Templates with tags and versions."""
        versions = TemplateVersion.objects.order_by("-number").defer("definition", "sample")
        rows: QuerySet[DocumentTemplate] = super().get_queryset(request)
        return rows.prefetch_related("tags", Prefetch("versions", versions))

    def get_urls(self) -> list[URLPattern]:
        """The editor's pages beside the usual ones."""
        return [*editor_pages.urls(self), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A template begins with its file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("admin:document_templates_documenttemplate_upload")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form, with the versions above it."""
        template = self.get_object(request, object_id)
        context = _versions(self, request, template) if template else {}
        return super().change_view(  # type: ignore[no-any-return]
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    def save_model(
        self, request: HttpRequest, obj: DocumentTemplate, form: Any, change: Any
    ) -> None:
        """Tags are rows of their own."""
        super().save_model(request, obj, form, change)
        services.set_tags(_actor(request), obj, form.cleaned_data.get("tags", []))

    @display(description="ID")
    def identifier(self, template: DocumentTemplate) -> str:
        """The GUID programs send."""
        return str(template.guid)

    @display(description="tags")
    def tag_list(self, template: DocumentTemplate) -> str:
        """Its tags."""
        return ", ".join(tag.name for tag in template.tags.all()) or "-"

    @display(
        description="state",
        label={"published": "success", "draft": "warning", "inactive": "danger", "retired": "info"},
    )
    def state_shown(self, template: DocumentTemplate) -> tuple[str, str]:
        """Whether people can fill it in."""
        if not template.is_active:
            return "inactive", "Inactive"
        states = {version.state: version for version in template.versions.all()}
        for state in (State.PUBLISHED, State.DRAFT, State.RETIRED):
            if state in states:
                version = states[state]
                draft = ", newer draft" if state != State.DRAFT and State.DRAFT in states else ""
                return state.value, f"{state.label} (version {version.number}){draft}"
        return "inactive", "No version"

    @display(description="doctor")
    def doctor(self, template: DocumentTemplate) -> str:
        """What the doctor found in the newest version."""
        version = next(iter(template.versions.all()), None)
        return _findings(version) if version else "-"

    @display(description="changed")
    def changed(self, template: DocumentTemplate) -> Any:
        """When its newest version was made."""
        version = next(iter(template.versions.all()), None)
        return version.created_at if version else template.created_at

    @admin.action(description="Offer the selected templates", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[DocumentTemplate]) -> None:
        """Makes them active."""
        self._set_active(request, queryset, True)

    @admin.action(description="Stop offering the selected templates", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[DocumentTemplate]) -> None:
        """Makes them inactive."""
        self._set_active(request, queryset, False)

    def _set_active(
        self, request: HttpRequest, queryset: QuerySet[DocumentTemplate], active: bool
    ) -> None:
        for template in queryset:
            versions.set_active(_actor(request), template, active)
            self.log_change(request, template, "Offered." if active else "No longer offered.")
        self.message_user(request, f"{queryset.count()} template(s) changed.", messages.SUCCESS)


def _findings(version: TemplateVersion) -> str:
    counts = [
        (sum(one["severity"] == severity for one in version.findings), word)
        for severity, word in (("error", "error"), ("warning", "warning"))
    ]
    found = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count]
    return ", ".join(found) or "Well"


def _versions(
    model_admin: DocumentTemplateAdmin, request: HttpRequest, template: DocumentTemplate
) -> dict[str, Any]:
    """The table of versions, and the buttons below it."""
    may_change = model_admin.has_change_permission(request, template)
    every = list(template.versions.all())
    rows = [
        [
            format_html(
                '<a class="font-semibold text-primary-600 dark:text-primary-400" href="{}">'
                "Version {}</a>",
                version_pages.editor_url(version),
                version.number,
            ),
            version.get_state_display(),
            version.file_name or "-",
            _findings(version),
            date_format(version.created_at, "DATETIME_FORMAT"),
            date_format(version.published_at, "DATETIME_FORMAT") if version.published_at else "-",
            _actions(request, version) if may_change else "",
        ]
        for version in every
    ]
    headers = ["Version", "State", "Word file", "Doctor", "Made", "Published", ""]
    buttons = []
    if may_change:
        name = "admin:document_templates_documenttemplate"
        buttons.append(("Upload a new file", reverse(f"{name}_new_file", args=[template.pk])))
        if len(every) > 1:
            buttons.append(("Compare versions", reverse(f"{name}_compare", args=[template.pk])))
    return {"versions": {"headers": headers, "rows": rows}, "version_buttons": buttons}


def _actions(request: HttpRequest, version: TemplateVersion) -> str:
    """What can be done with a version: small forms, because each changes something."""
    if version.state == State.PUBLISHED:
        wanted = [("draft", "Edit as a draft"), ("retire", "Retire")]
    elif version.state == State.RETIRED:
        wanted = [("publish", "Publish again"), ("draft", "Edit as a draft")]
    else:
        wanted = [] if version.errors else [("publish", "Publish")]
    token = get_token(request)
    return format_html_join(
        " ",
        '<form class="inline" method="post" action="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="text-primary-600 dark:text-primary-400 cursor-pointer mr-2" type="submit">'
        "{}</button></form>",
        (
            (
                reverse(
                    f"admin:document_templates_documenttemplate_{name}",
                    args=[version.template_id, version.number],
                ),
                token,
                text,
            )
            for name, text in wanted
        ),
    )


def _actor(request: HttpRequest) -> Actor:
    return Actor.admin(cast(User, request.user))
