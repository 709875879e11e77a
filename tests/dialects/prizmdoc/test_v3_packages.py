"""v3 viewing packages and their creators (CONTRACT section 1, "v3 packages", "Processes")."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.conversion import eviction
from apps.conversion.models import Rendition, RenditionPart
from apps.viewing import packages as service
from apps.viewing import processes
from apps.viewing.models import Process, ViewingPackage
from apps.workfiles import services as workfiles
from apps.workfiles.models import WorkFile
from tests import factories

from .conftest import Integrator, assert_error
from .packages import Packages

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def packages(db: None) -> Packages:
    return Packages(Integrator(factories.caller(), prefix=""))


@pytest.fixture
def stranger(db: None) -> Packages:
    return Packages(Integrator(factories.caller("stranger"), prefix=""))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def get(packages: Packages, package_id: str = "my-package", rest: str = "", **headers: str):  # type: ignore[no-untyped-def]
    return packages.api.call("GET", f"/v3/viewingPackages/{package_id}{rest}", **headers)


# --- Creators -----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingPackageCreators: 200 with the process",
    outcome="supported",
)
def test_a_creator_is_a_process(packages: Packages, clock: time_machine.Traveller) -> None:
    file_id = packages.work_file()
    answer = packages.create(fileId=file_id, lifetimeAfterLastUse="36h")
    assert answer.status_code == 200
    body = answer.json()
    assert len(body.pop("processId")) >= 22
    assert body == {
        "state": "processing",
        "percentComplete": 0,
        "expirationDateTime": "2026-06-02T12:00:00.0000000Z",
        "input": {
            "source": {"type": "workFile", "fileId": file_id},
            "packageId": "my-package",
            "lifetimeAfterLastUse": "36h",
        },
    }


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET v3/viewingPackageCreators/{processId}: processing, then complete with output",
    outcome="supported",
)
def test_a_creator_becomes_complete(packages: Packages, clock: time_machine.Traveller) -> None:
    process = packages.create().json()["processId"]
    path = f"/v3/viewingPackageCreators/{process}"
    assert packages.api.call("GET", path).json()["state"] == "processing"
    packages.finish("my-package", pages=3)
    body = packages.api.call("GET", path).json()
    assert (body["state"], body["percentComplete"]) == ("complete", 100)
    assert body["processId"] == process
    assert body["output"] == {
        "packageId": "my-package",
        "packageExpirationDateTime": "2026-06-02T12:00:00.0000000Z",
    }


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET v3/viewingPackageCreators/{processId}: a failed process is 200, error, errorCode",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("document_corrupt", "DocumentCorrupt"),
        ("password_required", "PasswordRequired"),
        ("format_unrecognized", "FormatUnrecognized"),
        ("engine_crashed", "ConversionFailed"),
    ],
)
def test_a_failed_creator_says_why(packages: Packages, code: str, name: str) -> None:
    process = packages.create().json()["processId"]
    factories.fail(Rendition.objects.get(), code)
    answer = packages.api.call("GET", f"/v3/viewingPackageCreators/{process}")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["errorCode"]) == ("error", name)
    assert "output" not in answer.json()


def test_a_failure_is_not_forgotten(packages: Packages, clock: time_machine.Traveller) -> None:
    """Asking after a process tries nothing again."""
    process = packages.create().json()["processId"]
    factories.fail(Rendition.objects.get(), "document_corrupt")
    clock.shift(timedelta(hours=2))
    answer = packages.api.call("GET", f"/v3/viewingPackageCreators/{process}")
    assert answer.json()["state"] == "error"


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET v3/viewingPackageCreators/{processId}: 404 unknown, foreign, expired",
    outcome="supported",
)
def test_a_process_is_known_to_its_client_for_a_while(
    packages: Packages, stranger: Packages, clock: time_machine.Traveller
) -> None:
    process = packages.create(lifetimeAfterLastUse="forever").json()["processId"]
    path = f"/v3/viewingPackageCreators/{process}"
    assert_error(stranger.api.call("GET", path), 404, "ResourceNotFound")
    assert_error(packages.api.call("GET", path + "x"), 404, "ResourceNotFound")
    clock.shift(timedelta(days=1))
    assert_error(packages.api.call("GET", path), 404, "ResourceNotFound")
    assert processes.sweep() == 1
    assert get(packages).status_code == 200


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingPackageCreators: 480 MissingInput, InvalidInput with errorDetails",
    outcome="supported",
)
@pytest.mark.parametrize(
    ("change", "code", "at"),
    [
        ({"packageId": None}, "MissingInput", "input.packageId"),
        ({"packageId": ""}, "InvalidInput", "input.packageId"),
        ({"packageId": "a/b"}, "InvalidInput", "input.packageId"),
        ({"packageId": "a b"}, "InvalidInput", "input.packageId"),
        ({"packageId": ".."}, "InvalidInput", "input.packageId"),
        ({"packageId": "a\n"}, "InvalidInput", "input.packageId"),
        ({"packageId": "x" * 256}, "InvalidInput", "input.packageId"),
        ({"packageId": 5}, "InvalidInput", "input.packageId"),
        ({"lifetimeAfterLastUse": "1w"}, "InvalidInput", "input.lifetimeAfterLastUse"),
        ({"lifetimeAfterLastUse": "0d"}, "InvalidInput", "input.lifetimeAfterLastUse"),
        ({"lifetimeAfterLastUse": "1d\n"}, "InvalidInput", "input.lifetimeAfterLastUse"),
        ({"lifetimeAfterLastUse": 86400}, "InvalidInput", "input.lifetimeAfterLastUse"),
        ({"source": {}}, "MissingInput", "input.source.type"),
        ({"source": {"type": "url"}}, "InvalidInput", "input.source.type"),
        ({"source": {"type": "workFile"}}, "MissingInput", "input.source.fileId"),
    ],
)
def test_an_input_at_fault_is_named(
    packages: Packages, change: dict[str, object], code: str, at: str
) -> None:
    whole = {"packageId": "p", "source": {"type": "workFile", "fileId": packages.work_file()}}
    body = {"input": whole | change}
    answer = packages.api.call("POST", "/v3/viewingPackageCreators", body)
    assert_error(answer, 480, code, at)
    assert not ViewingPackage.objects.exists()


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingPackageCreators: 480 NotFound for a work file unknown, foreign or expired",
    outcome="ours",
)
def test_a_work_file_that_is_not_there_is_refused(packages: Packages, stranger: Packages) -> None:
    for file_id in ("x", stranger.work_file()):
        answer = packages.create(fileId=file_id)
        assert_error(answer, 480, "NotFound", "input.source.fileId")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingPackageCreators: packageId is any URL-safe characters, 255 at most",
    outcome="ours",
)
@pytest.mark.parametrize("package_id", ["a", "4jOOgAh-9_kt.z~X", "x" * 255, "0"])
def test_the_caller_chooses_the_id(packages: Packages, package_id: str) -> None:
    packages.complete(package_id)
    assert get(packages, package_id).json()["packageId"] == package_id


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingPackageCreators: 480 ViewingPackageAlreadyExists for an id in use",
    outcome="ours",
)
def test_an_id_in_use_is_refused(packages: Packages, stranger: Packages) -> None:
    packages.create()
    answer = packages.create()
    assert_error(answer, 480, "ViewingPackageAlreadyExists", "input.packageId")
    packages.finish("my-package")
    assert packages.create().status_code == 480
    assert stranger.create().status_code == 200, "each client has ids of its own"
    assert (ViewingPackage.objects.count(), Process.objects.count()) == (2, 2)


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="POST v3/viewingPackageCreators: the id of a deleted, expired or failed package is free",
    outcome="ours",
)
def test_an_id_is_free_again(packages: Packages, clock: time_machine.Traveller) -> None:
    packages.complete(lifetimeAfterLastUse="90m")
    packages.api.call("DELETE", "/v3/viewingPackages/my-package")
    assert packages.create(lifetimeAfterLastUse="90m").status_code == 200
    clock.shift(timedelta(minutes=90))
    assert packages.create(fileId=packages.work_file(b"%PDF-bad")).status_code == 200
    factories.fail(Rendition.objects.get(source__size=8), "document_corrupt")
    assert packages.create().status_code == 200


# --- Packages -----------------------------------------------------------------------------------
@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET v3/viewingPackages/{packageId}: 200 with its state",
    outcome="supported",
)
def test_a_package_tells_its_state(packages: Packages, clock: time_machine.Traveller) -> None:
    packages.create(lifetimeAfterLastUse="48h")
    expected = {
        "packageId": "my-package",
        "state": "processing",
        "lifetimeAfterLastUse": "2d",
        "expirationDateTime": "2026-06-03T12:00:00.0000000Z",
    }
    assert get(packages).json() == expected
    packages.finish("my-package", pages=7)
    assert get(packages).json() == expected | {"state": "complete", "pageCount": 7}


def test_a_failed_package_says_why(packages: Packages) -> None:
    packages.create()
    factories.fail(Rendition.objects.get(), "timeout")
    body = get(packages).json()
    assert (body["state"], body["errorCode"]) == ("error", "ConversionTimeout")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line='GET v3/viewingPackages/{packageId}: "forever" has no expirationDateTime',
    outcome="supported",
)
def test_a_package_may_live_for_ever(packages: Packages, clock: time_machine.Traveller) -> None:
    packages.complete(lifetimeAfterLastUse="forever")
    clock.shift(timedelta(days=3650))
    body = get(packages).json()
    assert (body["state"], body["lifetimeAfterLastUse"]) == ("complete", "forever")
    assert "expirationDateTime" not in body
    assert service.sweep() == 0


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="v3/viewingPackages/{packageId}: 404 ResourceNotFound when missing, foreign or expired",
    outcome="supported",
)
def test_a_package_that_is_not_there_is_not_found(
    packages: Packages, stranger: Packages, clock: time_machine.Traveller
) -> None:
    packages.complete(lifetimeAfterLastUse="1h")
    for rest, method in (("", "GET"), ("", "DELETE"), ("/content/pdf", "GET")):
        path = f"/v3/viewingPackages/my-package{rest}"
        assert_error(stranger.api.call(method, path), 404, "ResourceNotFound")
    clock.shift(timedelta(hours=1))
    assert_error(get(packages), 404, "ResourceNotFound")


@pytest.mark.conformance(
    "prizmdoc-v3",
    line="GET v3/viewingPackages/{packageId}/content/pdf: 200, 206 for a Range",
    outcome="supported",
)
def test_a_package_is_one_pdf(packages: Packages) -> None:
    packages.complete()
    answer = get(packages, rest="/content/pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.getvalue() == factories.PDF_BYTES
    answer = get(packages, rest="/content/pdf", Range="bytes=0-4")
    assert (answer.status_code, answer.getvalue()) == (206, b"%PDF-")


def test_a_package_that_is_not_complete_has_no_pdf(packages: Packages) -> None:
    packages.create()
    assert_error(get(packages, rest="/content/pdf"), 480, "ViewingPackageIsNotComplete")


@pytest.mark.conformance(
    "prizmdoc-v3", line="DELETE v3/viewingPackages/{packageId}: 204", outcome="supported"
)
def test_a_package_can_be_deleted_once(packages: Packages) -> None:
    packages.open()
    path = "/v3/viewingPackages/my-package"
    assert packages.api.call("DELETE", path).status_code == 204
    assert_error(packages.api.call("DELETE", path), 404, "ResourceNotFound")
    assert_error(packages.session(), 480, "ResourceNotFound", "input.source.packageId")


@pytest.mark.parametrize("scopes", [(), ("workfiles:write",)])
def test_packages_need_scopes(db: None, scopes: tuple[str, ...]) -> None:
    packages = Packages(Integrator(factories.caller(scopes=scopes), prefix=""))
    assert packages.create(fileId="x").status_code == 403
    assert get(packages).status_code == 403


# --- What a package keeps -----------------------------------------------------------------------
def test_a_package_keeps_its_document(packages: Packages, clock: time_machine.Traveller) -> None:
    packages.complete(lifetimeAfterLastUse="30d")
    clock.shift(timedelta(days=2))
    workfiles.sweep()
    assert WorkFile.objects.count() == 1
    eviction.evict()
    assert Rendition.objects.count() == 2, "the PDF and its page group"
    clock.shift(timedelta(days=28))
    assert service.sweep() == 1
    workfiles.sweep()
    assert WorkFile.objects.count() == 0


def test_a_complete_package_outlives_its_renditions(packages: Packages) -> None:
    packages.complete(pages=3)
    assert get(packages).json()["state"] == "complete"
    RenditionPart.objects.all().delete()
    Rendition.objects.all().delete()
    assert get(packages).json()["state"] == "complete"
    assert packages.session().status_code == 200


def test_the_use_of_a_package_is_written_down_seldom(
    packages: Packages, clock: time_machine.Traveller
) -> None:
    packages.complete(lifetimeAfterLastUse="20m")
    clock.shift(timedelta(seconds=59))
    packages.session()
    assert ViewingPackage.objects.get().expires_at == NOON + timedelta(minutes=20)
    clock.shift(timedelta(seconds=1))
    packages.session()
    assert ViewingPackage.objects.get().expires_at == NOON + timedelta(minutes=21)
