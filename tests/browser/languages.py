"""Which language a page speaks, and what it left in English."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.stack import PROJECT

FOLDER = PROJECT / "apps" / "portal_ui" / "words"
_TEXTS = """() => {
  const texts = new Set();
  const add = (text) => texts.add((text ?? "").replace(/\\s+/g, " ").trim());
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest("script, noscript, .text, .textLayer"))
      add(walker.currentNode.data);
  for (const element of document.querySelectorAll("*"))
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      add(element.getAttribute(name));
  return [...texts];
}"""


def choose(page: Page, name: str) -> None:
    """Opens the menu, whatever it is called now, and takes one of its languages."""
    page.locator("#language").click()
    page.get_by_role("menuitemradio", name=name).click()


def english_left(page: Page, language: str, name: str = "") -> list[str]:
    """What a page says in English although its words are there in this language."""
    parts = json.loads((FOLDER / f"{language}.json").read_text())
    told = parts["pages"] | parts["shared"] | parts.get(name, {})
    shown = [re.sub(r" \([^()]*\)$", "", text) for text in page.evaluate(_TEXTS)]
    return [text for text in shown if told.get(text, text) != text]


def expect_language(page: Page, tag: str, name: str = "") -> None:
    """The page called `name` speaks this language, and no English besides."""
    expect(page.locator("html")).to_have_attribute("lang", tag)
    assert english_left(page, tag[:2], name) == []
