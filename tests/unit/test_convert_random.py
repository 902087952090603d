# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random ADMX policies with a definition of the same shape: what was set is what the new definition says."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Child, Definition
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Choice, Group, Members, Setting, Simple
from ansible_collections.m365.apps.plugins.plugin_utils._admx.decide import DECIDED, decide
from ansible_collections.m365.apps.plugins.plugin_utils._admx.policies import admx_of
from ansible_collections.m365.apps.plugins.plugin_utils._admx.registry import Data, Place
from ansible_collections.m365.apps.plugins.plugin_utils._convert.convert import (
    OPEN,
    Converter,
)
from ansible_collections.m365.apps.tests.unit import admx_model as model
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.convert_samples import (
    item,
    made_of,
)


def _catalog_of(spec: model.Spec) -> Catalog:
    setting = own.toggle("own16", spec["name"], "", *(each["id"].lower() for each in spec["elements"]))
    found: list[Definition] = [setting]
    for each in spec["elements"]:
        if each["form"] == "boolean":
            found.append(own.choice(setting, each["id"], {0: "", 1: ""}, default=1))
        elif each["form"] == "enum":
            values = {value[1] for value, _side in each["items"] if value is not None}
            found.append(own.choice(setting, each["id"], dict.fromkeys(values, "")))
        elif each["form"] == "decimal":
            found.append(own.element(setting, each["id"], value_type="integer", default=3))
        elif each["form"] == "text":
            found.append(own.element(setting, each["id"], value_type="string", default=""))
        elif each["explicit"]:
            pair = [f"{setting.id}_{each['id'].lower()}_{end}" for end in ("key", "value")]
            group = own.element(setting, each["id"], "group_list", counts=(1, 600))
            found.append(replace(group, children=tuple(Child(name, True) for name in pair)))
            names = zip(pair, ("key", "value"), strict=True)
            found += [Definition(name, setting.id, "user", "own16", end, "simple", "string") for name, end in names]
        else:
            found.append(own.element(setting, each["id"], "simple_list", value_type="string"))
    return Catalog(found)


def _said(setting: Setting) -> t.Any:
    """Return what a setting says, by the ends of the ids."""
    value = setting.value
    if isinstance(value, Choice):
        return (value.option, {name: _said(child) for name, child in value.children.items()})
    if isinstance(value, Simple):
        return value.value
    assert isinstance(value, Members)
    pairs = [sorted(_said(each) for each in part.children.values()) for part in value.given if isinstance(part, Group)]
    return sorted(pairs) or sorted(part.value for part in value.given)


def _wanted(spec: model.Spec, definition_id: str, state: str, values: t.Mapping[str, t.Any]) -> t.Any:
    found: dict[str, t.Any] = {}
    for each in spec["elements"] if state == "enabled" else ():
        name, value = f"{definition_id}_{each['id'].lower()}", values[each["id"]]
        if each["form"] in ("boolean", "enum"):
            number = int(value) if each["form"] == "boolean" else each["items"][value][0][1]
            found[name] = (f"{name}_{str(number).lower()}", {})
        elif each["form"] == "list":
            found[name] = sorted(sorted(pair) for pair in value.items()) if each["explicit"] else sorted(value)
        else:
            found[name] = value
    return (f"{definition_id}_{int(state == 'enabled')}", found)


@given(st.data())
def test_what_a_state_wrote_becomes_that_state_and_nothing_else(data: st.DataObject) -> None:
    spec = data.draw(model.policies())
    state, values = data.draw(model.states(spec))
    there = model.there(model.applied(spec, state, values))
    names = {name.lower(): name for each in values.values() if isinstance(each, (list, dict)) for name in each}
    items = [item("own16;l_own", names.get(name, name), value, kind) for (_key, name), (kind, value) in there.items()]
    admx = admx_of(model.xml_of([spec]).encode())
    converter = Converter(t.cast("t.Any", {"own16": admx}), _catalog_of(spec))
    made = made_of(converter, *items)
    assert len(made["payload_items"]) == len(items)
    if made["definition"] is None:
        assert all(each["status"] == OPEN and each["reason"] for each in made["payload_items"])
        return
    [setting] = compile_settings(made["definition"]["settings"], converter.catalog).values()
    assert _said(setting) == _wanted(spec, setting.id, state, values)


@given(st.data())
def test_what_is_decided_whole_is_converted_where_the_catalog_has_its_elements(data: st.DataObject) -> None:
    spec = data.draw(model.policies())
    state, values = data.draw(model.states(spec))
    there = model.there(model.applied(spec, state, values))
    admx = admx_of(model.xml_of([spec]).encode())
    policy = admx.get("L_Own")
    assert policy is not None
    names = {name.lower(): name for each in values.values() if isinstance(each, (list, dict)) for name in each}
    registry = {Place.of(key, names.get(name, name)): Data(*value) for (key, name), value in there.items()}
    reading = decide(policy, registry).reading
    # Lists take any name, and items have no key to tell two lists by.
    one_list = sum(each["form"] == "list" for each in spec["elements"]) < 2
    if reading is None or reading.missing or None in reading.values.values() or not one_list:
        return
    if {place.name for place in policy.places} & names.keys():
        return
    items = [item("own16;l_own", place.spelled, value.value, value.type) for place, value in registry.items()]
    converter = Converter(t.cast("t.Any", {"own16": admx}), _catalog_of(spec))
    made = made_of(converter, *items)
    assert decide(policy, registry).outcome == DECIDED
    assert made["complete"], made["payload_items"][0]["reason"]
