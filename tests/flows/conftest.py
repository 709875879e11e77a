"""The running product and a program that speaks to it."""

from __future__ import annotations

import pytest

from tests.stack import Integrator, Stack


@pytest.fixture(scope="session")
def integrator(stack: Stack) -> Integrator:
    """A program with a token and every scope of viewing."""
    return stack.integrator()
