"""Libraries, versions, tags, and who may see what."""

from __future__ import annotations

import uuid

import pytest

from apps.clients.actors import Actor
from apps.core.errors import ErrorCode, PortalError
from apps.document_templates import selectors, services, versions
from apps.document_templates.models import Datasource, DocumentTemplate, TemplateVersion
from tests import factories
from tests.unit.document_templates.conftest import ADMIN, Reader, uploaded

pytestmark = pytest.mark.django_db
State = TemplateVersion.State
ERROR = {"code": "x", "severity": "error", "message": "Bad.", "remedy": "Mend.", "part": "body",
         "paragraph": 3, "excerpt": ""}  # fmt: skip


def imported(
    library: Datasource, name: str = "Letter", *, tags: tuple[str, ...] = (), publish: bool = True,
    content: bytes = b"PK one",
) -> services.Imported:  # fmt: skip
    return services.import_template(
        ADMIN, library, uploaded(content), name=name, tags=tags, publish=publish
    )


def code_of(error: pytest.ExceptionInfo[PortalError]) -> ErrorCode:
    return error.value.code


def test_only_administrators_change_anything(library: Datasource, reader: Reader) -> None:
    client = factories.actor()
    made = imported(library)
    for attempt in (
        lambda: services.create_datasource(client, "Mine"),
        lambda: services.import_template(client, library, uploaded(), name="x"),
        lambda: versions.publish(client, made.version),
        lambda: versions.retire(client, made.version),
        lambda: versions.save_form(client, made.version, {}),
        lambda: services.set_tags(Actor.viewer(), made.template, []),
        lambda: services.grant(client, library, client.require_client()),
    ):
        with pytest.raises(PortalError) as error:
            attempt()
        assert code_of(error) == ErrorCode.SCOPE_MISSING


def test_a_datasource_speaks_its_first_language(library: Datasource) -> None:
    assert (library.default_language, library.languages) == ("de-CH", ["de-CH", "fr-CH"])
    with pytest.raises(PortalError):
        services.create_datasource(ADMIN, "Letters")
    with pytest.raises(PortalError):
        services.create_datasource(ADMIN, " ")


def test_a_client_sees_what_it_was_granted(library: Datasource) -> None:
    client = factories.actor()
    for identity in (library.guid, str(library.guid), "nonsense", uuid.uuid4()):
        with pytest.raises(PortalError) as error:
            selectors.datasource(client, identity)
        assert code_of(error) == ErrorCode.DATASOURCE_NOT_FOUND
    services.grant(ADMIN, library, client.require_client())
    assert selectors.datasource(client, str(library.guid).upper()) == library
    assert selectors.datasource(ADMIN, library.guid) == library


def test_importing_again_makes_the_next_version(library: Datasource, reader: Reader) -> None:
    first = imported(library)
    assert (first.version.number, first.version.state) == (1, State.PUBLISHED)
    second = imported(library, publish=False, content=b"PK two")
    assert second.template == first.template
    assert (second.version.number, second.version.state) == (2, State.DRAFT)
    third = imported(library, publish=True, content=b"PK three")
    assert (third.version.number, third.version.state) == (2, State.PUBLISHED)
    first.version.refresh_from_db()
    assert first.version.state == State.RETIRED
    assert selectors.published(first.template) == third.version


def test_an_id_is_kept_from_another_installation(library: Datasource, reader: Reader) -> None:
    guid = str(uuid.uuid4())
    made = services.create_datasource(ADMIN, "Moved", guid=guid.upper())
    assert str(made.guid) == guid
    for name in ("Letter", "Letter"):
        done = services.import_template(ADMIN, made, uploaded(), name=name, guid=guid)
        assert str(done.template.guid) == guid
    for name, wanted in (("Another", guid), ("Letter", str(uuid.uuid4())), ("Third", "no id")):
        with pytest.raises(PortalError) as error:
            services.import_template(ADMIN, library if name == "Another" else made, uploaded(),
                                     name=name, guid=wanted)  # fmt: skip
        assert (code_of(error), error.value.at) == (ErrorCode.INPUT_INVALID, "id")


