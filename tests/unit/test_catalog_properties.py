# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random valid settings of Office: every way to write them means the same."""

from __future__ import annotations

import json
import random
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.changes import changes, sides, whole
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import KINDS, from_instances, instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.merge import merged, parse_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings, plain, same
from ansible_collections.m365.apps.plugins.module_utils._catalog.shorten import shorten
from ansible_collections.m365.apps.plugins.module_utils._catalog.validate import unknown_definitions, validate
from ansible_collections.m365.apps.tests.unit.random_settings import (
    CATALOG,
    DEEP,
    LISTS,
    ROOTS,
    as_graph_shows,
    policy,
    setting,
)

# Few for each push, ten times as many with the profiles many and thorough.
EXAMPLES = (settings.default or settings()).max_examples // 5
randoms = st.integers(0, 2**32).map(random.Random)


def untrue(rng: random.Random, given_settings: Settings) -> list[str]:
    """Return what of all that is true of valid settings is not true of these."""
    sent = instances(given_settings)
    shown = from_instances(json.loads(json.dumps(as_graph_shows(rng, sent))))
    claims = {
        "they are valid": validate(given_settings, CATALOG) == (),
        "their definitions are known": unknown_definitions(given_settings, CATALOG) == frozenset(),
        "what is sent is read as them": from_instances(sent) == given_settings,
        "what Graph shows is read as them": shown == given_settings,
        "what Graph shows is the same": same(shown, given_settings),
        "what Graph shows is as plain": plain(shown) == plain(given_settings),
        "what Graph shows has their hash": hash(shown) == hash(given_settings),
    }
    for explicit in (False, True):
        entries = shorten(given_settings, CATALOG, explicit)
        compiled = compile_settings(json.loads(json.dumps(entries)), CATALOG)
        raw = [entry for entry in entries if "raw" in entry and not repeats_a_name(entry)]
        claims |= {
            f"what Graph shows is written the same, explicit={explicit}": shorten(shown, CATALOG, explicit) == entries,
            f"what is written means them, explicit={explicit}": compiled == given_settings,
            f"nothing is written raw without need, explicit={explicit}": not raw,
        }
    return [claim for claim, is_true in claims.items() if not is_true]


def repeats_a_name(entry: t.Any) -> bool:
    """Tell whether a list of names with values has one name more than once: the language writes it as a mapping."""
    texts = json.dumps(entry)
    return "groupSettingCollectionValue" in texts


@settings(max_examples=EXAMPLES)
@given(randoms)
def test_every_spelling_of_settings_means_the_same(rng: random.Random) -> None:
    assert untrue(rng, policy(rng)) == []


@settings(max_examples=EXAMPLES)
@given(randoms)
def test_nothing_in_the_shortest_spelling_can_be_left_out(rng: random.Random) -> None:
    found = policy(rng, most=3)
    for entry in shorten(found, CATALOG):
        for key in entry.keys() - {"setting", "raw"}:
            shorter = {name: value for name, value in entry.items() if name != key}
            assert means(shorter) != means(entry)
        for element in entry.get("values", {}):
            fewer = {name: value for name, value in entry["values"].items() if name != element}
            assert means({**entry, "values": fewer}) != means(entry)


def means(entry: dict[str, t.Any]) -> t.Any:
    """Return what an entry means, None where it is refused."""
    try:
        return compile_settings([entry], CATALOG)
    except SettingsError:
        return None


