"""Who is asking. Every service takes an `Actor` first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from apps.audit import trail
from apps.core.errors import ErrorCode, PortalError

if TYPE_CHECKING:
    from django.db.models import Model

    from apps.accounts.models import User
    from apps.clients.models import ApiClient


@dataclass(frozen=True, slots=True)
class Actor:
    """The party on whose behalf a service works.

    A *client* is a program, bound by its scopes. A *viewer* is a person who holds a session's id
    and nothing else. An *admin* is a signed-in administrator and *system* the portal itself
    (tasks, commands): scopes do not bind these two.
    """

    client: ApiClient | None
    scopes: frozenset[str]
    kind: Literal["client", "viewer", "admin", "system"]
    # The primary key of the access key a program came with; None for a token.
    credential_id: int | None = None

    @classmethod
    def of_client(cls, client: ApiClient, scopes: Iterable[str]) -> Actor:
        """A program, with the scopes it was granted."""
        return cls(client, frozenset(scopes), "client")

    @classmethod
    def viewer(cls) -> Actor:
        """A person who opened a session's page."""
        return cls(None, frozenset(), "viewer")

    @classmethod
    def system(cls) -> Actor:
        """The portal itself."""
        return cls(None, frozenset(), "system")

    @classmethod
    def admin(cls, user: User) -> Actor:
        """A signed-in administrator; views check their permissions.

        Raises PortalError(NOT_AUTHENTICATED) for anybody who may not enter the administration.
        """
        if not (user.is_active and user.is_staff):
            raise PortalError(ErrorCode.NOT_AUTHENTICATED, "This is for administrators.")
        return cls(None, frozenset(), "admin")

    @property
    def is_administrator(self) -> bool:
        """Whether scopes and ownership do not bind this actor."""
        return self.kind in {"admin", "system"}

    @property
    def client_id(self) -> int | None:
        """The primary key of the actor's client, if it is one."""
        return self.client.pk if self.client else None

    def require_client(self) -> ApiClient:
        """The actor's client. Raises PortalError(NOT_AUTHENTICATED) for anybody else."""
        if self.client is None:
            raise PortalError(ErrorCode.NOT_AUTHENTICATED, "This is for API clients.")
        return self.client

    def note(self, action: str, thing: Model, detail: str = "") -> None:
        """Writes what this actor did into the audit log.

        An administrator's acts stand there already: the administration notes all of them.
        """
        if self.kind == "client":
            client = self.require_client()
            trail.record(
                trail.By.CLIENT, f"{client.name} ({client.client_id})", action, thing, detail
            )
        elif self.kind != "admin":
            trail.record(trail.By.SYSTEM, "portal", action, thing, detail)

    def require(self, scope: str) -> None:
        """Raises PortalError(SCOPE_MISSING, scope=...) unless the actor may use `scope`."""
        if not self.is_administrator and scope not in self.scopes:
            raise PortalError(
                ErrorCode.SCOPE_MISSING, f"This call needs the scope `{scope}`.", scope=scope
            )
