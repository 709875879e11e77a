"""Which scopes a client may ask for: django-oauth-toolkit's SCOPES_BACKEND_CLASS."""

from __future__ import annotations

from oauth2_provider.scopes import BaseScopes

from apps.clients.models import ApiClient, Scope


class ClientScopes(BaseScopes):  # type: ignore[misc]  # the base class has no types
    """Each client's own list. Nobody is granted a scope that was not ticked for them."""

    def get_all_scopes(self) -> dict[str, str]:
        """Every scope with its label."""
        return dict(Scope.objects.values_list("name", "label"))

    def get_available_scopes(
        self,
        application: ApiClient | None = None,
        request: object = None,
        *args: object,
        **kwargs: object,
    ) -> list[str]:
        """What the client may ask for."""
        if application is None:
            return []
        return list(application.scopes.values_list("name", flat=True))

    def get_default_scopes(
        self,
        application: ApiClient | None = None,
        request: object = None,
        *args: object,
        **kwargs: object,
    ) -> list[str]:
        """What an empty request is granted: the client's defaults that it still may ask for."""
        if application is None:
            return []
        still_allowed = application.default_scopes.filter(clients=application)
        return list(still_allowed.values_list("name", flat=True))
