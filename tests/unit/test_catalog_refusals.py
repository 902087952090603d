# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Graph would refuse is refused here first, and nothing else: held against the rules that the emulator has.

The emulator reads the lines of the catalog, and has its rules, by code of its own.
"""

from __future__ import annotations

import json
import random
import typing as t
from collections import Counter

import pytest
from hypothesis import settings

from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import PREFIX, instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError
from ansible_collections.m365.apps.tests.unit.random_settings import CATALOG, ROOTS, policy
from graph_emulator.errors import Refused
from graph_emulator.graph.catalog.sources import builtin

Json = dict[str, t.Any]
# For each push; ten times as many with the profile many.
SEEDS = (settings.default or settings()).max_examples // 3
DEFINITIONS = builtin()


def graph_refuses(documents: t.Sequence[Json]) -> str:
    """Return what the emulator says of instances, "" where it takes them."""
    try:
        DEFINITIONS.check([{"settingInstance": each} for each in documents])
    except Refused as refused:
        return str(refused) or "refused"
    return ""


def we_refuse(documents: t.Sequence[Json]) -> str:
    try:
        compile_settings([{"raw": each} for each in documents], CATALOG)
    except SettingsError as error:
        return str(error)
    return ""


def instances_in(document: t.Any) -> t.Iterator[Json]:
    """Yield an instance and all below it."""
    if isinstance(document, list):
        for each in document:
            yield from instances_in(each)
    elif isinstance(document, dict):
        if "settingDefinitionId" in document:
            yield document
        for each in document.values():
            yield from instances_in(each)


def holders_of(documents: list[Json]) -> list[Json]:
    """Return everything that has children."""
    choices = [each.get("choiceSettingValue") for each in instances_in(documents)]
    groups = [group for each in instances_in(documents) for group in each.get("groupSettingCollectionValue", ())]
    return [each for each in [*choices, *groups] if each]


def of_kind(documents: list[Json], member: str) -> list[Json]:
    return [each for each in instances_in(documents) if member in each]


def lose_a_child(rng: random.Random, documents: list[Json]) -> None:
    children = rng.choice([each for each in holders_of(documents) if each["children"]])["children"]
    children.remove(rng.choice(children))


def raise_a_child(rng: random.Random, documents: list[Json]) -> None:
    children = rng.choice([each for each in holders_of(documents) if each["children"]])["children"]
    documents.append(rng.choice(children))


def adopt_a_stranger(rng: random.Random, documents: list[Json]) -> None:
    stranger: t.Any = instances_of(rng)
    rng.choice(holders_of(documents))["children"].append(rng.choice(list(instances_in(stranger))))


def repeat_a_setting(rng: random.Random, documents: list[Json]) -> None:
    documents.append(rng.choice(documents))


def repeat_a_child(rng: random.Random, documents: list[Json]) -> None:
    children = rng.choice([each for each in holders_of(documents) if each["children"]])["children"]
    children.append(rng.choice(children))


def take_another_option(rng: random.Random, documents: list[Json]) -> None:
    chosen = rng.choice(of_kind(documents, "choiceSettingValue"))
    definition = CATALOG.get(chosen["settingDefinitionId"])
    assert definition
    others = [option.id for option in definition.options]
    chosen["choiceSettingValue"]["value"] = rng.choice([*others, f"{definition.id}_9", "x"])


def change_a_value(rng: random.Random, documents: list[Json]) -> None:
    chosen = rng.choice(of_kind(documents, "simpleSettingValue"))["simpleSettingValue"]
    kind, value = rng.choice(
        [("String", ""), ("String", "x" * 64), ("String", "x" * 1024), ("String", "x" * 3000), ("Secret", "x")]
        + [("Integer", number) for number in (-1, 0, 1, 15, 101, 10_000, 2**33)]
    )
    chosen |= {"@odata.type": f"{PREFIX}{kind}SettingValue", "value": value}


def change_a_count(rng: random.Random, documents: list[Json]) -> None:
    member = rng.choice(["simpleSettingCollectionValue", "groupSettingCollectionValue"])
    chosen = rng.choice(of_kind(documents, member))
    chosen[member] = rng.choice([[], chosen[member][:1], chosen[member][:1] * 601, chosen[member][:1] * 1001])


def change_a_type(rng: random.Random, documents: list[Json]) -> None:
    chosen = rng.choice(list(instances_in(documents)))
    value = {"@odata.type": f"{PREFIX}StringSettingValue", "value": "x"}
    forms: list[tuple[str, str, t.Any]] = [
        ("SimpleSettingInstance", "simpleSettingValue", value),
        ("ChoiceSettingInstance", "choiceSettingValue", {"value": "x"}),
        ("SimpleSettingCollectionInstance", "simpleSettingCollectionValue", [value]),
        ("GroupSettingCollectionInstance", "groupSettingCollectionValue", [{"children": []}]),
    ]
    name, member, content = rng.choice(forms)
    own = chosen["settingDefinitionId"]
    chosen.clear()
    chosen |= {"@odata.type": PREFIX + name, "settingDefinitionId": own, member: json.loads(json.dumps(content))}


def misplace_a_member(rng: random.Random, documents: list[Json]) -> None:
    """Give an instance or a value what only another type of Graph's has."""
    chosen = rng.choice(list(instances_in(documents)))
    value = next(each for name, each in chosen.items() if name.endswith("Value"))
    content = value if isinstance(value, dict) else value[0]
    if "children" in content and rng.random() < 0.3:
        content["@odata.type"] = f"{PREFIX}{rng.choice(['StringSettingValue', 'SettingGroupInstance', 'NewValue'])}"
    else:
        others = {"settingDefinitionId", "simpleSettingValue", "groupSettingValue", "children", "valueState", "note"}
        part = rng.choice([chosen, content])
        part[rng.choice(sorted(others - part.keys()))] = "x"


MUTATIONS: tuple[t.Callable[[random.Random, list[Json]], None], ...] = (
    *(lose_a_child, raise_a_child, adopt_a_stranger, repeat_a_setting, repeat_a_child),
    *(take_another_option, change_a_value, change_a_count, change_a_type, misplace_a_member),
)


def instances_of(rng: random.Random) -> list[Json]:
    made: list[Json] = json.loads(json.dumps(instances(policy(rng, most=3))))
    return made


def tried(mutation: t.Callable[[random.Random, list[Json]], None], seeds: range) -> Counter[bool]:
    """Hold both against each other; count what was taken and what was refused."""
    found: Counter[bool] = Counter()
    for seed in seeds:
        rng = random.Random(f"{mutation.__name__}{seed}")
        documents = instances_of(rng)
        try:
            mutation(rng, documents)
        except IndexError:
            # There is nothing to choose from.
            continue
        documents = json.loads(json.dumps(documents))
        graph, ours = graph_refuses(documents), we_refuse(documents)
        assert bool(graph) is bool(ours), (graph, ours, documents)
        found[bool(ours)] += 1
    return found


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_what_the_emulator_refuses_and_what_we_refuse_is_the_same(mutation: t.Any) -> None:
    assert tried(mutation, range(SEEDS))[True] > 0


def test_every_default_is_taken() -> None:
    """Also the one that lies outside its own bounds."""
    for definition in ROOTS:
        try:
            made = instances(compile_settings([{"setting": definition.id}], CATALOG))
        except SettingsError:
            # It has elements without a default.
            continue
        assert graph_refuses(made) == "", definition.id
