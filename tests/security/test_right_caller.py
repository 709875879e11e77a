"""With the right credentials each operation does its work: the matrix does not hold by accident.

A client with one of everything calls each operation. What needs an engine, another body or another
thing first is named with the test in which it succeeds.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest
from django.db import transaction

from tests.docs.test_promises import missing
from tests.security import holdings
from tests.security.holdings import named

AREA = "The right caller: each operation succeeds"

# The operations that succeed elsewhere, by file and test.
ELSEWHERE = {
    "tests/dialects/prizmdoc/test_pages.py": {
        "test_a_range_of_pages_tells_its_text": ["GET /PCCIS/V1/Document/q/{first}-{last}/Text"],
        "test_a_page_is_an_image": ["GET /PCCIS/V1/Page/q/{page}"],
        "test_a_thumbnail_fits_into_its_box": ["GET /PCCIS/V1/Page/q/{page}/{width}x{height}"],
        "test_a_tile_of_a_page": ["GET /PCCIS/V1/Page/q/{page}/Tile/{x}/{y}/{width}/{height}"],
    },
    "tests/dialects/prizmdoc/test_notifications.py": {
        "test_an_uncached_session_is_deleted": ["DELETE /PCCIS/V1/ViewingSession/{u_id}"],
    },
    "tests/dialects/prizmdoc/test_source_file.py": {
        "test_a_document_is_received": ["PUT /PCCIS/V1/ViewingSession/{u_id}/SourceFile"],
    },
    "tests/dialects/prizmdoc/test_source_ref.py": {
        "test_a_work_file_becomes_the_document": ["PUT /PCCIS/V1/ViewingSession/{u_id}/SourceRef"],
    },
    "tests/dialects/prizmdoc/test_work_files.py": {
        "test_a_work_file_is_kept": ["POST /PCCIS/V1/WorkFile"],
    },
    "tests/dialects/prizmdoc/test_pas_sessions.py": {
        "test_an_upload_comes_later": ["POST /ViewingSession"],
        "test_a_package_is_made_of_an_upload": [
            "POST /v2/viewingPackageCreators",
            "PUT /v2/viewingPackageCreators/{process_id}/SourceFile",
        ],
    },
    "tests/dialects/native/test_comparisons.py": {
        "test_documents_may_be_uploaded": [
            "POST /api/v1/comparisons",
            "PUT /api/v1/comparisons/{identity}/{side}",
        ],
        "test_places_are_on_both_documents": ["GET /api/v1/views/{identity}/revisions"],
    },
    "tests/dialects/kudo/test_editor.py": {
        "test_close": ["POST /api/v1/edits/{handle}/beacon"],
    },
    "tests/flows/test_drawings.py": {
        "test_markup_is_written_into_the_drawing": [
            "GET /api/v1/edits/{handle}/drawing",
            "GET /api/v1/edits/{handle}/drawing/{number}",
        ],
    },
    "tests/dialects/wopi/test_discovery.py": {
        "test_collabora": ["POST /api/v1/edits/{handle}/office"],
    },
    "tests/dialects/native/test_forms.py": {
        "test_finishing_once": ["POST /api/v1/forms/{identity}/complete"],
        "test_pictures": [
            "POST /api/v1/forms/{identity}/pictures",
            "GET /api/v1/forms/{identity}/pictures/{picture}",
        ],
        "test_choosing_a_template": ["POST /api/v1/forms/{identity}/template"],
        "test_searching_templates": ["GET /api/v1/forms/{identity}/templates"],
    },
    "tests/flows/test_connect.py": {
        "test_from_the_script_to_the_documents": [
            "POST /api/v1/forms/{identity}/preview",
            "GET /api/v1/forms/{identity}/result/{format}",
            "GET /webapi/api/v3/{datasource_id}/connect/session/{session_id}/Result",
        ],
    },
    "tests/dialects/native/test_reviews.py": {
        "test_corrections": ["POST /api/v1/reviews/{token}/documents/{identity}/corrections"],
        "test_undo": ["POST /api/v1/reviews/{token}/documents/{identity}/undo"],
    },
    "tests/dialects/native/test_store.py": {
        "test_a_template_from_its_upload_to_its_end": ["POST /api/v1/templates"],
        "test_a_work_file_from_its_beginning_to_its_end": ["POST /api/v1/work-files"],
    },
    "tests/dialects/datawollet/test_envelopes.py": {
        "test_a_grant_lets_another_client_in_until_it_is_revoked": [
            "POST /envelope/acl",
            "DELETE /envelope/acl/{client_id}",
        ],
        "test_a_grant_to_a_person": ["DELETE /envelope/acl/{client_id}/{subject}"],
    },
    "tests/dialects/kudo/test_tokens.py": {
        "test_generate": ["POST /generate"],
        "test_verify": ["GET /verify"],
    },
    "tests/unit/clients/test_token_endpoint.py": {
        "test_every_spelling_takes_json_and_forms": ["POST /o/token/"],
    },
    "tests/dialects/datawollet/test_documents.py": {
        "test_append_asynchronously": ["GET /requests/{identity}"],
    },
    "tests/dialects/datawollet/test_sessions.py": {
        "test_resume": ["POST /session/resume"],
    },
    "tests/dialects/prizmdoc/test_v2_content_converters.py": {
        "test_a_document_becomes_a_pdf": ["POST /v2/contentConverters"],
    },
    "tests/dialects/prizmdoc/test_revision_data.py": {
        "test_revisions_with_their_places": ["GET /v2/viewingSessions/{u_id}/revisionData"],
    },
    "tests/dialects/prizmdoc/test_comparison.py": {
        "test_a_document_comes_back": [
            "GET /v2/viewingSessions/{u_id}/sourceFile/original",
            "GET /v2/viewingSessions/{u_id}/sourceFile/revised",
        ],
        "test_both_documents_are_received_in_any_order": [
            "PUT /v2/viewingSessions/{u_id}/sourceFile/original",
            "PUT /v2/viewingSessions/{u_id}/sourceFile/revised",
        ],
    },
    "tests/dialects/prizmdoc/test_v3_packages.py": {
        "test_a_creator_is_a_process": ["POST /v3/viewingPackageCreators"],
    },
    "tests/dialects/prizmdoc/test_v3_sessions.py": {
        "test_a_session_opens_on_a_complete_package": ["POST /v3/viewingSessions"],
    },
    "tests/dialects/primedocs/test_on_the_wire.py": {
        "test_document_without_a_person": ["POST /webapi/api/v3/{datasource_id}/connect/document"],
    },
    "tests/dialects/primedocs/test_sessions.py": {
        "test_session_id_and_address": ["POST /webapi/api/v3/{datasource_id}/connect/session"],
    },
    "tests/dialects/primedocs/test_later_versions.py": {
        "test_prepared_session": [
            "POST /webapi/api/v3/{datasource_id}/connect/session/template/{name}",
        ],
    },
}


@pytest.mark.django_db
def test_the_right_caller_gets_what_it_asks_for(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    holdings.nobody_waits(monkeypatch, settings)
    owner = holdings.of("Owner")
    person, refused = holdings.browser(owner), {}
    for operation in holdings.operations():
        scoped, path = operation[2].get("x-required-scopes"), operation[1]
        version = {"If-Match": '"1"'} if "/edits/" in path else {}
        caller, places = owner.http if scoped else person, owner.places(path)
        with transaction.atomic():
            answer = holdings.call(caller, operation, places, owner.session, **version)
            transaction.set_rollback(True)
        if answer.status_code >= 300:
            refused[named(operation)] = answer.status_code
    proven = [one for tests in ELSEWHERE.values() for one in tests.values()]
    assert sorted(refused) == sorted(chain(*proven)), refused


def test_what_succeeds_elsewhere_does_so() -> None:
    proofs = [(file, test) for file, tests in ELSEWHERE.items() for test in tests]
    assert [one for one in proofs if missing(*one)] == []
