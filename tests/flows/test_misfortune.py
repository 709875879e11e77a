"""Processes die in the middle of a job; the document arrives all the same."""

from __future__ import annotations

import requests

from tests import factories
from tests.fakes import wait_until
from tests.flows import processes
from tests.stack import Integrator, Stack

PARAGRAPHS = 400


def long_document(words: str, paragraphs: int = PARAGRAPHS) -> bytes:
    """A document that takes a few seconds, most of a page a paragraph; no two of them alike."""
    paragraph = f"{words} and what else a page may hold. " * 60
    return factories.docx(*[paragraph] * paragraphs)


def in_the_middle(stack: Stack, integrator: Integrator, words: str) -> str:
    """A session whose document the engine is working on."""
    identity = integrator.open(externalId="long.docx")
    assert integrator.upload(identity, long_document(words)).status_code == 200

    def working() -> bool:
        state = integrator.view(identity)
        assert state["state"] == "converting", "the document was too quick for this test"
        return bool(state["progress"]["stage"] == "converting")

    wait_until(working, seconds=30)
    return identity


def assert_shown(stack: Stack, integrator: Integrator, identity: str) -> None:
    assert integrator.settled(identity, seconds=120)["state"] == "ready"
    page = requests.get(f"{stack.url}/PCCIS/V1/Page/q/3?DocumentID=u{identity}", timeout=60)
    assert page.status_code == 200
    assert page.content.startswith(b"\x89PNG")


def test_a_worker_is_killed(stack: Stack, integrator: Integrator) -> None:
    """Its lease lapses, and the job is done by the one that is started in its place."""
    worker = processes.one(stack.process.pid, "recto-worker")
    identity = in_the_middle(stack, integrator, "The worker is about to be killed")
    processes.kill(worker)
    assert_shown(stack, integrator, identity)
    assert processes.one(stack.process.pid, "recto-worker") != worker


def test_an_engine_is_killed(stack: Stack, integrator: Integrator) -> None:
    """The job in hand fails or is done again; the next ones find a new engine."""
    engine = processes.one(stack.process.pid, "--socket", "office")
    identity = in_the_middle(stack, integrator, "The engine is about to be killed")
    processes.kill(engine)
    assert_shown(stack, integrator, identity)
    assert processes.one(stack.process.pid, "--socket", "office") != engine


def test_a_web_process_is_killed(stack: Stack, integrator: Integrator) -> None:
    web = [
        pid for pid, line in processes.descendants(stack.process.pid).items() if "recto-web" in line
    ]
    processes.kill(max(web))
    wait_until(
        lambda: requests.get(f"{stack.url}/livez", timeout=10).status_code == 200, seconds=30
    )
    integrator.http.close()  # whoever was connected to it connects anew
    assert integrator.open()
