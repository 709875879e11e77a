"""Issuing, rotating, revoking, sweeping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from apps.clients import services, tasks
from apps.clients.actors import Actor
from apps.clients.models import ApiClient, Credential
from apps.core.errors import ErrorCode, PortalError
from apps.core.ids import digest

from .conftest import SYSTEM, Program

Register = Callable[..., Program]


def _later(**amount: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**amount), tick=False)


def test_credentials_are_spelled_for_leak_scanners(program: Program) -> None:
    key = services.issue_access_key(SYSTEM, program.client, "archive")
    assert program.secret.startswith("rcs_")
    assert key.startswith("rck_")
    assert len(program.secret) == len(key) == 47

    stored = Credential.objects.get(kind=Credential.Kind.ACCESS_KEY)
    assert stored.prefix == key[:8]
    assert stored.digest == digest(key)
    assert stored.label == "archive"


def test_rotation_without_downtime(program: Program) -> None:
    new = Program(program.client, services.rotate_secret(SYSTEM, program.client))
    assert program.ask().status_code == 200
    assert new.ask().status_code == 200

    with _later(hours=23, minutes=59):
        assert program.ask().status_code == 200
    with _later(hours=24, seconds=1):
        assert program.ask().status_code == 401
        assert new.ask().status_code == 200


def test_rotation_never_lengthens_a_life(program: Program) -> None:
    soon = timezone.now() + timedelta(hours=1)
    Credential.objects.update(expires_at=soon)
    services.rotate_secret(SYSTEM, program.client)
    assert Credential.objects.order_by("id")[0].expires_at == soon


def test_rotation_leaves_access_keys_alone(program: Program) -> None:
    services.issue_access_key(SYSTEM, program.client)
    services.rotate_secret(SYSTEM, program.client)
    assert Credential.objects.get(kind=Credential.Kind.ACCESS_KEY).expires_at is None


def test_revoking_a_secret_is_effective_at_once(program: Program) -> None:
    token = program.token(scope="viewing:write")
    services.revoke(SYSTEM, Credential.objects.get())
    assert program.ask().status_code == 401
    with pytest.raises(PortalError) as caught:
        services.authenticate_token(token)
    assert caught.value.code is ErrorCode.NOT_AUTHENTICATED


def test_revoking_may_leave_the_tokens(program: Program) -> None:
    token = program.token(scope="viewing:write")
    services.revoke(SYSTEM, Credential.objects.get(), end_tokens=False)
    assert services.authenticate_token(token).client == program.client


def test_revoking_ends_only_the_clients_own_tokens(program: Program, register: Register) -> None:
    other = register("other")
    token = other.token()
    services.revoke(SYSTEM, program.client.credentials.get())
    assert services.authenticate_token(token).client == other.client


def test_revoking_an_access_key_leaves_the_tokens(program: Program) -> None:
    key = services.issue_access_key(SYSTEM, program.client)
    token = program.token()
    services.revoke(SYSTEM, Credential.objects.get(kind=Credential.Kind.ACCESS_KEY))
    services.authenticate_token(token)
    with pytest.raises(PortalError):
        services.authenticate_access_key(key)


def test_the_first_revocation_counts(program: Program) -> None:
    services.revoke(SYSTEM, Credential.objects.get())
    first = Credential.objects.get().revoked_at
    with _later(hours=1):
        services.revoke(SYSTEM, Credential.objects.get())
    assert Credential.objects.get().revoked_at == first


def test_deactivating_a_client_refuses_everything_at_once(program: Program) -> None:
    key = services.issue_access_key(SYSTEM, program.client)
    token = program.token()
    ApiClient.objects.update(is_active=False)
    assert program.ask().status_code == 401
    for authenticate, credential in (
        (services.authenticate_token, token),
        (services.authenticate_access_key, key),
    ):
        with pytest.raises(PortalError):
            authenticate(credential)


def test_expired_token_is_refused(program: Program) -> None:
    token = program.token()
    with _later(seconds=3599):
        services.authenticate_token(token)
    with _later(seconds=3601), pytest.raises(PortalError):
        services.authenticate_token(token)


def test_a_secret_is_no_access_key_and_the_other_way_round(program: Program) -> None:
    key = services.issue_access_key(SYSTEM, program.client)
    with pytest.raises(PortalError):
        services.authenticate_access_key(program.secret)
    with pytest.raises(PortalError):
        services.authenticate_secret(program.client.client_id, key)


def test_a_secret_belongs_to_one_client(program: Program, register: Register) -> None:
    other = register("other")
    with pytest.raises(PortalError):
        services.authenticate_secret(other.client.client_id, program.secret)


def test_last_use_is_written_once_a_minute(program: Program) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        program.token()
        first = Credential.objects.get().last_used_at
        assert first == timezone.now() == ApiClient.objects.get().last_used_at
        clock.shift(59)
        program.token()
        assert Credential.objects.get().last_used_at == first
        clock.shift(1)
        program.token()
        assert Credential.objects.get().last_used_at == timezone.now()


def test_public_clients_get_no_credentials(db: None) -> None:
    client = services.register_client(SYSTEM, "page", public=True)
    for issue in (services.issue_secret, services.issue_access_key):
        with pytest.raises(PortalError) as caught:
            issue(SYSTEM, client)
        assert caught.value.code is ErrorCode.INPUT_CONFLICTS
    assert not Credential.objects.exists()


def test_a_past_expiry_is_refused(program: Program) -> None:
    with pytest.raises(PortalError) as caught:
        services.issue_secret(SYSTEM, program.client, expires_at=timezone.now())
    assert caught.value.at == "expires_at"


@pytest.mark.parametrize("kind", ["client", "viewer"])
def test_only_administrators_manage_clients(program: Program, kind: str) -> None:
    actor = Actor.viewer() if kind == "viewer" else Actor.of_client(program.client, ["jobs:read"])
    for act in (
        lambda: services.register_client(actor, "x"),
        lambda: services.issue_secret(actor, program.client),
        lambda: services.rotate_secret(actor, program.client),
        lambda: services.revoke(actor, Credential.objects.get()),
    ):
        with pytest.raises(PortalError) as caught:
            act()
        assert caught.value.code is ErrorCode.SCOPE_MISSING
    assert Credential.objects.get().is_live()
    assert Credential.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("options", "at"),
    [
        ({"scopes": ["nonsense"]}, "scopes"),
        ({"scopes": ["jobs:read"], "default_scopes": ["viewing:read"]}, "default_scopes"),
        ({"origins": ["https://*.example.com"]}, "origins"),
        ({"name": " "}, "name"),
    ],
)
def test_registration_names_what_is_wrong(db: None, options: dict[str, list[str]], at: str) -> None:
    with pytest.raises(PortalError) as caught:
        services.register_client(SYSTEM, **{"name": "shop", **options})  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.at) == (ErrorCode.INPUT_INVALID, at)
    assert not ApiClient.objects.exists()


def test_sweep_deletes_what_is_long_dead_and_nothing_else(program: Program) -> None:
    program.token()
    services.rotate_secret(SYSTEM, program.client)
    with _later(minutes=59):
        tasks.sweep()
    assert (get_access_token_model().objects.count(), Credential.objects.count()) == (1, 2)
    with _later(minutes=61):
        tasks.sweep()
    assert (get_access_token_model().objects.count(), Credential.objects.count()) == (0, 2)
    with _later(days=31, minutes=1):
        tasks.sweep()
    assert Credential.objects.get().expires_at is None
