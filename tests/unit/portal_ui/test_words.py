"""Pages say the same in every language, and nothing that has no translation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain

import pytest
from django.test import RequestFactory

from apps.core.codes import ErrorCode
from apps.portal_ui import words
from apps.portal_ui.editor import SAYS
from apps.portal_ui.words import LANGUAGES, language_of
from tests.stack import PROJECT

FOLDER = PROJECT / "apps" / "portal_ui" / "words"
SCRIPTS = PROJECT / "static" / "js"
TEMPLATES = PROJECT / "templates" / "portal_ui"
OTHERS = [language for language in LANGUAGES if language != "en"]
# Scripts that pages share; those of the administration speak English.
SHARED = {"connection.js", "viewer/connection.js", "viewer/zoom.js"}
BRACES = re.compile(r"\{\w+\}")
SAID = re.compile(r'\bsay\(\s*("(?:[^"\\]|\\.)*")')
# Names of keys, codes and units that are the same in every language, and what only developers see.
ALIKE = re.compile(
    r"Arrow\w+|Page(Up|Down)|Escape|Control|Home|End|Enter|Delete|Tab|Recto|JSON|GET|POST|PUT|"
    r"Content-(Type|Disposition|Range)|Retry-After|Range|If-Match|ETag|X-[\w-]+|AbortError|"
    r"PasswordException|Liberation Sans.*|Blob|[A-Z][A-Z_]+|F\d+|Recto-\w+|NotReady|Arrow|Enter e|"
    r"Segoe Script|Bradley Hand|URW Chancery L|Comic Sans MS|Document\.|"
    r"\((width|pointer|prefers-).*\)|Page  has no text layer:|"
    # Messages of office suites.
    r"(Host|Frame|Action|App|Doc|UI)_\w+"
)


def sections(language: str) -> dict[str, dict[str, str]]:
    """The words of a language by who says them."""
    parts: dict[str, dict[str, str]] = json.loads((FOLDER / f"{language}.json").read_text())
    return parts


def scripts() -> Iterator[tuple[str, str]]:
    """The modules of people's pages, by their path."""
    for file in sorted(SCRIPTS.rglob("*.js")):
        path = file.relative_to(SCRIPTS).as_posix()
        if not path.startswith("templates/") and not path.endswith(".bundle.js"):
            yield path, file.read_text()


def said_by_scripts() -> dict[str, set[str]]:
    """Each sentence of the scripts, and whose page says it."""
    said: dict[str, set[str]] = {}
    for path, code in scripts():
        page = path.split("/")[0] if "/" in path and path not in SHARED else "shared"
        listed = chain.from_iterable(
            re.findall(r'"([^"]*)"', row) for row in re.findall(r"shown: \[([^\]]*)\]", code)
        )
        pressed = chain(listed, re.findall(r'\bkeys\("([^"]+)"', code))
        names = {name for keys in pressed for name in keys.split() if name.isalpha() and name[1:]}
        for text in map(json.loads, SAID.findall(code)):
            said.setdefault(text, set()).add(page)
        for name in names:
            said.setdefault(name, set()).add("shared")
    return said


def said_by_templates() -> set[str]:
    """Each sentence of the templates and the views."""
    said = set(chain.from_iterable(SAYS.values()))
    for file in TEMPLATES.glob("*.html"):
        page = file.read_text()
        said |= set(re.findall(r'\{% say "([^"]*)"', page))
        said |= set(re.findall(r' label="([^"]*)"', page))
        for keys in re.findall(r'(?:\{% keys | key=)"([^"]*)"', page):
            said |= {name for name in keys.split() if name.isalpha() and name[1:]}
    for file in (PROJECT / "apps" / "portal_ui").glob("*.py"):
        for call in re.findall(r'\bsay\(\s*language,\s*((?:"[^"]*"\s*)+)', file.read_text()):
            said.add("".join(re.findall(r'"([^"]*)"', call)))
    return said


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_there_and_no_other(language: str) -> None:
    scripted = said_by_scripts()
    wanted: dict[str, set[str]] = {name: set() for name in sections(language)}
    for text, pages in scripted.items():
        wanted["shared" if len(pages) > 1 else pages.copy().pop()].add(text)
    wanted["pages"] = said_by_templates() - scripted.keys()
    for name, part in sections(language).items():
        if name != "fields":
            assert wanted[name] - part.keys() == set(), f"{language}.json, {name} misses these"
            assert part.keys() - wanted[name] == set(), (
                f"{language}.json, {name}: nobody says these"
            )


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_same_places_and_forms(language: str) -> None:
    for part in sections(language).values():
        for english, text in part.items():
            forms = english.split("|")
            assert text.strip() == text != "", english
            assert len(text.split("|")) == len(forms), english
            assert set(BRACES.findall(text)) == set(BRACES.findall(english)), english


def test_languages_have_the_same_fields_and_errors() -> None:
    errors = [json.loads((FOLDER / f"errors.{one}.json").read_text()) for one in OTHERS]
    fields = [sections(one)["fields"] for one in OTHERS]
    for told, named in zip(errors[1:], fields[1:], strict=True):
        assert told.keys() == errors[0].keys()
        assert named.keys() == fields[0].keys()
    catalogue = set(ErrorCode)
    for told in errors:
        for code, parts in told.items():
            expected = {"title", "cause", "remedy"} if code in catalogue else {"title"}
            assert parts.keys() == expected, code


