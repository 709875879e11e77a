"""The pages of the second factor: asked for after the password, and set up by each person.

Between password and code nobody is signed in: what the session then holds says only whose code is
wanted, for ten minutes, and as long as the password stays what it was.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts import factor, tries
from apps.accounts.forms import WRONG_CODE, CodeForm
from apps.accounts.models import User
from apps.audit import trail
from apps.core import ids

_PENDING = "sign_in"
_PROPOSED = "second_factor"
SHOWN = "second_factor_shown"
_PENDING_SECONDS = 600
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def want_code(request: HttpRequest, person: User) -> HttpResponse:
    """After the password: leads to the page that asks for the code."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # A session of its own, which nobody could have prepared.
    request.session.flush()
    request.session[_PENDING] = {
        "person": person.pk,
        "password": person.get_session_auth_hash(),
        "until": time.time() + _PENDING_SECONDS,
        "next": wanted if url_has_allowed_host_and_scheme(wanted, None) else "",
    }
    return redirect("admin:sign_in_code")


def ask_code(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Asks for a code; whoever has no device yet and needs one sets it up here."""
    pending, person = _pending(request)
    if person is None:
        return redirect("admin:login")
    row = factor.of(person)
    form = CodeForm(request.POST if request.method == "POST" else None)
    codes: list[str] | None = []
    if form.is_valid():
        try:
            tries.take(person.get_username())
            if row is None:
                codes = factor.set_up(person, _proposed(request), form.cleaned_data["code"])
                right = codes is not None
            else:
                right = factor.accepts(person, form.cleaned_data["code"])
            if right:
                return _sign_in(site, request, person, pending["next"], codes or [])
            _wrong(person)
        except ValidationError as error:
            form.add_error("code", error)
    context = {"title": "Second step", "form": form, **_proposal(request, person, row)}
    return _page(site, request, "sign_in", context)


def own(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """A person's own second factor: set up, new recovery codes, removed."""
    person = cast(User, request.user)
    row = factor.of(person)
    form = CodeForm(request.POST if request.method == "POST" else None)
    wanted = request.POST.get("do", "")
    if form.is_valid():
        try:
            tries.take(person.get_username())
            if row is None:
                codes = factor.set_up(person, _proposed(request), form.cleaned_data["code"])
            else:
                codes = _changed(person, form.cleaned_data["code"], wanted)
            if codes is None:
                _wrong(person)
            tries.forgive(person.get_username())
            if codes:
                request.session[SHOWN] = True
                request.session.pop(_PROPOSED, None)
                return _codes(site, request, codes, "")
            messages.success(request, "The second factor is removed.")
            return redirect("admin:second_factor")
        except ValidationError as error:
            form.add_error("code", error)
    context = {
        "title": "Second factor",
        "form": form,
        "factor": row,
        "codes_left": row.recovery_codes.count() if row else 0,
        "required": settings.ADMIN_SECOND_FACTOR == "required",
        **_proposal(request, person, row),
    }
    return _page(site, request, "own", context)


def _changed(person: User, code: str, wanted: str) -> list[str] | None:
    """New recovery codes, none after a removal; None for a wrong code."""
    if not factor.accepts(person, code):
        return None
    if wanted == "remove" and settings.ADMIN_SECOND_FACTOR != "required":
        factor.remove(person)
        return []
    return factor.renew_recovery_codes(person)


def _wrong(person: User) -> None:
    """Raises ValidationError."""
    name = person.get_username()
    trail.record(trail.By.NOBODY, name, "failed to sign in", person, "wrong code")
    tries.failed(name)
    raise ValidationError(WRONG_CODE)


def _pending(request: HttpRequest) -> tuple[dict[str, Any], User | None]:
    """What the session knows of somebody who gave the right password."""
    pending: dict[str, Any] = request.session.get(_PENDING) or {}
    if not pending or pending["until"] < time.time():
        return pending, None
    person = User.objects.filter(pk=pending["person"], is_active=True, is_staff=True).first()
    if person is None or not constant_time_compare(
        person.get_session_auth_hash(), pending["password"]
    ):
        return pending, None
    return pending, person


def _sign_in(
    site: AdminSite, request: HttpRequest, person: User, wanted: str, codes: list[str]
) -> HttpResponse:
    tries.forgive(person.get_username())
    request.session.flush()
    login(request, person, _BACKEND)
    request.session[SHOWN] = True
    return _codes(site, request, codes, wanted) if codes else redirect(wanted or "admin:index")


def _proposed(request: HttpRequest) -> str:
    """The secret of a device that is being set up: the same until a code of it is shown."""
    if _PROPOSED not in request.session:
        request.session[_PROPOSED] = ids.seal(factor.new_secret())
    return ids.unseal(request.session[_PROPOSED])


def _proposal(request: HttpRequest, person: User, row: object) -> dict[str, str]:
    if row is not None:
        return {}
    secret = _proposed(request)
    spelled = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"secret": spelled, "picture": factor.picture(person, secret)}


def _codes(site: AdminSite, request: HttpRequest, codes: list[str], wanted: str) -> HttpResponse:
    context = {"title": "Recovery codes", "codes": codes, "next": wanted}
    return _page(site, request, "codes", context)


def _page(
    site: AdminSite, request: HttpRequest, name: str, context: Mapping[str, object]
) -> HttpResponse:
    shown = {**site.each_context(request), **context}
    response = TemplateResponse(request, f"admin/second_factor/{name}.html", shown)
    response["Cache-Control"] = "no-store"
    return response
