"""The API description as a Postman collection (format 2.1), which Bruno and others import too."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any

from drf_spectacular.settings import spectacular_settings

Fields = dict[str, Any]

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
# In the order of a thing's life.
METHODS = ("put", "get", "post", "patch", "delete")
# What a call's answer gives to the calls after it, in this order: variable, what stands before it,
# the answer's property.
KEPT = {
    "getToken": [("token", "", "access_token")],
    "createViewingSession": [("u_id", "u", "viewingSessionId"), ("view", "u", "viewingSessionId")],
    "createPasViewingSession": [
        ("u_id", "u", "viewingSessionId"),
        ("view", "u", "viewingSessionId"),
    ],
    "createViewingSessionV3": [("viewingSession", "", "viewingSessionId")],
    "createWorkFile": [("file_id", "", "fileId")],
    "addWorkFile": [("file", "", "id")],
    "openComparison": [("comparison", "", "id")],
    "addTemplate": [("template", "", "template.id")],
    "addWebhook": [("webhook", "", "id")],
    "startExtractionSession": [("sessionId", "", "sessionId")],
    "appendDocument": [("document", "", "documentId"), ("request", "", "requestId")],
    "startContentConverter": [("process_id", "", "processId")],
    "createViewingPackageV2": [("process_id", "", "processId")],
    "createViewingPackageV3": [("process_id", "", "processId")],
    "startSearchTask": [("process_id", "", "processId")],
    "generateLaunchToken": [("launchToken", "", "token")],
    "createConnectSession": [("session_id", "", "sessionId")],
}
# Properties of example bodies that refer to what an earlier call made.
REFERENCES = {"sessionId": "sessionId", "fileId": "file_id"}
# Variables with another name than the parameter's, or with a value to begin with.
RENAMED = {"DocumentID": "u_id", "Session-Id": "sessionId", "x-api-token": "launchToken"}
FIRST_VALUES = {
    "first": "0",
    "last": "0",
    "page": "0",
    "x": "0",
    "y": "0",
    "width": "200",
    "height": "200",
    "index": "0",
    "number": "1",
    "format": "pdf",
    "side": "original",
}
# Asked before a call: the token, when there is none or it is about to expire.
BEFORE_EACH_CALL = """\
const kept = pm.collectionVariables;
if (kept.get("clientId") && Date.now() > Number(kept.get("tokenUntil") || 0)) {
  pm.sendRequest({
    url: kept.get("baseUrl") + "/o/token/",
    method: "POST",
    header: { "Content-Type": "application/x-www-form-urlencoded" },
    body: {
      mode: "urlencoded",
      urlencoded: [
        { key: "grant_type", value: "client_credentials" },
        { key: "client_id", value: kept.get("clientId") },
        { key: "client_secret", value: kept.get("clientSecret") },
      ],
    },
  }, (error, answer) => {
    if (error || answer.code !== 200) {
      console.error("No token:", error || answer.text());
      return;
    }
    kept.set("token", answer.json().access_token);
    kept.set("tokenUntil", String(Date.now() + (answer.json().expires_in - 60) * 1000));
  });
}"""
ABOUT = """\
Set `clientId` and `clientSecret` under Variables; the token is fetched before the first call. \
Calls that make something keep its id in a variable, for the calls after them. Calls with a file \
ask you to choose one."""


def document() -> str:
    """The collection as it is kept with the documents."""
    generator = spectacular_settings.DEFAULT_GENERATOR_CLASS()
    schema = json.loads(json.dumps(generator.get_schema(request=None, public=True)))
    kept = collection(schema, "http://127.0.0.1:8000")
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"


def collection(schema: Fields, base_url: str) -> Fields:
    """The collection: a folder for each tag, a request for each operation.

    `schema` is an OpenAPI 3.1 document, `base_url` the portal's address without a slash at its end.
    """
    calls = [
        (path, method, methods[method])
        for path, methods in schema["paths"].items()
        for method in METHODS
        if method in methods
    ]
    order = [tag["name"] for tag in schema["tags"]]
    calls.sort(key=lambda call: (order.index(call[2]["tags"][0]), *_turn(*call)))
    folders = [
        {
            "name": tag,
            "description": next(t["description"] for t in schema["tags"] if t["name"] == tag),
            "item": [_request(*call) for call in group],
        }
        for tag, group in groupby(calls, lambda call: call[2]["tags"][0])
    ]
    own = {"baseUrl": base_url, "clientId": "", "clientSecret": "", "token": "", "accessKey": ""}
    used = sorted(set(re.findall(r"\{\{(\w+)\}\}", json.dumps(folders))) - set(own))
    values = own | {name: FIRST_VALUES.get(name, "") for name in used}
    return {
        "info": {
            "name": schema["info"]["title"],
            "description": ABOUT,
            "version": schema["info"]["version"],
            "schema": FORMAT,
        },
        "auth": {"type": "bearer", "bearer": [_text("token", "{{token}}")]},
        "event": [_script("prerequest", BEFORE_EACH_CALL)],
        "variable": [_text(name, value) for name, value in values.items()],
        "item": folders,
    }


def _turn(path: str, method: str, operation: Fields) -> tuple[int, int]:
    """A call's place in its folder: what makes a thing comes before what needs it."""
    name = operation["operationId"]
    if name in KEPT:
        return (-1, list(KEPT).index(name))
    return (METHODS.index(method), path.count("{"))


