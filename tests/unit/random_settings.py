# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random valid settings of the catalog that the collection brings, and what Graph and tools make of instances."""

from __future__ import annotations

import random
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Child, Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import (
    Choice,
    Group,
    Members,
    Setting,
    Settings,
    Simple,
    Value,
)

CATALOG = built_in()
ROOTS: tuple[Definition, ...] = tuple(
    found for each in CATALOG.ids() if (found := CATALOG.get(each)) is not None and found.is_setting
)
CHARACTERS = "abcXYZ 0123456789.,:;/\\-_'\"{}[]#&%äß漢🙂\n\t"


def random_text(rng: random.Random, low: int, high: int) -> str:
    special = ["", "0", "1", "true", "enabled", "disabled", "null", "007", " x ", "ÄÖ", "{{ x }}"]
    if rng.random() < 0.3:
        fitting = [each for each in special if low <= len(each) <= high]
        if fitting:
            return rng.choice(fitting)
    return "".join(rng.choice(CHARACTERS) for _number in range(rng.randint(low, min(high, 20))))


def simple(rng: random.Random, definition: Definition) -> Simple:
    low, high = definition.bounds
    if definition.value_type == "integer":
        ends = [low or 0, high or 0, *([definition.default] if isinstance(definition.default, int) else [])]
        return Simple("integer", rng.choice([*ends, rng.randint(low or 0, high or 0)]))
    return Simple("string", random_text(rng, low or 0, high or 100))


def value(rng: random.Random, definition: Definition) -> Value:
    low, high = definition.counts
    count = rng.randint(low or 0, min(high or 5, 5))
    if definition.kind == "choice":
        option = rng.choice(
            definition.options[-1:] if definition.is_setting and rng.random() < 0.7 else definition.options
        )
        return Choice(option.id, children(rng, option.children), (), option.id)
    if definition.kind == "simple":
        return simple(rng, definition)
    if definition.kind == "simple_list":
        return Members.of("simple_list", [simple(rng, definition) for _number in range(count)])
    assert definition.kind == "group_list"
    return Members.of("group_list", [Group(children(rng, definition.children)) for _number in range(count)])


def children(rng: random.Random, of: t.Sequence[Child]) -> Settings:
    chosen = [CATALOG.get(child.id) for child in of if child.required or rng.random() < 0.5]
    return Settings(setting(rng, definition) for definition in chosen if definition)


def setting(rng: random.Random, definition: Definition) -> Setting:
    return Setting(definition.id, value(rng, definition))


def policy(rng: random.Random, most: int = 12) -> Settings:
    """Return random settings; a part of them has many elements, or lists."""
    rich = [each for each in ROOTS if len(each.all_children) > 1 or "pdates" in each.id]
    pools = [rng.choice([ROOTS, rich, LISTS]) for _number in range(rng.randint(1, most))]
    return Settings(setting(rng, rng.choice(pool)) for pool in pools)


def _has_list(definition: Definition) -> bool:
    kinds = [found.kind for child in definition.all_children if (found := CATALOG.get(child.id))]
    return any(kind.endswith("_list") for kind in kinds)


LISTS = tuple(filter(_has_list, ROOTS))
DEEP = tuple(
    each
    for each in ROOTS
    if any(found.options and found.all_children for child in each.all_children if (found := CATALOG.get(child.id)))
)


def as_graph_shows(rng: random.Random, instances: t.Sequence[t.Any]) -> list[t.Any]:
    """Return instances as Graph or a tool shows them: numbered, in another order, with nulls and noise."""
    shown = [_noisy(rng, each) for each in instances]
    rng.shuffle(shown)
    return [
        {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting",
            "id": str(number),
            "settingInstance": each,
        }
        for number, each in enumerate(shown)
    ]


def _noisy(rng: random.Random, document: t.Any) -> t.Any:
    if isinstance(document, list):
        members = [_noisy(rng, each) for each in document]
        rng.shuffle(members)
        return members
    if not isinstance(document, dict):
        return document
    noisy = {name: _noisy(rng, member) for name, member in document.items()}
    if "settingDefinitionId" in noisy:
        noisy |= {"settingInstanceTemplateReference": None, "auditRuleInformation": None}
        if rng.random() < 0.2:
            noisy["settingDefinitionId"] = noisy["settingDefinitionId"].upper()
    elif "value" in noisy or "children" in noisy:
        noisy["settingValueTemplateReference"] = None
        if "children" in noisy:
            noisy |= {
                "children@odata.type": "#Collection(microsoft.graph.deviceManagementConfigurationSettingInstance)"
            }
            if rng.random() < 0.5:
                del noisy["@odata.type"]
    if rng.random() < 0.3:
        noisy |= {"#microsoft.graph.assign": {"title": "x"}, "newMember": None}
    return noisy
