"""How a page waits for the server's answers."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Person

# A server that sends a letter each 0.3 s, `count` of them, and then ends or says nothing more.
ASK = """async ([count, ends]) => {
  const { createConnection } = await import("/static/js/connection.js");
  const slow = () => new ReadableStream({
    async start(body) {
      for (let sent = 0; sent < count; sent += 1) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        body.enqueue(new TextEncoder().encode("x"));
      }
      if (ends) body.close();
    },
  });
  window.fetch = (_, { signal }) =>
    Promise.resolve(new Response(slow().pipeThrough(new TransformStream(), { signal })));
  try {
    return await (await createConnection(1000).request("/slow")).text();
  } catch (error) {
    return error.constructor.name;
  }
}"""


@pytest.mark.parametrize(
    ("count", "ends", "came"),
    [(6, True, "xxxxxx"), (2, False, "ConnectionLost"), (0, True, "")],
    ids=["slow", "silent", "empty"],
)
def test_only_silence_is_a_lost_connection(
    person: Person, count: int, ends: bool, came: str
) -> None:
    """A large answer over a slow line takes longer than anybody would wait for nothing."""
    viewer = person()
    viewer.watch.expect("status of 404")
    viewer.open("unknown")
    assert viewer.page.evaluate(ASK, [count, ends]) == came
