"""Form sessions end with everything they made; other sessions are left alone."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from PIL import Image

from apps.clients.actors import Actor
from apps.clients.models import ApiClient
from apps.connect import filling, services
from apps.connect.models import ConnectDetail, ConnectPicture
from apps.connect.selection import Selection
from apps.connect.services import Wanted
from apps.conversion import eviction
from apps.conversion.models import Rendition
from apps.document_sessions import services as sessions
from apps.document_sessions.models import DocumentSession
from apps.document_templates.services import Filled
from apps.workfiles import services as workfiles
from apps.workfiles.models import Blob, WorkFile
from tests import factories, libraries

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def program() -> Actor:
    return libraries.connector()


def open_form(program: Actor) -> services.Filling:
    library = libraries.datasource(program)
    template = libraries.template(library)
    wanted = Wanted(Selection(template_id=str(template.guid)))
    _, identity = services.open_session(program, str(library.guid), wanted, dialect="test")
    return filling.look(identity)


def picture() -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(stream, "PNG")
    stream.seek(0)
    return stream


def finish(form: services.Filling, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: Any, **__: Any) -> Filled:
        return Filled(factories.kept(b"a finished document"), [])

    monkeypatch.setattr("apps.connect.filling.filler.fill", fill)
    filling.complete(form, 0, {"Subject": "A"})


def test_nothing_is_left(program: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    form = open_form(program)
    template_blobs = set(Blob.objects.values_list("pk", flat=True))
    filling.add_picture(form, picture())
    finish(form, monkeypatch)
    assert WorkFile.objects.count() == 2
    assert Rendition.objects.count() == 2
    assert services.sweep() == 0
    with time_machine.travel(timezone.now() + HOUR + timedelta(seconds=1)):
        assert services.sweep() == 1
    for model in (DocumentSession, ConnectDetail, ConnectPicture, WorkFile):
        assert not model._default_manager.exists()
    Rendition.objects.update(state=Rendition.State.READY)
    with time_machine.travel(timezone.now() + 3 * HOUR):
        eviction.evict()
        workfiles.sweep()
    assert not Rendition.objects.exists()
    assert set(Blob.objects.values_list("pk", flat=True)) == template_blobs


def test_a_used_session_stays(program: Actor) -> None:
    form = open_form(program)
    with time_machine.travel(timezone.now() + timedelta(minutes=50)):
        filling.look(form.identity)
    with time_machine.travel(timezone.now() + timedelta(minutes=100)):
        assert services.sweep() == 0
        assert filling.look(form.identity)


def test_a_stopped_session_tells_its_notice_without_its_content(program: Actor) -> None:
    form = open_form(program)
    sessions.stop(form.session, message="Tea time")
    assert services.sweep() == 1
    assert services.sweep() == 0
    assert DocumentSession.objects.get().stop_message == "Tea time"
    assert not ConnectDetail.objects.exists()


def test_other_sessions_are_left_alone(program: Actor) -> None:
    factories.session(factories.actor())
    with time_machine.travel(timezone.now() + 24 * HOUR):
        assert services.sweep() == 0
    assert DocumentSession.objects.count() == 1


def test_a_deleted_datasource_ends_its_forms(program: Actor) -> None:
    form = open_form(program)
    form.detail.datasource.delete()
    with pytest.raises(Exception, match="There is no such session"):
        filling.look(form.identity)


def test_a_client_that_is_turned_off(program: Actor) -> None:
    form = open_form(program)
    ApiClient.objects.update(is_active=False)
    with pytest.raises(Exception, match="expired"):
        filling.look(form.identity)
