"""Connect's bodies, queries and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from lxml import etree

from apps.connect import services as connect
from apps.connect.selection import Selection, conjunction
from apps.connect.services import Filling
from apps.core.errors import ErrorCode, PortalError
from apps.dialects.primedocs import grammar, xml_reader

Json = dict[str, Any]
CONVERSIONS = {"None": "docx", "Pdf": "pdf", "PdfA": "pdfa"}
_TERM = re.compile(r'\s*(\w+):(?:"([^"]*)"|(\S+))\s*')
_DRAINED_BYTES = 64 * 1024**2
_FAULTS_OF_THE_DOCUMENT = {
    ErrorCode.FORM_INVALID: "",
    ErrorCode.INPUT_INVALID: "DocumentLanguage",
    ErrorCode.TEMPLATE_NOT_FOUND: "Template",
    ErrorCode.TEMPLATE_AMBIGUOUS: "Template",
}


def read(request: HttpRequest) -> grammar.Connect:
    """The Connect document of a request. Raises what `xml_reader` and `grammar` raise."""
    length = request.META.get("CONTENT_LENGTH") or ""
    try:
        root = xml_reader.read(
            request,
            limits=xml_reader.Limits(
                bytes=settings.CONNECT_XML_BYTES,
                elements=settings.CONNECT_XML_ELEMENTS,
                depth=settings.CONNECT_XML_DEPTH,
            ),
            content_type=request.META.get("CONTENT_TYPE") or "",
            content_length=int(length) if length.isdecimal() else None,
        )
    except PortalError:
        _drain(request)
        raise
    return grammar.parse(root)


def read_if_any(request: HttpRequest) -> grammar.Connect:
    """The document of a request that may come without one."""
    if request.META.get("CONTENT_LENGTH") in ("", "0", None) and not request.META.get(
        "HTTP_TRANSFER_ENCODING"
    ):
        return grammar.parse(etree.Element(grammar.ROOT))
    return read(request)


def _drain(request: HttpRequest) -> None:
    """Reads what is left and forgets it: a caller that is still sending would miss the answer."""
    left = _DRAINED_BYTES
    while left > 0 and (chunk := request.read(256 * 1024)):
        left -= len(chunk)


def wanted(document: grammar.Connect) -> connect.Wanted:
    """The document as the service takes it."""
    return connect.Wanted(
        selection=document.selection,
        language=document.language,
        forms=document.forms,
        data=document.data,
    )


def located(error: PortalError, document: grammar.Connect) -> PortalError:
    """The same error with `errors` that say where in the document each fault stands."""
    if error.code not in _FAULTS_OF_THE_DOCUMENT or error.at == "templateName":
        return error
    told = error.data.get("errors")
    faults = told if isinstance(told, list) else [_as_row(error)]
    rows = [
        grammar.row(_element(document.places, fault["path"]), fault["code"], fault["message"])
        for fault in faults
    ]
    data = {name: value for name, value in error.data.items() if name != "errors"}
    at = str(rows[0]["path"])
    return PortalError(error.code, error.detail, remedy=error.remedy, at=at, errors=rows, **data)


def _as_row(error: PortalError) -> dict[str, str]:
    path = _FAULTS_OF_THE_DOCUMENT[error.code]
    return {"path": path, "code": error.code.value, "message": error.detail}


def _element(places: Mapping[str, etree._Element], path: str) -> etree._Element:
    """The element of a value, or the nearest one around it."""
    while path not in places:
        path = re.sub(r"(?:\[\d+\]|\.?[^.\[]*)$", "", path)
    return places[path]


# --- Queries ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TemplateQuery:
    """What the list of templates is asked for; `page` counts from 1."""

    page: int
    page_size: int
    template_id: str = ""
    tags: tuple[str, ...] = ()
    name: str = ""
    active: bool = True


def template_query(query: QueryDict) -> TemplateQuery:
    """`page`, `pageSize` and `templateQuery`. Raises INPUT_INVALID for anything else."""
    only(query, "page", "pageSize", "templateQuery")
    text, terms, position = query.get("templateQuery", "").strip(), {}, 0
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None or match[1] not in ("templateId", "active", "tags", "localizedName"):
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                "templateQuery holds terms such as templateId:GUID, active:true, tags:A;B and "
                f"localizedName:*x*; this is none: {text[position:][:40]!r}.",
                at="templateQuery",
            )
        terms[match[1]] = match[2] if match[2] is not None else match[3]
        position = match.end()
    active = terms.get("active", "true")
    if active not in ("true", "false"):
        raise PortalError(
            ErrorCode.INPUT_INVALID, "active must be true or false.", at="templateQuery"
        )
    return TemplateQuery(
        page=_number(query, "page", default=1, most=1_000_000),
        page_size=_number(query, "pageSize", default=10, most=100),
        template_id=terms.get("templateId", ""),
        tags=conjunction(terms.get("tags", "")),
        name=terms.get("localizedName", ""),
        active=active == "true",
    )


def conversion(query: QueryDict) -> str:
    """One of `filling.FORMATS` by `conversion=None|Pdf|PdfA`. Raises INPUT_INVALID."""
    only(query, "conversion")
    word = query.get("conversion", "None")
    if word not in CONVERSIONS:
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"conversion is {word!r}; it must be one of {', '.join(CONVERSIONS)}.",
            at="conversion",
            expected={"type": "string", "enum": list(CONVERSIONS)},
        )
    return CONVERSIONS[word]


def only(query: QueryDict, *names: str) -> None:
    """Refuses other parameters by name. Raises INPUT_INVALID."""
    for name in query:
        if name not in names:
            raise PortalError(
                ErrorCode.INPUT_INVALID,
                f"The parameter {name!r} is not supported here.",
                at=name,
                expected=list(names),
            )


def _number(query: QueryDict, name: str, *, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
        raise PortalError(
            ErrorCode.INPUT_INVALID,
            f"{name} must be a whole number from 1 to {most}.",
            at=name,
            expected={"type": "integer", "minimum": 1, "maximum": most},
        )
    return int(text)


# --- Answers ----------------------------------------------------------------------------------


def session(identity: str) -> Json:
    """A new session: its id, and the address of its page."""
    return {"sessionId": identity, "url": connect.page_url(identity)}


def navigation(form: Filling) -> Json:
    """Where the page goes: to a template, or to the choice of one."""
    detail, selection = form.detail, form.selection
    return {
        "sessionId": form.identity,
        "templateId": str(detail.template.guid) if detail.template else None,
        "tagFilter": _tag_filter(selection),
        "documentLanguage": detail.language,
        "url": connect.page_url(form.identity),
        "expiresAt": form.session.expires_at.isoformat(),
    }


def _tag_filter(selection: Selection) -> Json | None:
    if selection.template_id:
        return None
    return {
        "tags": [";".join(tags) for tags in selection.tags],
        "allowTemplatePicker": selection.picker,
    }


def input_values(form: Filling) -> Json:
    """What the caller sent to prefill the form with."""
    return {"forms": form.detail.forms, "data": form.detail.data}


def templates(found: connect.TemplatePage, wanted: TemplateQuery) -> Json:
    """A page of the list of templates."""
    return {
        "data": [
            {
                "id": str(template.guid),
                "localizedName": template.name,
                "tags": [tag.name for tag in template.tags.all()],
                "documentLanguages": template.languages,
                "active": template.is_active,
            }
            for template in found.templates
        ],
        "pagingDetails": {
            "page": wanted.page,
            "pageSize": wanted.page_size,
            "totalPages": -(-found.total // wanted.page_size),
            "totalCount": found.total,
        },
    }
