"""What can be made, as values: groups of pages, widths, and one spelling for one thing."""

from __future__ import annotations

import itertools

import pytest

from apps.conversion import recipe as recipes
from apps.conversion.engines import registry
from apps.conversion.recipe import Kind, Recipe


@pytest.mark.parametrize("pages", [1, 2, 4, 5, 6, 49, 50, 51, 52, 1000])
@pytest.mark.parametrize("kind", ["raster", "svg", "text"])
def test_groups_cover_every_page_once_and_the_first_alone(kind: Kind, pages: int) -> None:
    groups = [recipes.group_of(kind, page, pages) for page in range(pages)]
    for page, (first, last) in enumerate(groups):
        assert first <= page <= last < pages
    distinct = list(dict.fromkeys(groups))
    assert distinct[0] == (0, 0)
    for (_, last), (first, _) in itertools.pairwise(distinct):
        assert first == last + 1


@pytest.mark.parametrize("pages", [1, 2, 51, 52, 101, 500])
def test_the_text_of_a_document_is_a_few_recipes_without_gap(pages: int) -> None:
    spans = [(recipe.first, recipe.last) for recipe in recipes.all_text(pages)]
    assert spans[0] == (0, 0)
    assert spans[-1][1] == pages - 1
    for (_, last), (first, _) in itertools.pairwise(spans):
        assert first == last + 1
    assert recipes.all_text(pages) == [recipes.text(first, pages) for first, _ in spans]


@pytest.mark.parametrize(("ocr", "size"), [(False, 20), (True, 4)])
def test_scans_are_read_in_small_groups(ocr: bool, size: int) -> None:
    assert [(one.first, one.last) for one in (recipes.words(n, 500, ocr=ocr) for n in (0, 1))] == [
        (0, 0),
        (1, size),
    ]
    assert recipes.words(499, 500, ocr=ocr).last == 499


def test_readings_are_made_without_watermarks() -> None:
    for recipe in (recipes.words(0, 1, ocr=True), recipes.EMBEDDED):
        assert recipes.stamped(recipe, "[]") == recipe
        assert recipes.basis_of(recipe, "[]") == recipes.PDF


def test_only_scans_need_the_ocr_engine() -> None:
    assert registry.route("pdf", recipes.words(0, 1, ocr=True)) == registry.Route("ocr", "words")
    assert registry.route("pdf", recipes.words(0, 1, ocr=False)) == registry.Route("pages", "words")
    assert registry.route("png", recipes.EMBEDDED) == registry.Route("pages", "embedded")


def test_the_last_group_is_open_while_the_page_count_is_unknown() -> None:
    assert recipes.group_of("raster", 0, None) == (0, 0)
    assert recipes.group_of("raster", 3, None) == (1, 8)


def test_widths_are_rounded_up_to_the_ladder() -> None:
    assert [recipes.on_ladder(width) for width in (1, 160, 161, 1300, 4800, 99_999)] == [
        160,
        160,
        320,
        1600,
        4800,
        4800,
    ]
    for lower, upper in itertools.pairwise(recipes.WIDTHS):
        assert lower < upper <= 2 * lower


def test_the_same_recipe_is_spelled_the_same() -> None:
    one = recipes.raster(2, 10, format="png", width=640)
    two = recipes.raster(3, 10, format="png", width=640)
    assert one == two
    assert one.canonical() == two.canonical()
    different = [
        recipes.raster(0, 10, format="png", width=640),
        recipes.raster(2, 10, format="jpeg", width=640),
        recipes.raster(2, 10, format="png", width=960),
        recipes.raster(2, 10, format="png", dpi=150),
        recipes.raster(2, 10, format="png", width=640, rotate=90),
        recipes.svg(2, 10),
        recipes.text(2, 10),
        recipes.PDF,
    ]
    assert len({recipe.canonical() for recipe in [one, *different]}) == 9


def test_only_the_first_page_can_be_made_from_the_first_part() -> None:
    assert recipes.raster(0, None, format="png").needs_first_page_only
    assert not recipes.raster(1, None, format="png").needs_first_page_only
    assert not Recipe("pdf").needs_first_page_only
