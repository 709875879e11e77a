"""Fixtures of the browser's tests: one browser, one integrator, and people with their windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chromium, documents
from tests.browser.site import Site
from tests.browser.viewer import Viewer
from tests.browser.watch import Watch
from tests.stack import SCOPES, Integrator, Stack

expect.set_options(timeout=30_000)

Person = Callable[..., Viewer]


# Of this folder only: while Playwright runs, Django takes its thread for an asynchronous one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, launched once."""
    with chromium.browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Another site, on another host name than the portal's."""
    with Site.running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="package")
def integrator(stack: Stack, site: Site) -> Integrator:
    """The system that opens sessions; its site may frame them."""
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    return stack.integrator("Web shop", *scopes, "--origin", site.origin)


@pytest.fixture(scope="package")
def look_only(stack: Stack) -> str:
    """A session of a client without origins, whose person may only look."""
    careful = stack.integrator("Careful")
    identity = documents.show(careful, "Look only.docx", documents.guide())
    stack.manage(
        "shell",
        "-c",
        "from apps.viewing.models import ViewingDetail;"
        "ViewingDetail.objects.filter(display_name='Look only.docx')"
        ".update(allow_copy=False, allow_print=False, allow_download=False)",
    )
    return identity


@pytest.fixture(scope="package")
def guide(integrator: Integrator) -> Callable[[], str]:
    """Opens a session on a short .docx, converted once for all tests; returns its id."""
    return lambda: documents.show(integrator, documents.GUIDE_NAME, documents.guide())


@pytest.fixture
def person(browser: Browser, stack: Stack) -> Iterator[Person]:
    """A person with a window of their own; at the end nothing untoward may have happened."""
    contexts = []

    def come(**looks: Any) -> Viewer:
        context = browser.new_context(**(chromium.DESK | {"reduced_motion": "reduce"} | looks))
        context.set_default_timeout(30_000)
        watch = Watch(context, stack.url)
        contexts.append((context, watch))
        return Viewer(context.new_page(), stack.url, watch)

    yield come
    for context, _ in contexts:
        context.close()
    for _, watch in contexts:
        watch.assert_clean()
