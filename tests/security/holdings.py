"""One of everything that a client can hold, and the operations of the reference addressed to it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from apps.clients import services as clients
from apps.clients import webhooks
from apps.clients.actors import Actor
from apps.clients.models import Scope, WebhookDelivery
from apps.connect import services as connect
from apps.connect.selection import Selection
from apps.conversion import direct
from apps.conversion import services as conversion
from apps.conversion.models import Rendition
from apps.conversion.recipe import PDF
from apps.document_sessions import services as sessions
from apps.document_sessions.models import DocumentSession
from apps.editing import services as editing
from apps.editing import tokens
from tests import factories, libraries
from tests.dialects.datawollet.conftest import Caller
from tests.dialects.datawollet.test_documents import sent
from tests.dialects.prizmdoc.conftest import Integrator
from tests.dialects.prizmdoc.packages import Packages
from tests.stack import PROJECT

Json = dict[str, Any]
Operation = tuple[str, str, Json]
REFERENCE: Json = json.loads((PROJECT / "tests/snapshots/openapi.json").read_text())
ORDINARY = dict.fromkeys(
    ("page", "first", "last", "index", "number", "x", "y"), "0"
) | dict.fromkeys(("width", "height"), "100")


def operations() -> list[Operation]:
    """Every operation of the reference."""
    return [
        (method.upper(), path, told)
        for path, methods in REFERENCE["paths"].items()
        for method, told in methods.items()
        if method != "parameters"
    ]


def named(operation: Operation) -> str:
    return f"{operation[0]} {operation[1]}"


@dataclass
class Holdings:
    """A client with every scope, and the ids of what it has, by the beginning of their paths."""

    name: str
    http: Client
    actor: Actor
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    session: str = ""

    def places(self, path: str) -> dict[str, str]:
        """What stands for the names in a path."""
        best = max((one for one in self.ids if path.startswith(one)), key=len, default="")
        return ORDINARY | self.ids.get(best, {})


def program(name: str) -> tuple[Client, Actor]:
    """A client that holds a key and every scope."""
    actor = factories.actor(name)
    client = actor.require_client()
    client.scopes.set(Scope.objects.all())
    key = clients.issue_access_key(Actor.system(), client)
    return Client(headers={"X-Api-Key": key}), clients.authenticate_access_key(key)


def of(name: str) -> Holdings:
    """A client of this name with one of everything."""
    http, actor = program(name)
    found = Holdings(name, http, actor)
    _viewing(found)
    _converting(found)
    _operating(found)
    _connecting(found)
    _extracting(found)
    _editing(found)
    return found


def _pdf(what: str, found: Holdings) -> bytes:
    """Bytes of their own: what an engine made of some is kept for all who send the same."""
    return factories.PDF_BYTES + f"%{what} of {found.name}".encode()


def _viewing(found: Holdings) -> None:
    identity = factories.view(found.actor, _pdf("view", found), display_name=f"{found.name}.pdf")
    factories.ready_pdf(factories.source_of(identity))
    file = factories.work_file(found.actor, f"a text of {found.name}".encode(), extension="txt")
    compared = found.http.post("/api/v1/comparisons", {}, content_type="application/json")
    assert compared.status_code == 201, compared.content
    comparison = compared.json()["id"]
    search = found.http.post(
        f"/v2/viewingSessions/u{identity}/searchTasks",
        {"input": {"searchTerms": [{"type": "simple", "pattern": "fox"}]}},
        content_type="application/json",
    )
    assert search.status_code == 200, search.content
    found.ids |= {
        "/PCCIS/V1/Document": {"DocumentID": f"u{identity}"},
        "/PCCIS/V1/Page": {"DocumentID": f"u{identity}"},
        "/PCCIS/V1/ViewingSession": {"u_id": f"u{identity}"},
        "/PCCIS/V1/WorkFile": {"file_id": file.file_id},
        "/api/v1/comparisons": {"identity": comparison, "side": "original"},
        "/api/v1/views": {"identity": identity},
        "/api/v1/work-files": {"file": file.file_id},
        "/v2/searchTasks": {"process_id": search.json()["processId"]},
        "/v2/viewingSessions": {"u_id": f"u{identity}"},
        # A session on two documents: what the V2 calls for each of them are about.
        "/v2/viewingSessions/{u_id}/sourceFile": {"u_id": f"u{comparison}"},
    }


def _converting(found: Holdings) -> None:
    api = Integrator(found.http, prefix="")
    packages = Packages(api)
    name = f"package-of-{found.name}"
    shown = packages.open(name, fileId=packages.work_file(_pdf("package", found)))
    creator = packages.create(f"{name}-2").json()["processId"]
    source = {"type": "upload", "documentId": f"{name}-3"}
    upload = api.call("POST", "/v2/viewingPackageCreators", {"input": {"source": source}})
    assert upload.status_code == 200, upload.content
    sources = [{"fileId": packages.work_file()}]
    converted = api.call(
        "POST", "/v2/contentConverters", {"input": {"sources": sources, "dest": {"format": "pdf"}}}
    )
    assert converted.status_code == 200, converted.content
    found.ids |= {
        "/v2/contentConverters": {"process_id": converted.json()["processId"]},
        "/v2/viewingPackageCreators": {"process_id": upload.json()["processId"]},
        "/v2/viewingPackages": {"package_id": name},
        "/v3/viewingPackageCreators": {"process_id": creator},
        "/v3/viewingPackages": {"package_id": name},
        "/v3/viewingSessions": {"identity": shown},
    }


def _operating(found: Holdings) -> None:
    file = factories.work_file(found.actor, f"%PDF-{found.name}".encode())
    wanted = conversion.request(file, PDF, client=file.client)
    job: Rendition = factories.fail(wanted, "timeout", "Why.")
    kept, _ = factories.session(found.actor)
    client = found.actor.require_client()
    hook, _ = webhooks.register(Actor.system(), client, f"https://example.org/{found.name}")
    webhooks.send(client, "connect.completed", {})
    WebhookDelivery.objects.filter(endpoint=hook).update(state="failed")
    delivery = WebhookDelivery.objects.get(endpoint=hook)
    found.ids |= {
        "/api/v1/jobs": {"job": str(job.pk)},
        "/api/v1/sessions": {"session": str(kept.pk)},
        "/api/v1/webhooks": {"webhook": str(hook.pk), "delivery": str(delivery.pk)},
    }


def _connecting(found: Holdings) -> None:
    library = libraries.datasource(found.actor, name=f"Letters of {found.name}")
    template = libraries.template(library)
    selection = Selection(template_id=str(template.guid))
    _, opened = connect.open_session(
        found.actor, str(library.guid), connect.Wanted(selection), dialect="primedocs"
    )
    found.ids |= {
        "/webapi": {
            "datasource_id": str(library.guid),
            "session_id": opened,
            "name": template.name,
        },
        "/api/v1/templates": {
            "template": str(template.guid),
            "version": "1",
            "datasource": str(library.guid),
        },
        "/api/v1/forms": {"identity": opened, "format": "docx", "picture": "0"},
    }


def _extracting(found: Holdings) -> None:
    server = Caller(found.actor.require_client(), found.http)
    began = server.start(envelope={"create": True})
    found.session = began["sessionId"]
    made = sent(server, found.session, name="Invoice.pdf", content=_pdf("invoice", found))
    single = server.send("", path="/documents/single", Prefer="respond-async")
    assert single.status_code == 202, single.content
    link = server.http.post(
        "/session/review",
        {"reviewer": "J. Doe"},
        content_type="application/json",
        headers={"Session-Id": found.session},
    )
    items = server.get("/envelope/items", found.session).json()["items"]
    assert link.status_code == 200 and items
    granted = {"clientId": found.actor.require_client().client_id, "access": "read"}
    found.ids |= {
        "/documents": {"identity": made["documentId"]},
        "/requests": {"identity": single["Location"].rpartition("/")[2]},
        "/envelope/items": {"item_id": items[0]["id"]},
        "/envelope/acl": {"client_id": granted["clientId"], "subject": "anna"},
        "/api/v1/envelopes": {"envelope": began["envelope"]["id"]},
        "/api/v1/reviews": {
            "token": link.json()["reviewUrl"].rpartition("token=")[2],
            "identity": made["documentId"],
            "format": "json",
        },
        "/session": {"key": began["envelope"]["key"], "sessionId": found.session},
    }


def _editing(found: Holdings) -> None:
    file = factories.work_file(found.actor, b"first\nsecond\n", extension="txt", name="notes.txt")
    wanted = {"userId": "anna", "file": file.file_id, "access": "edit"}
    token = tokens.generate(found.actor, wanted).token
    opened = editing.open_session(token, dialect="kudo")
    found.ids |= {
        "/api/v1/edits": {"handle": opened.editing.handle, "name": "1", "secret": opened.secret},
    }


# --- Calls ----------------------------------------------------------------------------------------


def call(
    caller: Client, operation: Operation, places: dict[str, str], session: str = "", **headers: str
) -> HttpResponse:
    """The operation as the reference shows it, with these ids in its path and query."""
    method, path, told = operation
    parameters = told.get("parameters", [])
    address = re.sub(r"\{(\w+)\}", lambda name: places.get(name[1], "1"), path)
    query = "&".join(
        f"{one['name']}={places.get(one['name'], '0')}"
        for one in parameters
        if one["in"] == "query" and one.get("required")
    )
    if any(one["name"] == "Session-Id" for one in parameters):
        headers["Session-Id"] = session
    contents = list(told.get("requestBody", {}).get("content", {}).items())
    media_type, content = contents[0] if contents else ("application/octet-stream", {})
    if media_type == "multipart/form-data":
        form = {"document": SimpleUploadedFile("a.pdf", factories.PDF_BYTES)}
        answer: HttpResponse = caller.post(f"{address}?{query}", form, headers=headers)
        return answer
    example = next(iter(content.get("examples", {}).values()), {"value": "text"})["value"]
    body = (example if isinstance(example, str) else json.dumps(example)).encode()
    return caller.generic(
        method, f"{address}?{query}", body, content_type=media_type, headers=headers
    )


def nobody_waits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """No engine runs here: who would wait for one is told at once that it is not ready."""
    settings.EXTRACTION_SYNC_SECONDS = 0
    import_module("portal.urls")  # which imports all views
    for name, module in list(sys.modules.items()):
        if name.startswith("apps.dialects."):
            for constant in {"_SECONDS", "_DOWNLOAD_SECONDS"} & set(vars(module)):
                monkeypatch.setattr(module, constant, 0.0)
    monkeypatch.setattr(direct, "_PATIENCE_SECONDS", 0.0)


def browser(found: Holdings) -> Client:
    """A person's browser, with the cookie that opens the editor."""
    http = Client(headers={"Origin": "http://testserver", "Recto-Editor": "1"})
    edits = found.ids["/api/v1/edits"]
    http.cookies[f"__Host-recto-edit-{edits['handle']}"] = edits["secret"]
    return http


def stop_every_session() -> None:
    """What an administrator does to all sessions."""
    for session in DocumentSession.objects.all():
        sessions.stop(session, status=418, message="Closed for today.")
