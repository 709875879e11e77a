"""What tells an administrator, or a machine, how the portal is."""

from __future__ import annotations

import json
import time

import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.stack import Integrator, Stack

MEASURE = "from portal import measuring; measuring.measure(measuring.OFTEN)"


def test_metrics_count_what_is_there(stack: Stack, integrator: Integrator) -> None:
    stack.manage("shell", "--command", MEASURE)
    before = figures(stack)
    integrator.open()
    stack.manage("shell", "--command", MEASURE)
    view = ("recto_sessions_live", ("kind", "view"))
    opened = ("recto_sessions_opened_total", ("dialect", "prizmdoc-v1"), ("kind", "view"))
    deadline = time.monotonic() + 30
    while (after := figures(stack)).get(opened, 0) < before.get(opened, 0) + 1:
        assert time.monotonic() < deadline  # another web process counted it
        time.sleep(0.2)
    assert after[view] == before[view] + 1
    assert after["recto_part_ready", ("part", "engine-office")] == 1
    assert after["recto_disk_free_bytes", ()] > 0


def test_the_doctor_finds_nothing(stack: Stack) -> None:
    told = json.loads(stack.manage("doctor", "--json"))
    assert told["well"], told
    assert {"engine-office", "files", "schedule", "queue", "address"} <= told["parts"].keys()


def figures(stack: Stack) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = requests.get(f"{stack.url}/metrics", timeout=30)
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.items()) if sample.labels else (sample.name, ()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_type_of_a_problem_leads_to_words_about_it(stack: Stack) -> None:
    problem = requests.get(f"{stack.url}/api/v1/views/unknown", timeout=30).json()
    page, _, anchor = problem["type"].partition("#")
    answer = requests.get(stack.url + page, timeout=30)
    assert answer.status_code == 200
    assert f'<section id="{anchor}">' in answer.text
    assert problem["remedy"].split("`")[0][:40] in answer.text