def test_settings_of_fields_outlive_their_file(library: Datasource, reader: Reader) -> None:
    reader.fields = [{"key": "A", "kind": "text"}, {"key": "B", "kind": "text"}]
    made = imported(library, publish=False)
    versions.save_form(
        ADMIN,
        made.version,
        {"fields": [
            {"key": "G", "kind": "group", "label": "Group", "fields": [
                {"key": "B", "kind": "date", "label": "The day", "required": True}]},
            {"key": "note", "kind": "info", "help": "Read this."},
            {"key": "A", "kind": "text"}]},
    )  # fmt: skip
    reader.fields = [{"key": "B", "kind": "text"}, {"key": "C", "kind": "text"}]
    again = imported(library, publish=False, content=b"PK two")
    assert [path for path, _ in again.version.form.walk()] == ["G", "B", "note", "C"]
    field = again.version.form.find("B")
    assert field and (field.kind, field.label, field.required) == ("date", "The day", True)


def test_errors_keep_a_version_from_being_published(library: Datasource, reader: Reader) -> None:
    reader.findings = [ERROR]
    made = imported(library)
    assert made.version.state == State.DRAFT
    assert made.findings[0].place == "Body, paragraph 3"
    with pytest.raises(PortalError) as error:
        versions.publish(ADMIN, made.version)
    assert code_of(error) == ErrorCode.INPUT_CONFLICTS
    with pytest.raises(PortalError) as error:
        selectors.published(made.template)
    assert code_of(error) == ErrorCode.TEMPLATE_GONE


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ([{"key": "Name", "kind": "text"}, {"key": "Name", "kind": "text"}], "duplicate_key"),
        ([{"key": "Name", "kind": "choice"}], "no_options"),
        ([{"key": "Name", "depends_on": {"key": "Nope", "equals": True}}], "bad_condition"),
        ([{"key": "Name"}, {"key": "Extra"}], "unused_field"),
        ([], "no_field"),
    ],
)
def test_the_doctor_looks_at_the_form_too(
    library: Datasource, reader: Reader, form: list[dict[str, object]], code: str
) -> None:
    made = imported(library, publish=False)
    version = versions.save_form(ADMIN, made.version, {"fields": form})
    assert [one["code"] for one in version.findings] == [code]


def test_a_field_may_be_there_for_others_to_depend_on(library: Datasource, reader: Reader) -> None:
    made = imported(library, publish=False)
    form = [
        {"key": "Ask", "kind": "yes_no"},
        {"key": "Name", "depends_on": {"key": "Ask", "equals": True}},
    ]
    assert versions.save_form(ADMIN, made.version, {"fields": form}).findings == []


def test_a_published_form_stays_as_it_is(library: Datasource, reader: Reader) -> None:
    made = imported(library)
    with pytest.raises(PortalError) as error:
        versions.save_form(ADMIN, made.version, {"fields": []})
    assert code_of(error) == ErrorCode.INPUT_CONFLICTS
    draft = versions.new_draft(ADMIN, made.version)
    assert versions.new_draft(ADMIN, made.version) == draft
    with pytest.raises(PortalError) as error:
        versions.save_form(ADMIN, draft, {"fields": [{"key": "A", "kind": "nonsense"}]})
    assert code_of(error) == ErrorCode.INPUT_INVALID


def test_tags_are_alternatives_of_what_must_all_be_there(
    library: Datasource, reader: Reader
) -> None:
    for name, tags in (("A", ("Sales", "Offer")), ("B", ("sales",)), ("C", ("Other tag",))):
        imported(library, name, tags=tags)

    def found(*groups: list[str], **more: str) -> list[str]:
        return [one.name for one in selectors.find_templates(ADMIN, [library], tags=groups, **more)]

    assert found() == ["A", "B", "C"]
    assert found(["SALES"]) == ["A", "B"]
    assert found([" sales ", "offer"]) == ["A"]
    assert found(["offer"], ["other  TAG"]) == ["A", "C"]
    assert found(["sales", "other tag"]) == []
    assert found(words="b") == ["B"]
    every = selectors.find_templates(ADMIN, [library])
    assert selectors.tags_of(every) == ["Offer", "Other tag", "Sales"]
    assert selectors.find_templates(ADMIN, []).count() == 0


