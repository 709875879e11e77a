"""An API request becomes an actor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.clients import services
from apps.clients.actors import Actor
from apps.clients.authentication import CHALLENGE, ClientAuthentication
from apps.clients.models import ApiClient
from apps.core.errors import ErrorCode, PortalError

from .conftest import SYSTEM, Program

Register = Callable[..., Program]


class WhoAmI(APIView):
    """Answers with the actor."""

    authentication_classes = [ClientAuthentication]

    def get(self, request: Request) -> Response:
        actor = request.auth
        assert isinstance(actor, Actor)
        assert actor.client is not None
        return Response({"name": actor.client.name, "scopes": sorted(actor.scopes)})


def _get(path: str = "/", **headers: str) -> HttpResponse:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return WhoAmI.as_view()(RequestFactory().get(path, headers=spelled))


def test_a_token_carries_the_scopes_it_was_granted(program: Program) -> None:
    token = program.token(scope="viewing:write")
    for scheme in ("Bearer", "bearer"):
        response = _get(Authorization=f"{scheme} {token}")
        assert response.data == {"name": "web shop", "scopes": ["viewing:write"]}


@pytest.mark.parametrize("header", ["x_api_key", "Acs_Api_Key"])
def test_an_access_key_carries_all_scopes_of_the_client(program: Program, header: str) -> None:
    key = services.issue_access_key(SYSTEM, program.client)
    assert _get(**{header: key}).data["scopes"] == ["viewing:write", "workfiles:write"]


def test_a_scope_taken_from_the_client_is_gone_from_its_tokens(program: Program) -> None:
    token = program.token(scope="viewing:write workfiles:write")
    program.client.scopes.remove("viewing:write")
    assert _get(Authorization=f"Bearer {token}").data["scopes"] == ["workfiles:write"]


def test_no_credentials_are_401_with_a_challenge(db: None) -> None:
    response = _get()
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == CHALLENGE


def test_nothing_is_read_from_the_url(program: Program) -> None:
    token = program.token()
    assert _get(f"/?access_token={token}").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer " + "A" * 43},
        {"Authorization": "Bearer é"},
        {"Authorization": "Bearer a\0b"},
        {"x_api_key": "rck_" + "A" * 43},
        {"x_api_key": "rck_"},
        {"Acs_Api_Key": "A" * 43},
    ],
)
def test_wrong_credentials_raise_the_catalogues_code(db: None, headers: dict[str, str]) -> None:
    with pytest.raises(PortalError) as caught:
        _get(**headers)
    assert caught.value.code is ErrorCode.NOT_AUTHENTICATED


def test_a_secret_does_not_open_the_api(program: Program) -> None:
    with pytest.raises(PortalError):
        _get(Authorization=f"Bearer {program.secret}")
    with pytest.raises(PortalError):
        _get(x_api_key=program.secret)


def test_requests_per_minute(program: Program, register: Register) -> None:
    ApiClient.objects.filter(pk=program.client.pk).update(requests_per_minute=3)
    token = program.token()  # counts as well
    other = register("other").token()
    for _ in range(2):
        assert _get(Authorization=f"Bearer {token}").status_code == 200
    with pytest.raises(PortalError) as caught:
        _get(Authorization=f"Bearer {token}")
    assert caught.value.code is ErrorCode.QUOTA_EXCEEDED
    assert 1 <= int(str(caught.value.data["retry_after"])) <= 60
    assert _get(Authorization=f"Bearer {other}").status_code == 200


def test_checking_a_token_costs_two_reads(
    program: Program, django_assert_num_queries: Callable[..., object]
) -> None:
    token = program.token()
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        _get(Authorization=f"Bearer {token}")


def test_an_actor_requires_scopes_of_clients_and_viewers_only(program: Program) -> None:
    Actor.system().require("jobs:read")
    Actor.of_client(program.client, ["jobs:read"]).require("jobs:read")
    for actor in (Actor.viewer(), Actor.of_client(program.client, [])):
        with pytest.raises(PortalError) as caught:
            actor.require("jobs:read")
        assert caught.value.code is ErrorCode.SCOPE_MISSING
        assert caught.value.data == {"scope": "jobs:read"}
