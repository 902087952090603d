# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random ADMX policies in random states: what a state wrote is told to be just that state, or not to be decidable."""

from __future__ import annotations

import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.plugin_utils._admx.decide import (
    DECIDED,
    MOST_READINGS,
    NOT_CONFIGURED,
    OPEN,
    Reading,
    decide,
)
from ansible_collections.m365.apps.plugins.plugin_utils._admx.model import Policy
from ansible_collections.m365.apps.plugins.plugin_utils._admx.policies import admx_of
from ansible_collections.m365.apps.plugins.plugin_utils._admx.registry import DELETED, Data, Place, Registry
from ansible_collections.m365.apps.tests.unit import admx_model as model


def policy_of(spec: model.Spec) -> Policy:
    policy = admx_of(model.xml_of([spec]).encode()).get(spec["name"].upper())
    assert policy is not None
    return policy


def registry_of(
    written: t.Mapping[tuple[str, str], model.Value | None], names: t.Mapping[str, str] | None = None
) -> Registry:
    return {
        Place.of(key, (names or {}).get(name, name)): DELETED if value is None else Data(*value)
        for (key, name), value in written.items()
    }


def spelled(spec: model.Spec, values: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return the names of list members as they were typed, by their lower case."""
    lists = [values[each["id"]] for each in spec["elements"] if each["form"] == "list" and each["id"] in values]
    return {name.lower(): name for members in lists for name in members}


def said(spec: model.Spec, values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the values of elements as the decision has them: of an enum the registry value of its item."""
    found = dict(values)
    for element in spec["elements"]:
        if element["form"] == "enum" and element["id"] in found:
            value = element["items"][found[element["id"]]][0]
            found[element["id"]] = None if value is None else value[1]
    return found


def same(reading: Reading, state: str, values: t.Mapping[str, t.Any]) -> bool:
    plain = {name: sorted(value) if isinstance(value, list) else value for name, value in reading.values.items()}
    wanted = {name: sorted(value) if isinstance(value, list) else value for name, value in values.items()}
    return reading.state == state and plain == wanted and not reading.missing


@given(st.data())
def test_what_a_state_wrote_is_told_to_be_that_state_where_no_other_writes_the_same(data: st.DataObject) -> None:
    spec = data.draw(model.policies())
    state, values = data.draw(model.states(spec))
    written = model.there(model.applied(spec, state, values))
    policy, registry = policy_of(spec), registry_of(written, spelled(spec, values))
    if policy.shared:
        assert decide(policy, registry).outcome in (OPEN, NOT_CONFIGURED)
        return
    decision = decide(policy, registry, whole=True)
    twins = [each for each in model.all_states(spec, values) if model.there(model.applied(spec, *each)) == written]
    if not written:
        assert decision.outcome == NOT_CONFIGURED
    elif len(twins) == 1:
        assert decision.outcome == DECIDED, decision
        assert decision.reading is not None
        assert same(decision.reading, state, said(spec, values))
    else:
        assert decision.outcome == OPEN, twins
        told = len(decision.readings) >= MOST_READINGS
        assert told or any(same(each, state, said(spec, values)) for each in decision.readings)


@given(st.data())
def test_a_part_of_what_a_state_wrote_is_never_told_to_be_another_state(data: st.DataObject) -> None:
    spec = data.draw(model.policies())
    state, values = data.draw(model.states(spec))
    written = model.there(model.applied(spec, state, values))
    kept = data.draw(st.sets(st.sampled_from(sorted(written)))) if written else set()
    part = {place: written[place] for place in kept}
    decision = decide(policy_of(spec), registry_of(part, spelled(spec, values)))
    if decision.outcome == DECIDED:
        assert decision.reading is not None
        assert decision.reading.state == state
        for name, value in decision.reading.values.items():
            wanted = said(spec, values)[name]
            # Of a list a part is a part; what writes nothing may be what lost all that it wrote.
            if isinstance(value, (list, dict)):
                assert set(value) <= set(wanted)
            elif name not in decision.reading.silent:
                assert value == wanted
    else:
        assert decision.outcome == (OPEN if part else NOT_CONFIGURED)


@given(st.data())
def test_a_backup_of_group_policy_also_says_what_was_removed(data: st.DataObject) -> None:
    spec = data.draw(model.policies())
    state, values = data.draw(model.states(spec))
    written = model.applied(spec, state, values)
    policy = policy_of(spec)
    if policy.shared or not written:
        return
    decision = decide(policy, registry_of(written, spelled(spec, values)), whole=True)
    readings = [decision.reading] if decision.reading else list(decision.readings)
    assert len(readings) >= MOST_READINGS or any(same(each, state, said(spec, values)) for each in readings)


@given(model.policies(), st.dictionaries(st.sampled_from(["Toggle", "Side1", "E0", "E1", "E0Side"]), model.VALUES))
def test_values_that_no_state_writes_are_never_decided(spec: model.Spec, values: dict[str, t.Any]) -> None:
    written = {(model.KEY.lower(), name.lower()): value for name, value in values.items() if value is not None}
    decision = decide(policy_of(spec), registry_of(written), whole=True)
    if decision.outcome == DECIDED:
        assert decision.reading is not None
        reading = decision.reading
        numbers = {
            element["id"]: [
                number
                for number, (value, _side) in enumerate(element["items"])
                if (None if value is None else value[1]) == reading.values.get(element["id"], ...)
            ]
            for element in spec["elements"]
            if element["form"] == "enum" and element["id"] in reading.values
        }
        found = [
            model.there(model.applied(spec, reading.state, {**reading.values, **chosen}))
            for chosen in _choices(numbers)
        ]
        own = {place: value for place, value in written.items() if Place.of(*place) in policy_of(spec).places}
        assert own in found


def _choices(numbers: dict[str, list[int]]) -> list[dict[str, int]]:
    found: list[dict[str, int]] = [{}]
    for name, options in numbers.items():
        found = [{**each, name: option} for each in found for option in options]
    return found
