"""The form page. Its script asks the native API for the form and its values."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from apps.connect import filling
from apps.core.errors import PortalError
from apps.document_templates.messages import texts
from apps.portal_ui.views import failed, page
from apps.portal_ui.words import language_of


def connect(request: HttpRequest) -> HttpResponse:
    """`/app/web/connect?sessionId=[&datasourceId=]`: a form; the session's id opens it.

    `datasourceId` is one that is searched for templates beside the session's own.
    """
    language = language_of(request)
    try:
        form = filling.look(request.GET.get("sessionId", ""))
    except PortalError as error:
        return failed(request, error, language)
    context = {
        "sentences": texts(language),
        "session_id": form.identity,
        "datasource_id": request.GET.get("datasourceId", ""),
        "template_name": form.detail.template_name,
        "client_name": form.session.client.name,
    }
    client = form.session.client
    return page(
        request, "connect", context, language, client.origin_list, is_sandbox=client.is_sandbox
    )
