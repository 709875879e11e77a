"""Packages and conversions asked for at the same moment by real processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .test_races import Track

ROUNDS = 6


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Track]:
    track = Track(tmp_path_factory.mktemp("package-races"), racers=3)
    yield track
    track.close()


def test_of_creators_of_one_id_one_wins(track: Track) -> None:
    file_id = track.tell("factories.work_file().file_id")
    for number in range(ROUNDS):
        order = ("create_package", {"package_id": f"raced-{number}", "file_id": file_id})
        assert sorted(track.race(order, order, order)) == [
            "created",
            "package_id_taken",
            "package_id_taken",
        ]
    assert track.tell("ViewingPackage.objects.count()") == ROUNDS
    assert track.tell("Process.objects.count()") == ROUNDS


def test_of_creators_of_a_failed_packages_id_one_wins(track: Track) -> None:
    """Each makes room for its own package first, and none takes another's away."""
    file_id = track.tell("factories.work_file(content=b'%PDF-failing').file_id")
    track.tell(
        "packages.create(_actor(), packages.Wanted('failed', None, file_id="
        f"{file_id!r})) and ViewingPackage.objects.filter(package_id='failed')"
        ".update(error_code='remote_failed')"
    )
    order = ("create_package", {"package_id": "failed", "file_id": file_id})
    results = track.race(order, order, order)
    assert results.count("created") == 1, results
    assert set(results) <= {"created", "package_id_taken"}
    assert track.tell("ViewingPackage.objects.filter(package_id='failed').count()") == 1


def test_of_uploads_to_one_package_one_wins(track: Track) -> None:
    for number in range(ROUNDS):
        process_id = track.tell(
            f"packages.create(_actor(), packages.Wanted('upload-{number}', None)).identity"
        )
        orders = [
            ("attach_to_package", {"process_id": process_id, "content": f"%PDF-{number}-{racer}"})
            for racer in range(3)
        ]
        assert sorted(track.race(*orders)) == [
            "assigned",
            "document_already_assigned",
            "document_already_assigned",
        ]


def test_a_conversion_hands_its_files_out_once(track: Track) -> None:
    for number in range(ROUNDS):
        file_id = track.tell(f"factories.work_file(content=b'%PDF-output-{number}').file_id")
        process_id = track.tell(
            "converting.start(_actor(), converting.Wanted([converting.ConverterSource("
            f"{file_id!r})], 'pdf'), echo={{}}).identity"
        )
        track.tell(
            f"bool(factories.ready_pdf(WorkFile.objects.get(file_id={file_id!r}), {number + 1}))"
        )
        files = track.tell("WorkFile.objects.count()")
        order = ("conversion_output", {"process_id": process_id})
        first, second, third = track.race(order, order, order)
        assert first
        assert isinstance(first, list), first
        assert first == second == third
        assert track.tell("WorkFile.objects.count()") == files + 1
