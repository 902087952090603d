# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random pairs of a live and a desired state, with the options of a run (Hypothesis strategies)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order, Unlisted
from ansible_collections.m365.apps.plugins.module_utils._office.fields import FIELDS, INLINE_FIELDS, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import CAPABILITIES
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, GroupChange, State
from ansible_collections.m365.apps.plugins.module_utils._policy.limits import Limit
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import changed_policy, office_item, office_policy

GROUPS = {f"Group {letter}": f"{number}0000000-0000-4000-8000-000000000000" for number, letter in enumerate("ABCD")}
NAMES = ("One", "Two", "Three", "Four", "Five", "Six", "Seven")

Case = tuple[MemoryTenant, list[DesiredPolicy], RunOptions]

scalars = st.sampled_from([0, 1, True, False, "0", "1", None, 1.5])
settings_list = st.lists(
    st.fixed_dictionaries({"settingId": st.sampled_from("abcdef"), "value": scalars}),
    max_size=4,
    unique_by=lambda setting: str(setting["settingId"]),
)
payloads: st.SearchStrategy[t.Any] = st.one_of(
    st.just({}),
    settings_list,
    st.dictionaries(st.sampled_from(["k", "l"]), st.one_of(scalars, settings_list, st.lists(scalars)), max_size=2),
)
group_ids = st.lists(st.sampled_from(sorted(GROUPS.values())), unique=True, max_size=4)
group_refs = st.lists(st.sampled_from([*GROUPS, *GROUPS.values()]), unique=True, max_size=3).map(tuple)


TABLES = st.sampled_from([FIELDS, INLINE_FIELDS])


@st.composite
def live_policies(draw: st.DrawFn) -> list[Policy]:
    """Up to six policies with unique names, ids and priorities."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    numbers = draw(st.lists(st.integers(0, 8), unique=True, min_size=len(names), max_size=len(names)))
    return [
        office_policy(
            f"id-{name}",
            draw(st.sampled_from(list(KINDS.values()))),
            name,
            draw(st.sampled_from(["", "x"])),
            number,
            policy_payload=draw(payloads),
            user_preference_payload=draw(payloads),
            assignments=tuple(Assignment(group_id, f"a-{group_id}") for group_id in draw(group_ids)),
        )
        for name, number in zip(names, numbers, strict=True)
    ]


@st.composite
def group_changes(draw: st.DrawFn) -> GroupChange:
    """An exact list, or groups to add and to remove that do not overlap."""
    if draw(st.booleans()):
        return GroupChange(exact=draw(group_refs))
    add = draw(group_refs)
    gone = {GROUPS.get(group, group) for group in add}
    remove = tuple(group for group in draw(group_refs) if GROUPS.get(group, group) not in gone)
    return GroupChange(add=add, remove=remove)


@st.composite
def desired_policies(draw: st.DrawFn, live: list[Policy]) -> list[DesiredPolicy]:
    """Desired policies for live and new policies; some of them cannot be met."""
    by_name = {policy.display_name: policy for policy in live}
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5))
    desired: list[DesiredPolicy] = []
    for name in names:
        policy = by_name.get(name)
        values: dict[str, t.Any] = {"display_name": name}
        if policy is not None and draw(st.booleans()):
            values = {"id": policy.id}
            if draw(st.integers(0, 3)) == 0:
                values["display_name"] = draw(st.sampled_from(NAMES))
        if draw(st.integers(0, 5)) == 0:
            desired.append(office_item(label=f"policies[{len(desired)}]", state=State.ABSENT, **values))
            continue
        for option, strategy in {
            "description": st.sampled_from(["", "x", "y"]),
            "priority": st.integers(0, 8),
            "policy_payload": payloads
            if policy is None
            else st.one_of(payloads, lookalikes(policy.value("policy_payload"))),
            "user_preference_payload": payloads,
            "groups": group_changes(),
        }.items():
            if draw(st.booleans()):
                values[option] = draw(strategy)
        desired.append(office_item(label=f"policies[{len(desired)}]", **values))
    return desired


def lookalikes(payload: t.Any) -> st.SearchStrategy[t.Any]:
    """The payload with 1 for true, 0 for false and the other way round: easily taken for equal."""

    def swapped(value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return {key: swapped(member) for key, member in value.items()}
        if isinstance(value, list):
            return [swapped(member) for member in value]
        return (int(value) if isinstance(value, bool) else bool(value)) if value in (0, 1) else value

    return st.sampled_from([payload, swapped(payload), payload[::-1] if isinstance(payload, list) else payload])


@st.composite
def reorderings(draw: st.DrawFn, live: list[Policy]) -> list[DesiredPolicy]:
    """Desired policies with numbers that are all or nearly all taken: moves, swaps, deletions and newcomers."""
    desired: list[DesiredPolicy] = []
    for policy in draw(st.permutations(live)):
        values: dict[str, t.Any] = {"label": f"policies[{len(desired)}]", "id": policy.id}
        match draw(st.sampled_from(["move", "move", "delete", "leave"])):
            case "move":
                desired.append(office_item(**values, priority=draw(st.integers(0, len(live) + 2))))
            case "delete":
                desired.append(office_item(**values, state=State.ABSENT))
    if draw(st.booleans()):
        number = draw(st.one_of(st.just(UNSET), st.integers(0, len(live))))
        desired.append(office_item(label=f"policies[{len(desired)}]", display_name="New", priority=number))
    return desired


@st.composite
def orders(draw: st.DrawFn, live: list[Policy]) -> Order:
    """A declared order of some of the names there are or may be."""
    names = [policy.display_name for policy in live] or ["New"]
    if draw(st.integers(0, 4)) == 0:
        names = [*NAMES, *(str(policy.id) for policy in live)]
    return Order(
        tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=5))), draw(st.sampled_from(Unlisted))
    )


@st.composite
def guards(draw: st.DrawFn) -> Guards:
    """Pruning with and without scope and protection, and limits that often bite."""
    limits = st.sampled_from([None, Limit(0), Limit(1), Limit(3), Limit(50, percent=True), Limit(100, percent=True)])
    prune = Prune(
        kinds=draw(st.sampled_from([(), ("windows",), ("windows", "office")])),
        names=draw(st.sampled_from([("*",), ("T*",), ("One", "F*")])),
    )
    protect = draw(st.sampled_from([(), ("S*",), ("*e",)]))
    return Guards(draw(st.sampled_from([None, prune])), protect, draw(limits), draw(limits))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A live state, a desired one, and the options of the run."""
    live = draw(live_policies())
    capabilities = replace(
        CAPABILITIES,
        fields=draw(st.sampled_from([FIELDS, INLINE_FIELDS])),
        batch_size=draw(st.sampled_from([1, 2, 20])),
    )
    order = draw(st.one_of(st.none(), st.none(), orders(live)))
    options = RunOptions(order=order, guards=draw(st.one_of(st.just(Guards()), guards())))
    if draw(st.booleans()):
        return MemoryTenant.of(live, capabilities), draw(desired_policies(live)), options
    numbers = draw(st.permutations(range(len(live))))
    live = [changed_policy(policy, priority=number) for policy, number in zip(live, numbers, strict=True)]
    return MemoryTenant.of(live, capabilities), draw(reorderings(live)), options
