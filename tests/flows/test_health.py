"""What tells an administrator, or a machine, how the portal is."""

from __future__ import annotations

import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.stack import Integrator, Stack


def test_metrics_count_what_is_there(stack: Stack, integrator: Integrator) -> None:
    before = figures(stack)
    integrator.open()
    after = figures(stack)
    view = ("recto_sessions_live", ("kind", "view"))
    assert after[view] == before[view] + 1
    assert after["recto_part_ready", ("part", "engine-office")] == 1
    assert after["recto_disk_free_bytes", ()] > 0


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