def test_a_tag_holds_no_semicolon(library: Datasource, reader: Reader) -> None:
    with pytest.raises(PortalError):
        imported(library, tags=("a;b",))
    assert not DocumentTemplate.objects.exists()


def test_who_finds_a_template_by_its_id(library: Datasource, reader: Reader) -> None:
    made = imported(library)
    other = services.create_datasource(ADMIN, "Others")
    assert selectors.by_id(ADMIN, [library], str(made.template.guid)) == made.template
    for sources, identity in (([other], made.template.guid), ([library], "x"), ([library], "")):
        with pytest.raises(PortalError) as error:
            selectors.by_id(ADMIN, sources, identity)
        assert code_of(error) == ErrorCode.TEMPLATE_NOT_FOUND
    versions.set_active(ADMIN, made.template, False)
    with pytest.raises(PortalError):
        selectors.by_id(ADMIN, [library], made.template.guid)
    with pytest.raises(PortalError):
        selectors.published(made.template)


def test_a_retired_version_can_come_back(library: Datasource, reader: Reader) -> None:
    made = imported(library)
    versions.retire(ADMIN, made.version)
    assert selectors.find_templates(ADMIN, [library]).count() == 0
    versions.publish(ADMIN, made.version)
    assert selectors.find_templates(ADMIN, [library]).count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ErrorCode.DOCUMENT_EMPTY),
        (b"x" * (services.MAX_TEMPLATE_BYTES + 1), ErrorCode.DOCUMENT_TOO_LARGE),
    ],
)
def test_uploads_have_bounds(library: Datasource, content: bytes, code: ErrorCode) -> None:
    with pytest.raises(PortalError) as error:
        imported(library, content=content)
    assert code_of(error) == code


def test_without_an_engine_nothing_is_kept(library: Datasource) -> None:
    with pytest.raises(PortalError) as error:
        imported(library)
    assert code_of(error) == ErrorCode.ENGINE_UNAVAILABLE
    assert not DocumentTemplate.objects.exists()


def test_filling(library: Datasource, reader: Reader) -> None:
    version = imported(library).version
    owner = factories.actor()
    picture = factories.work_file(owner, factories.png(), extension="png")
    foreign = factories.work_file(factories.actor("stranger"), factories.png(), extension="png")
    version.definition = {"fields": [
        {"key": "Logo", "kind": "picture"},
        {"key": "Rows", "kind": "collection", "fields": [{"key": "Photo", "kind": "picture"}]},
    ]}  # fmt: skip
    filled = services.fill(
        owner,
        version,
        {"Logo": picture.file_id, "Rows": [{"Photo": foreign.file_id}]},
        data={"X": 1},
        client=owner.client,
    )
    assert filled.extension == "docx"
    assert len(filled.warnings) == 2  # the foreign picture, and what the engine said
    sent = reader.filled[0]
    assert sent["language"] == "de-CH"
    assert sent["data"] == {"X": 1}
    assert list(sent["pictures"]) == [picture.file_id]


def test_a_fault_of_the_template_is_told_as_one(library: Datasource, reader: Reader) -> None:
    version = imported(library).version
    reader.failure = {"code": "document_corrupt", "detail": "Paragraph 3."}
    with pytest.raises(PortalError) as error:
        services.fill(ADMIN, version, {})
    assert code_of(error) == ErrorCode.INPUT_INVALID
    assert error.value.detail == "Paragraph 3."
    reader.failure = {"code": "too_large", "detail": "Too much."}
    with pytest.raises(PortalError) as error:
        services.fill(ADMIN, version, {})
    assert code_of(error) == ErrorCode.LIMIT_EXCEEDED


def test_differences_of_forms(library: Datasource, reader: Reader) -> None:
    made = imported(library)
    draft = versions.new_draft(ADMIN, made.version)
    versions.save_form(
        ADMIN, draft, {"fields": [{"key": "Name", "label": "Your name"}, {"key": "New"}]}
    )
    changes = versions.diff(ADMIN, made.version, draft)
    assert changes["paragraphs"] == []
    assert changes["fields"] == [
        {"path": "Name", "change": "changed", "what": ["label"]},
        {"path": "New", "change": "added", "what": []},
    ]
