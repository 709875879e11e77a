"""What the API reference says of Kudo's token service: one decorator for each method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema

from apps.clients.schema import REQUIRED_SCOPES
from apps.dialects import schema as api
from apps.editing.parameters import NAMES

Json = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])

_TEXT: Json = {"type": "string"}
_FLAG: Json = {
    "anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}],
}
_DETAIL = api.shape({"path": _TEXT, "code": _TEXT, "message": _TEXT})
_COMPONENTS: dict[str, Json] = {
    "KudoRefusal": api.shape(
        {
            "error": {"type": "string", "enum": ["forbidden"]},
            "message": {"type": "string", "enum": ["Wrong token"]},
            "details": api.array(_DETAIL)
            | {"description": "What is wrong with which parameter; not for keys and tokens."},
        },
        ["error", "message"],
    ),
    "EditorParameters": api.shape(
        {name: _TEXT for name in NAMES}
        | {name: _FLAG for name in ("autosavedisabled", "mobile", "debug")}
        | {
            "auth": _TEXT | {"description": "Filled in from the key, whatever is sent."},
            "access": {
                "type": "string",
                "enum": ["view", "edit"],
                "description": "view by default; always view for `fileUrl`.",
            },
            "file": _TEXT | {"description": "A work file's id. Beats `fileUrl`."},
            "fileUrl": _TEXT
            | {"description": "Fetched from one of the client's download hosts, to be viewed."},
        },
        ["userId"],
    ),
}
_SENT: Json = {
    "userId": "user-42",
    "file": "mvQZ4mD0cT5vGyaYB7uGl2JmXwq0c1xJ4mE0b7jKc3A",
    "access": "edit",
    "locale": "en",
}


class _Schema(api.OperationSchema):
    components = _COMPONENTS

    def get_auth(self) -> list[Json]:
        """A key, of `generate`; the token itself opens `verify`."""
        if self.get_extensions().get(REQUIRED_SCOPES):
            return [{"accessKey": []}]
        return [{}]


described = api.describing(_Schema)


_REFUSED = {
    403: api.answers(
        "Refused, whatever the reason.",
        api.ref("KudoRefusal"),
        {
            "error": "forbidden",
            "message": "Wrong token",
            "details": [
                {
                    "path": "colour",
                    "code": "unknown",
                    "message": "`colour` is not a parameter of the editor.",
                }
            ],
        },
    )
}
generate: Callable[[Method], Method] = extend_schema(
    operation_id="generateLaunchToken",
    tags=["Kudo tokens"],
    request=api.sends_json(api.ref("EditorParameters"), _SENT),
    responses={
        200: api.answers(
            "The token, for one opening of `/editor?apitoken=`.",
            api.shape(
                {
                    "token": {"type": "string", "format": "uuid"},
                    "expiration_time": {"type": "integer", "description": "Unix seconds."},
                }
            ),
            {"token": "bbf18f21-3d0d-4a4c-b650-9c14d4075ce0", "expiration_time": 1595917409},
        )
    }
    | _REFUSED,
    extensions={REQUIRED_SCOPES: ["editor:launch"]},
)
verify: Callable[[Method], Method] = extend_schema(
    operation_id="verifyLaunchToken",
    tags=["Kudo tokens"],
    request=None,
    parameters=[
        OpenApiParameter("x-api-token", str, OpenApiParameter.HEADER, required=True),
    ],
    responses={
        200: api.answers(
            "The parameters as they were sent, and `auth`.",
            api.ref("EditorParameters"),
            _SENT | {"auth": "RnJ1aXRzIGFuZCB2ZWdldGFibGVz"},
        )
    }
    | _REFUSED,
)
