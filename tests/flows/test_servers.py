"""The same product on PostgreSQL, Redis and an S3 server in place of the embedded default."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests import factories, servers
from tests.flows.test_extraction import extractor, invoice
from tests.flows.test_packages import ended, work_file
from tests.stack import PROJECT, Integrator, Stack, free_port, running_stack


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A portal that keeps nothing of its own but sockets and scratch files."""
    directory = tmp_path_factory.mktemp("servers")
    with (
        servers.postgresql(directory, tables=True) as database,
        servers.redis(directory) as queue,
        servers.s3(directory) as storage,
        running_stack(
            DATABASE_URL=database, BROKER_URL=queue, CACHE_URL=queue, STORAGE_URL=storage
        ) as stack,
    ):
        yield stack


@pytest.fixture(scope="module")
def integrator(larger: Stack) -> Integrator:
    """A program with a token."""
    return larger.integrator()


def test_a_document_is_uploaded_converted_and_shown(larger: Stack, integrator: Integrator) -> None:
    content = factories.docx("Read from a bucket.")
    identity = integrator.open(externalId="letter.docx")
    assert integrator.upload(identity, content).status_code == 200
    assert integrator.settled(identity)["state"] == "ready"
    page = requests.get(f"{larger.url}/PCCIS/V1/Page/q/0?DocumentID=u{identity}", timeout=60)
    assert page.content.startswith(b"\x89PNG")
    original = integrator.call("GET", f"/PCCIS/V1/ViewingSession/u{identity}/SourceFile")
    assert original.content == content
    local = [path for path in (larger.data_dir / "blobs").rglob("*") if path.is_file()]
    assert local == []
    assert not (larger.data_dir / "portal.sqlite3").exists()
    near = [path.read_bytes() for path in (larger.data_dir / "nearby").iterdir()]
    assert [content[:5] for content in near] == [b"%PDF-"]


def test_a_range_is_asked_of_the_bucket(integrator: Integrator) -> None:
    source = {"type": "workFile", "fileId": work_file(integrator, factories.docx("Read in part."))}
    body = {"input": {"source": source, "packageId": "part", "lifetimeAfterLastUse": "1d"}}
    started = integrator.call("POST", "/v3/viewingPackageCreators", json=body).json()
    made = ended(integrator, f"/v3/viewingPackageCreators/{started['processId']}")
    assert made["state"] == "complete", made
    path = "/v3/viewingPackages/part/content/pdf"
    whole = integrator.call("GET", path).content
    part = integrator.call("GET", path, headers={"Range": "bytes=5-40"})
    assert (part.status_code, part.content) == (206, whole[5:41])


def test_the_same_bytes_sent_at_once_are_stored_once(larger: Stack, integrator: Integrator) -> None:
    content = factories.docx("Sent eight times at once.")
    sessions = [integrator.open() for _ in range(8)]
    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda one: integrator.upload(one, content), sessions))
    assert {answer.status_code for answer in answers} == {200}
    sha256 = hashlib.sha256(content).hexdigest()
    question = f"print(Blob.objects.filter(sha256='{sha256}').count())"
    words = larger.manage("shell", "-c", f"from apps.workfiles.models import Blob; {question}")
    assert words.split()[-1] == "1"


def test_health_names_every_part(larger: Stack) -> None:
    parts = requests.get(f"{larger.url}/readyz", timeout=30).json()["parts"]
    assert parts["database"]["detail"] == "postgresql"
    assert all(part["ready"] for part in parts.values())


def test_an_extraction_and_its_envelope(larger: Stack) -> None:
    """Both flows at once: what was read, and the original, lie encrypted in the bucket."""
    program, content = extractor(larger, "Extractor"), invoice()
    first = program.start(envelope={"create": True})
    answer = program.send(first["sessionId"], content, "invoice.docx")
    assert answer.json()["fields"]["total"]["value"] == "119.00", answer.text
    items, key = answer.json()["envelopeItems"], first["envelope"]
    program.call("POST", "/session/end", json={"sessionId": first["sessionId"]})
    second = program.start(envelope={"id": key["id"], "key": key["key"]})["sessionId"]
    document = program.ask(second, f"/envelope/items/{items['document']}")
    assert document.content[:2] == b"PK"
    data = program.ask(second, f"/envelope/items/{items['data']}").json()
    assert data["fields"]["total"]["value"] == "119.00"


_LED_ON = """
from django.test import Client
answer = Client(SERVER_NAME="localhost").get("/PCCIS/V1/WorkFile/{file}", headers={headers})
print(answer.status_code, answer["Cache-Control"], answer["Location"])
"""


def test_a_download_may_lead_on_to_the_bucket(larger: Stack, integrator: Integrator) -> None:
    content = factories.docx("Handed out by the bucket.")
    file = work_file(integrator, content)
    environment = larger.environment | {"STORAGE_SIGNED_SECONDS": "60"}
    other = Stack(larger.url, larger.data_dir, larger.process, larger.log, environment)
    headers = {"Authorization": str(integrator.http.headers["Authorization"])}
    printed = other.manage("shell", "-c", _LED_ON.format(file=file, headers=headers))
    status, caching, address = printed.split()[-3:]
    assert (status, caching) == ("307", "no-store")
    handed = requests.get(address, timeout=30)
    assert handed.content == content, handed.text[:500]
    assert handed.headers["Content-Disposition"].startswith("attachment")
    unsigned = requests.get(address.partition("?")[0], timeout=30)
    assert unsigned.status_code == 403


_AWAY = """
from django.test import Client
client = Client(SERVER_NAME="localhost", headers={headers})
path = "/PCCIS/V1/WorkFile"
sent = client.post(path + "?FileExtension=txt", b"Nobody takes it.", content_type="text/plain")
for answer in (sent, client.get(path + "/{file}")):
    print(answer.status_code, answer["Retry-After"], answer.json()["errorCode"])
"""


def test_while_the_bucket_is_away_callers_are_told_to_come_back(
    larger: Stack, integrator: Integrator
) -> None:
    file = work_file(integrator, factories.docx("Stored before."))
    address, _, region = larger.environment["STORAGE_URL"].rpartition("&")
    nowhere = f"{address.rpartition(':')[0]}:{free_port()}&{region}"
    environment = larger.environment | {"STORAGE_URL": nowhere}
    other = Stack(larger.url, larger.data_dir, larger.process, larger.log, environment)
    headers = {"Authorization": str(integrator.http.headers["Authorization"])}
    printed = other.manage("shell", "-c", _AWAY.format(file=file, headers=headers))
    assert printed.splitlines()[-2:] == ["503 5 ServiceUnavailable"] * 2


def test_the_bucket_is_made_once(larger: Stack) -> None:
    """deploy/compose.yaml does so before anything starts."""
    address = larger.environment["STORAGE_URL"].replace("@portal/", "@another/")
    environment = larger.environment | {"STORAGE_URL": address}
    for _ in range(2):
        command = [sys.executable, "-m", "portal.bucket"]
        subprocess.run(command, cwd=PROJECT, env=environment, check=True, timeout=120)
    other = Stack(larger.url, larger.data_dir, larger.process, larger.log, environment)
    keep = "from apps.workfiles import storage; from pathlib import Path; "
    other.manage("shell", "-c", keep + "storage.put(Path('manage.py'))")