def test_scripts_say_nothing_untranslated() -> None:
    found = []
    for path, code in scripts():
        plain = re.sub(r"/\*.*?\*/|(?<![:\"])//[^\n]*", "", code, flags=re.DOTALL)
        plain = re.sub(r'^import [^;]*;|\bkeys\("[^"]*"', "", plain, flags=re.M)
        plain = SAID.sub("", re.sub(r'"[^"]+": (?=say\()', "", plain))
        plain = re.sub(r"shown: \[[^\]]*\]|new (Range)?Error\(\"[^\"]*\"", "", plain)
        texts = re.findall(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`', plain)
        for text in (one or other for one, other in texts):
            words_of = re.sub(r"\$\{[^}]*\}", "", text)
            sentence = re.match(r"\s*[A-Z(\u201c][\w'-]*([ .,:\u2026\u2019]|$)", words_of)
            if (
                sentence
                and re.search("[a-z]{2}", words_of)
                and not ALIKE.fullmatch(words_of.strip())
            ):
                found.append(f"{path}: {text}")
    # The names of what extraction knows are words of the part `fields`.
    named = sections("de")["fields"]
    found = [one for one in found if one.split(": ", 1)[1] not in named]
    assert not found, "\n".join(found)


def test_templates_say_nothing_untranslated() -> None:
    for file in TEMPLATES.glob("*.html"):
        page = re.sub(
            r"\{% block body_class.*?endblock %\}|\{%.*?%\}|\{\{.*?\}\}|<!.*?>",
            "",
            file.read_text(),
            flags=re.DOTALL,
        )
        texts = re.findall(r">([^<>]*)<", page)
        texts += re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', page)
        for text in texts:
            plain = re.sub(r"\b(Recto|PDF|[A-Z])\b", "", text)
            assert not re.search(r"[A-Za-z]", plain), f"{file.name}: {text}"


def test_what_is_said_is_a_literal() -> None:
    for path, code in scripts():
        # Only names of fields are put together, from what a document says.
        if path not in ("words.js", "review/labels.js"):
            assert len(re.findall(r"\bsay\(", code)) == len(SAID.findall(code)), path


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "de-CH,de;q=0.9,en;q=0.8", "de-CH"),
        ("", "xx,pl;q=0.9,es-419;q=0.8,en;q=0.7", "es-419"),
        ("", "ja", "en"),
        ("fr", "de", "fr"),
        ("de_AT", "fr", "de-AT"),
        ("DE-ch", "", "de-CH"),
        ("fr-Latn-CA", "", "fr-CA"),
        ("ja", "it", "it"),
        ("ja", "", "en"),
        ("", "de" * 400, "en"),
        ("", "\x00;q=", "en"),
    ],
)
def test_a_page_speaks_the_first_language_it_knows(
    wanted: str, accepted: str, language: str
) -> None:
    request = RequestFactory(headers={"Accept-Language": accepted}).get("/")
    assert language_of(request, wanted) == language


@pytest.mark.parametrize(
    ("cookies", "wanted", "accepted", "language"),
    [
        ({"recto-language": "fr"}, "", "de-CH,en", "fr"),
        ({"recto-language": "de"}, "", "fr,de-CH;q=0.5", "de-CH"),
        ({"recto-language": "de"}, "de_AT", "de-CH", "de-AT"),
        ({"recto-language": "en"}, "de", "de", "en"),
        ({"recto-language": "fr", "__Host-recto-language": "it"}, "es", "de", "it"),
        ({"recto-language": "ja"}, "", "de", "de"),
        ({"recto-language": "../en"}, "", "de", "de"),
    ],
)
def test_what_a_person_chose_comes_first(
    cookies: dict[str, str], wanted: str, accepted: str, language: str
) -> None:
    request = RequestFactory(headers={"Accept-Language": accepted}).get("/")
    request.COOKIES = cookies
    assert language_of(request, wanted) == language


def test_languages_are_offered_in_their_own_words() -> None:
    assert [tag for tag, _ in words.names()] == sorted(LANGUAGES)
    assert ("es", "Español") in words.names()


def test_words_are_put_in_and_errors_explained() -> None:
    assert words.say("de-CH", "Opening {name}", name="{x}") == "{x} wird geöffnet"
    assert words.say("en-GB", "Opening {name}", name="a") == "Opening a"
    assert words.keys("fr", "Shift Enter") == "Maj Entrée"
    assert words.explain("es", ErrorCode.TIMEOUT).title == "La conversión ha tardado demasiado"
    assert words.explain("es", ErrorCode.GRANT_EXISTS).title == "There is such a grant already"
    assert words.direction("ar") == "rtl"
    assert words.direction("de-CH") == "ltr"


def test_pages_carry_what_their_scripts_say() -> None:
    assert words.of_scripts("en-US", "viewer") == {}
    assert words.of_scripts("de", "landing") == {}
    review = words.of_scripts("de", "review")
    assert review["words"]["Total"] == "Gesamtbetrag"
    assert review["words"]["Try again"] == "Erneut versuchen"
    assert review["errors"]["timeout"]["title"] == "Die Umwandlung hat zu lange gedauert"
