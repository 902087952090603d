# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two catalogs."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog_changes import (
    CatalogChanges,
    Fact,
    catalog_changes,
    changes_result,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Child, Definition, Option
from ansible_collections.m365.apps.tests.unit import own_settings as own

NONE = {"added": 0, "changed": 0, "deprecated": 0, "removed": 0, "texts": 0}


def by_id(*definitions: Definition) -> dict[str, Definition]:
    return {each.id.lower(): each for each in definitions}


def changed(before: Definition | None, after: Definition | None) -> CatalogChanges:
    """Return what differs between two catalogs that share all but one definition."""
    sides = [by_id(own.MACROS, *([each] if each else [])) for each in (before, after)]
    return catalog_changes(*sides)


def test_equal_catalogs_do_not_differ() -> None:
    same = catalog_changes(by_id(*own.DEFINITIONS), by_id(*reversed(own.DEFINITIONS)))
    assert not same
    assert same.counts == NONE


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, own.LEVEL, "added"),
        (own.LEVEL, None, "removed"),
        (own.LEVEL, replace(own.LEVEL, default=own.LEVEL.options[0].id), "changed"),
        (own.LEVEL, replace(own.LEVEL, deprecated=True), "deprecated"),
        (replace(own.LEVEL, deprecated=True), own.LEVEL, "changed"),
        (own.LEVEL, replace(own.LEVEL, title="Another"), "texts"),
        (own.WORD_MACROS, replace(own.WORD_MACROS, category="Elsewhere"), "texts"),
        (own.WORD_MACROS, replace(own.WORD_MACROS, keywords=("new",)), "texts"),
    ],
)
def test_a_definition_changes_in_one_way(before: Definition | None, after: Definition | None, kind: str) -> None:
    found = changed(before, after)
    assert found.counts == {**NONE, kind: 1}


def test_an_option_with_another_name_has_another_text() -> None:
    other = replace(own.LEVEL, options=(replace(own.LEVEL.options[0], title="New"), *own.LEVEL.options[1:]))
    assert changed(own.LEVEL, other).texts == (own.LEVEL.id,)


def test_texts_that_come_to_a_catalog_without_any_are_no_change() -> None:
    bare = replace(own.LEVEL, title="", options=tuple(replace(each, title="") for each in own.LEVEL.options))
    assert not changed(bare, own.LEVEL)


def test_facts_tell_what_differs_and_no_more() -> None:
    more = Option(f"{own.LEVEL.id}_5", 5, (), "New")
    found = changed(own.LEVEL, replace(own.LEVEL, options=(*own.LEVEL.options[1:], more)))
    assert found.listed[0].facts == (Fact("options", {"_1": 1}, {"_5": 5}),)
    needed = Child(own.HOUR.id, True)
    on = replace(own.WORD_MACROS.options[1], children=(needed,))
    found = changed(own.WORD_MACROS, replace(own.WORD_MACROS, options=(own.WORD_MACROS.options[0], on)))
    assert found.listed[0].facts == (Fact("required", None, {"_1": [own.HOUR.id]}),)
    assert not changed(own.LEVEL, replace(own.LEVEL, options=own.LEVEL.options[::-1]))


def test_results_name_the_setting_by_its_key_and_are_sorted_by_it() -> None:
    before, after = Catalog([own.MACROS, own.LEVEL]), Catalog([own.WORD_MACROS, own.MACROS])
    changes = catalog_changes(by_id(own.MACROS, own.LEVEL), by_id(own.WORD_MACROS, own.MACROS))
    found = changes_result(changes, before, after)
    shown = [(each["change"], each["setting"], each["element"], each["scope"]) for each in found]
    assert shown == [
        ("removed", "excel16/L_OwnMacros", "L_OwnLevel", "user"),
        ("added", "word16/L_OwnMacros", None, "user"),
    ]
    assert found[1]["display_name"] == own.WORD_MACROS.title


DEFINITIONS: t.Sequence[Definition] = own.DEFINITIONS


@st.composite
def catalogs(draw: st.DrawFn) -> dict[str, Definition]:
    """Return a part of the definitions, some of them changed."""
    found = draw(st.lists(st.sampled_from(DEFINITIONS), unique_by=lambda each: each.id))
    changes: list[dict[str, t.Any]] = [{}, {"deprecated": True}, {"title": "x"}, {"counts": (0, 7)}]
    return by_id(*(replace(each, **draw(st.sampled_from(changes))) for each in found))


@given(catalogs(), catalogs())
def test_each_definition_that_differs_is_told_once(before: dict[str, Definition], after: dict[str, Definition]) -> None:
    found = catalog_changes(before, after)
    told = [*(each.definition.id.lower() for each in found.listed), *(each.lower() for each in found.texts)]
    assert len(told) == len(set(told)) == sum(found.counts.values())
    differ = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    assert set(told) <= differ
    # What is not told had no texts, and has some now.
    for key in differ - set(told):
        assert replace(before[key], title="") == replace(after[key], title="")
    kinds = {each.definition.id.lower(): each.kind for each in found.listed}
    assert {key for key, kind in kinds.items() if kind == "added"} == after.keys() - before.keys()
    assert {key for key, kind in kinds.items() if kind == "removed"} == before.keys() - after.keys()
    assert [each.definition.root for each in found.listed] == sorted(each.definition.root for each in found.listed)
    back = catalog_changes(before=after, after=before).counts
    assert (back["added"], back["removed"]) == (found.counts["removed"], found.counts["added"])