def _request(path: str, method: str, operation: Fields) -> Fields:
    given = [one for one in operation.get("parameters", []) if one["in"] != "path"]
    headers = [_given(one) for one in given if one["in"] == "header"]
    query = [_given(one) for one in given if one["in"] == "query"]
    where = re.sub(r"([^/{}]*)/?\{(\w+)\}", _as_variable, path)
    sent = [f"{one['key']}={one['value']}" for one in query if "disabled" not in one]
    request: Fields = {
        "method": method.upper(),
        "header": headers,
        "url": {
            "raw": "{{baseUrl}}" + where + ("?" + "&".join(sent) if sent else ""),
            "host": ["{{baseUrl}}"],
            "path": where.lstrip("/").split("/")
            if not where.endswith("/")
            else where[1:].split("/"),
            "query": query,
        },
        "description": _description(operation),
    }
    security = operation.get("security") or [{}]
    schemes = {name for way in security for name in way}
    if not schemes:
        request["auth"] = {"type": "noauth"}
    elif "oauth2" not in schemes:
        key = [_text("key", "X-Api-Key"), _text("value", "{{accessKey}}"), _text("in", "header")]
        request["auth"] = {"type": "apikey", "apikey": key}
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if "body" not in request:
            request["body"] = _body(kind, content)
            if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
                headers.insert(0, _text("Content-Type", kind))
    item: Fields = {"name": operation["summary"].rstrip("."), "request": request}
    if kept := KEPT.get(operation["operationId"]):
        item["event"] = [_script("test", _keep(kept))]
    return item


def _as_variable(part: re.Match[str]) -> str:
    """`/forms/{identity}` as `/forms/{{form}}`: a name that says which identity."""
    before, name = part[1], part[2]
    if name in ("identity", "token") and before:
        name = before[0].lower() + before[1:].removesuffix("s")
    slash = "/" if part[0].startswith(f"{before}/") else ""
    return f"{before}{slash}{{{{{name}}}}}"


def _given(parameter: Fields) -> Fields:
    """A header or a query's value. What need not be given is there, switched off."""
    name = parameter["name"]
    known = {"key": name, "description": parameter.get("description", "")}
    if not parameter.get("required"):
        return known | {"value": "", "disabled": True}
    return known | {"value": "{{" + RENAMED.get(name, name.replace("-", "")) + "}}"}


def _body(kind: str, content: Fields) -> Fields:
    example = next((shown["value"] for shown in content.get("examples", {}).values()), None)
    if kind == "application/x-www-form-urlencoded":
        fields = {"grant_type": "client_credentials"} | {
            "client_id": "{{clientId}}",
            "client_secret": "{{clientSecret}}",
        }
        return {"mode": "urlencoded", "urlencoded": [_text(*field) for field in fields.items()]}
    if kind == "multipart/form-data":
        names = content["schema"]["properties"]
        return {
            "mode": "formdata",
            "formdata": [
                {"key": name, "type": "file", "src": None}
                if names[name].get("format") == "binary"
                else _text(name, "") | {"type": "text", "disabled": True}
                for name in names
            ],
        }
    if example is None:
        return {"mode": "file", "file": {"src": None}}
    if not isinstance(example, str):
        example = json.dumps(_referring(example), indent=2, ensure_ascii=False)
    language = kind.rpartition("/")[2]
    return {"mode": "raw", "raw": example, "options": {"raw": {"language": language}}}


def _referring(example: Any) -> Any:
    """The example with variables where it names what an earlier call made."""
    if isinstance(example, list):
        return [_referring(item) for item in example]
    if not isinstance(example, dict):
        return example
    return {
        name: "{{" + REFERENCES[name] + "}}" if name in REFERENCES else _referring(value)
        for name, value in example.items()
    }


def _description(operation: Fields) -> str:
    scopes = operation.get("x-required-scopes", [])
    needed = "Scopes: " + ", ".join(f"`{scope}`" for scope in scopes) + "." if scopes else ""
    return "\n\n".join(filter(None, [operation.get("description", ""), needed]))


def _keep(kept: list[tuple[str, str, str]]) -> str:
    lines = [
        f'  pm.collectionVariables.set("{name}", "{before}" + pm.response.json().{field});'
        for name, before, field in kept
    ]
    return "\n".join(["if (pm.response.code < 300) {", *lines, "}"])


def _script(when: str, source: str) -> Fields:
    return {"listen": when, "script": {"type": "text/javascript", "exec": source.split("\n")}}


def _text(key: str, value: str) -> Fields:
    return {"key": key, "value": value, "type": "string"}
