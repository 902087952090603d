# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings found by words: what is looked at, what comes first, and what is found where no setting has all words."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.keys import settings_of
from ansible_collections.m365.apps.plugins.module_utils._catalog.search import (
    Filters,
    Matches,
    settings_in,
    stems_of,
    words_of,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.search import search as search_in
from ansible_collections.m365.apps.tests.unit import own_settings as own

ALL = settings_in(own.CATALOG, Filters())


def search(text: str, settings: list[Definition], catalog: Catalog = own.CATALOG) -> Matches:
    return search_in(text, settings, catalog)


def names(settings: object) -> list[str]:
    assert isinstance(settings, (list, tuple))
    return [f"{each.file}/{each.name} {each.scope}" for each in settings if isinstance(each, Definition)]


MACROS, WORD_MACROS, OLD = names([own.MACROS, own.WORD_MACROS, own.OLD])
[REPAIR], [UPDATES], [USER_UPDATES] = names([own.REPAIR]), names([own.UPDATES]), names([own.USER_UPDATES])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # In the display name, in any case, with another ending; the deprecated one comes last.
        ("macros", [WORD_MACROS, MACROS, OLD]),
        ("  MACRO, run! ", [WORD_MACROS, MACROS]),
        ("running a macro in the workbook", [MACROS]),
        # In the keywords, in the category, in the policy's name and in its ADMX file.
        ("weekly", [USER_UPDATES]),
        ("machine", [UPDATES, REPAIR, MACROS]),
        ("ownregistryvalue macros", [MACROS]),
        ("OwnUpdates", [UPDATES, USER_UPDATES]),
        ("wnrepai", [REPAIR]),
        ("word16", [WORD_MACROS]),
        # For whom it is.
        ("updates of the computers", [UPDATES, REPAIR]),
        # In elements and what they can be, with the other words of the setting.
        ("macros with a signature", [MACROS]),
        ("own macros: none", [MACROS]),
        ("repair how often", [REPAIR]),
        ("repair each day", [REPAIR]),
        # With hyphens and without.
        ("addin", [REPAIR]),
        ("add-ins", [REPAIR]),
        ("ins", [REPAIR]),
        # Short words are whole ones.
        ("run", [WORD_MACROS, MACROS]),
        ("ru", []),
        ("zzz", []),
        ("...", []),
    ],
)
def test_words_are_looked_for_in_all_texts(text: str, found: list[str]) -> None:
    matches = search(text, ALL)
    assert sorted(names(matches.settings)) == sorted(found)
    assert names(matches.settings)[:1] == found[:1]
    assert matches.all_words


@pytest.mark.parametrize(
    "key", ["excel16/L_OwnMacros", "EXCEL16;l_ownmacros", own.MACROS.id, own.MACROS.id.upper(), " excel16/L_OwnMacros "]
)
def test_a_key_finds_its_setting_first(key: str) -> None:
    assert names(search(key, ALL).settings)[0] == MACROS


def test_what_comes_first() -> None:
    # The policy's name, then all words in the display name, then others; the more as they are the better.
    assert names(search("L_OwnMacros", ALL).settings) == [MACROS, WORD_MACROS]
    assert names(search("own macros", ALL).settings) == [WORD_MACROS, MACROS, OLD]
    assert names(search("updates", ALL).settings) == [UPDATES, USER_UPDATES, REPAIR]


def test_where_no_setting_has_all_words_those_with_the_rarest_come_first() -> None:
    matches = search("stop unsigned own add-ins without signatures", ALL)
    assert not matches.all_words
    assert names(matches.settings)[0] == REPAIR
    assert not search("nothing like it", ALL).settings


def titled(*titles: str, **more: t.Any) -> list[Definition]:
    return [own.toggle("excel16", f"L_{place}", title, category="", **more) for place, title in enumerate(titles)]


def found_titles(text: str, settings: list[Definition]) -> list[str]:
    return [each.title for each in search(text, settings).settings]


def test_words_as_they_are_come_before_those_with_another_ending() -> None:
    assert found_titles("macros", titled("Macro", "All macros of a long name")) == [
        "All macros of a long name",
        "Macro",
    ]