@settings(max_examples=EXAMPLES)
@given(randoms)
def test_changes_lead_from_one_policy_to_the_other(rng: random.Random) -> None:
    before = policy(rng)
    after = Settings([*policy(rng).values(), *list(before.values())[::2]])
    after = after.with_settings(setting(rng, found) for each in list(before)[:3] if (found := CATALOG.get(each)))
    told = changes(before, after, CATALOG)
    change = parse_settings(
        {
            "add": [*told.added, *shorten(Settings(after[key] for key in after if key in before), CATALOG)],
            "remove": [
                {name: entry[name] for name in ("setting", "scope") if name in entry}
                for entry in told.removed
                if "setting" in entry
            ]
            + [entry["raw"]["settingDefinitionId"] for entry in told.removed if "raw" in entry],
        },
        CATALOG,
    )
    assert merged(change, before, CATALOG) == after
    assert len(told.added) == len(after.keys() - before.keys())
    assert len(told.removed) == len(before.keys() - after.keys())
    assert len(told.changed) == sum(before[key] != after[key] for key in before.keys() & after.keys())
    assert all(entry["before"] != entry["after"] for entry in told.changed)
    left, right = sides(before, after, CATALOG)
    assert (left == right) is (before == after)
    assert not [name for name in left if name in right and left[name] == right[name]]
    assert changes(after, after, CATALOG) == changes(Settings(), Settings(), CATALOG)
    assert sides(Settings(), after, CATALOG) == ({}, whole(after, CATALOG))


@pytest.mark.parametrize("definitions", [LISTS, DEEP], ids=["lists", "three levels"])
def test_policies_with_lists_and_of_three_levels(definitions: t.Any) -> None:
    assert definitions
    rng = random.Random(1)
    assert untrue(rng, Settings(setting(rng, each) for each in definitions)) == []


def test_every_policy_of_office() -> None:
    rng = random.Random(2)
    for _round in range(1 + EXAMPLES // 100):
        entries = [entry for each in ROOTS for entry in shorten(Settings([setting(rng, each)]), CATALOG)]
        found = compile_settings(entries, CATALOG)
        assert len(found) == len(ROOTS)
        assert from_instances(as_graph_shows(rng, instances(found))) == found
        assert validate(found, CATALOG) == ()


texts = st.sampled_from(
    ["excel16/L_VBAWarningsPolicy", "office16/L_DocumentInspector", "office16/L_AllowedCOMAddins", "x", "", "enabled"]
    + [
        "outlk16/L_OutlookSecurityMode",
        "L_empty4",
        "L_empty29",
        "@odata.type",
        "settingDefinitionId",
        "settingInstance",
    ]
    + [f"#microsoft.graph.deviceManagementConfiguration{name}" for name in KINDS]
    + [member for _kind, member in KINDS.values()]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.text(max_size=5) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts | st.integers(), inner, max_size=4)
        | st.fixed_dictionaries(
            {}, optional={"setting": texts, **dict.fromkeys(("scope", "state", "value", "values"), inner)}
        )
        | st.fixed_dictionaries({"raw": inner})
        | st.fixed_dictionaries({"@odata.type": texts, "settingDefinitionId": texts, "simpleSettingValue": inner})
        | st.fixed_dictionaries({"@odata.type": texts, "settingDefinitionId": texts, "choiceSettingValue": inner})
        | st.fixed_dictionaries({"value": inner, "children": st.lists(inner, max_size=2)})
    ),
    max_leaves=8,
)


def outcome(read: t.Callable[[], Settings]) -> Settings | SettingsError:
    try:
        return read()
    except SettingsError as error:
        return error


@settings(max_examples=5 * EXAMPLES)
@given(anything)
def test_what_is_given_is_understood_or_refused_in_one_sentence(given_value: t.Any) -> None:
    for option in (given_value, [given_value], {"add": [given_value], "remove": given_value}):
        found = outcome(lambda option=option: merged(parse_settings(option, CATALOG), Settings(), CATALOG))  # type: ignore[misc]
        if isinstance(found, SettingsError):
            assert found.problems
            assert "\n" not in str(found)
        else:
            assert compile_settings(shorten(found, CATALOG), CATALOG) == found
            assert from_instances(instances(found)) == found


@settings(max_examples=5 * EXAMPLES)
@given(st.lists(anything, max_size=3))
def test_what_graph_shows_is_read_or_refused_in_one_sentence(shown: list[t.Any]) -> None:
    found = outcome(lambda: from_instances(shown))
    if isinstance(found, SettingsError):
        assert "\n" not in str(found)
    else:
        entries = shorten(found, CATALOG)
        assert (outcome(lambda: compile_settings(entries, CATALOG)) == found) is (validate(found, CATALOG) == ())