def test_words_that_say_what_is_wanted_count_less_than_those_that_say_of_what() -> None:
    others = titled("Stop checking of tables", "Stop checking of texts", "Add-ins of others", "Signed texts", *"abcdef")
    meant = [replace(each, name="L_Z") for each in titled("Require that add-ins are signed")]
    assert found_titles("stop turning off add-in signing checks", [*others, *meant])[0] == meant[0].title


def test_an_id_need_not_say_for_whom_a_setting_is() -> None:
    odd = replace(own.UPDATES, id="pdates~policy~own", root="pdates~policy~own")
    assert search("updates of a device", [odd, own.USER_UPDATES]).settings == (odd,)


def test_what_is_below_itself_has_no_texts_of_elements() -> None:
    odd = replace(own.LEVEL, options=(replace(own.LEVEL.options[0], children=own.MACROS.options[1].children),))
    catalog = own.CATALOG.with_definitions([odd])
    assert not search("workbooks nowhere", [own.MACROS], catalog).all_words


def test_the_rarer_a_word_is_the_more_it_counts() -> None:
    common = [f"File {number} here" for number in range(8)]
    assert found_titles("nowhere file here cipher", titled(*common, "Cipher")) == ["Cipher"]


def test_a_word_counts_more_in_a_display_name_and_the_best_are_shown_alone() -> None:
    hidden = titled("Other", keywords=("Cipher",))
    shown = [replace(each, name="L_Z") for each in titled("Cipher of files", "Files")]
    others = [replace(each, name="L_Y") for each in titled(*"abcdefgh")]
    assert found_titles("cipher nowhere", [*hidden, *others, *shown]) == ["Cipher of files"]
    assert found_titles("cipher nowhere", [*hidden, *others]) == ["Other"]


def test_deprecated_ones_come_last_where_no_setting_has_all_words_too() -> None:
    old, new = titled("Cipher", "Cipher (new)")
    found = search("cipher nowhere", [replace(old, deprecated=True), new, *titled("a", "b")])
    assert [each.title for each in found.settings] == ["Cipher (new)", "Cipher"]


def test_words_that_say_nothing_count_only_where_there_are_no_others() -> None:
    assert words_of("Block the macros from the Internet") == ["block", "macros", "internet"]
    assert words_of("The") == ["the"]
    assert stems_of("macros macro files signing turned running blocked installing is") == (
        ["macro", "file", "sign", "turn", "run", "block", "install"]
    )


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(file="word16"), [WORD_MACROS]),
        (Filters(scope="device"), [REPAIR, UPDATES]),
        (Filters(deprecated=True), [OLD]),
        (Filters(file="excel16", deprecated=False), [MACROS]),
        (Filters(file="word16", scope="device"), []),
    ],
)
def test_filters(filters: Filters, found: list[str]) -> None:
    assert names(settings_in(own.CATALOG, filters)) == found


def test_settings_are_those_of_office_and_those_that_the_collection_brings() -> None:
    assert own.MAC not in ALL
    assert len(settings_in(built_in(), Filters())) == 2349
    assert names(search("legacy jscript", settings_in(built_in(), Filters())).settings)


def test_without_texts_policies_are_found_by_their_names() -> None:
    found = names(search("vba warnings", settings_in(built_in(), Filters(file="excel16"))).settings)
    assert found == ["excel16/L_VBAWarningsPolicy user"]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("excel16/L_OwnMacros", [MACROS]),
        (" EXCEL16 ; l_ownmacros ", [MACROS]),
        (own.MACROS.id.upper(), [MACROS]),
        # Those for users and those for devices, and the deprecated ones.
        ("office16/L_OwnUpdates", [USER_UPDATES, UPDATES]),
        ("excel16/L_OwnOldMacros", [OLD]),
        # An element leads to its setting, by its name, its id, and from any depth.
        ("excel16/L_OwnLevel", [MACROS]),
        (own.HOUR.id, [REPAIR]),
        ("office16/L_Hour", [REPAIR]),
        ("L_OwnMacros", []),
        ("excel16/", []),
        ("", []),
    ],
)
def test_what_a_key_can_mean(key: str, found: list[str]) -> None:
    assert names(settings_of(key, own.CATALOG)) == found


def test_the_setting_of_an_element_that_nobody_knows_is_not_made_up() -> None:
    assert settings_of(own.LEVEL.id, Catalog([own.LEVEL])) == ()
