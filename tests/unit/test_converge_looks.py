# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that change while they are read: whatever is renamed between pages, nothing is made twice, and nothing that
either look shows is called absent.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from unittest import mock

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.looks import is_missing_any, together, whole_list
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, distinct
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Heard, PolicyWrite, Result
from ansible_collections.m365.apps.tests.unit.test_converge_surfaces import OtherTenant, item, live, run

NAMES = "abcdefgh"
# After which page of a list which policy (by its first name) gets which name.
Rename = tuple[int, str, str]


@dataclass
class RestlessTenant(OtherTenant):
    """Lists come in pages that are cut by name, and after each page somebody renames policies, by a script: one step
    for each list. ``shown`` are all policies that any list showed, each as it was shown last.
    """

    page: int = 2
    script: list[list[Rename]] = field(default_factory=list)
    shown: dict[str, Policy] = field(default_factory=dict)

    def list_policies(self, _expect: t.Any = None) -> tuple[Policy, ...]:
        renames = self.script[self.listings] if self.listings < len(self.script) else []
        self.listings += 1
        found: list[Policy] = []
        number = 0
        resume: tuple[str, str] | None = None
        while True:
            rest = sorted(
                (policy for policy in self.policies.values() if resume is None or _place(policy) > resume), key=_place
            )
            rows = rest[: self.page]
            found += [self._listed(policy) for policy in rows]
            for after, who, name in renames:
                if after == number:
                    self._rename(f"id-{who}", name)
            number += 1
            if len(rest) <= self.page:
                break
            resume = _place(rows[-1])
        self.capabilities = replace(self.capabilities, restless=number > 1)
        looked = distinct(found)
        self.shown.update({str(policy.id): policy for policy in looked})
        return looked

    def _rename(self, policy_id: str, name: str) -> None:
        if policy_id in self.policies and name not in {policy.display_name for policy in self.policies.values()}:
            self.policies[policy_id] = self.policies[policy_id].with_values({"display_name": name})

    def write(
        self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str], heard: Heard | None = None
    ) -> list[Result]:
        """Send writes. A policy that no look showed is not known."""
        return super().write(writes, {*known_ids, *self.policies}, heard)


def _place(policy: Policy) -> tuple[str, str]:
    return policy.display_name.lower(), str(policy.id)


renames = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=4)


@st.composite
def asked(draw: st.DrawFn) -> list[DesiredPolicy]:
    """Return items by name and by id, each name and id in one of them."""
    items = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=4)):
        state = draw(st.sampled_from([State.PRESENT, State.ABSENT]))
        by_id = draw(st.booleans())
        items.append(DesiredPolicy("", state, f"id-{name}") if by_id else item(name, state))
    return items


def tenant_of(names: t.Iterable[str], page: int, script: list[list[Rename]]) -> RestlessTenant:
    return RestlessTenant({f"id-{name}": live(name) for name in names}, page=page, script=script)


def brought(tenant: RestlessTenant, items: t.Sequence[DesiredPolicy]) -> Outcome | UserError:
    """Return what a run brings. What it made or deleted does not count as shown any more."""
    try:
        return run(tenant, *items)
    except UserError as error:
        assert not tenant.writes
        return error


some_names = st.sets(st.sampled_from(NAMES))
pages = st.integers(1, 3)


@given(names=some_names, page=pages, items=asked(), first=renames, second=renames)
def test_what_either_look_shows_is_not_made_and_not_called_absent(
    names: set[str], page: int, items: list[DesiredPolicy], first: list[Rename], second: list[Rename]
) -> None:
    tenant = tenant_of(names, page, [first, second])
    outcome = brought(tenant, items)
    shown = {policy.display_name for policy in tenant.shown.values()}
    if isinstance(outcome, UserError):
        missing = [one for one in items if one.id is not None and one.id not in tenant.shown]
        assert "the tenant has no policy with this id" not in str(outcome) or missing
        return
    for place, planned in enumerate(outcome.items):
        wanted = planned.desired
        if planned.before is None:
            assert wanted.id not in tenant.shown
            assert wanted.display_name not in shown, (place, outcome.statuses)


@given(names=some_names, page=pages, items=asked(), first=renames)
def test_where_the_second_look_is_quiet_no_name_is_there_twice_and_nothing_is_missed(
    names: set[str], page: int, items: list[DesiredPolicy], first: list[Rename]
) -> None:
    tenant = tenant_of(names, page, [first])
    outcome = brought(tenant, items)
    left = [policy.display_name for policy in tenant.policies.values()]
    assert len(set(left)) == len(left)
    if isinstance(outcome, UserError):
        ids = [one for one in items if one.id is not None and one.id not in {f"id-{name}" for name in names}]
        assert "the tenant has no policy with this id" not in str(outcome) or ids
        return
    for planned in outcome.items:
        if planned.desired.state is State.ABSENT and planned.before is None:
            assert planned.desired.display_name not in left
            assert planned.desired.id not in tenant.policies


@given(names=some_names, page=pages, items=asked(), first=renames)
def test_the_list_is_read_again_only_where_it_may_have_missed_something(
    names: set[str], page: int, items: list[DesiredPolicy], first: list[Rename]
) -> None:
    tenant = tenant_of(names, page, [first])
    by_itself = tenant_of(names, page, [first])
    missing = is_missing_any(items, by_itself.list_policies())
    assume(not isinstance(brought(tenant, items), UserError))
    assert tenant.listings == (2 if missing and by_itself.capabilities.restless else 1)


@given(names=some_names, page=pages, moves=renames, restless=st.integers(0, 1))
def test_of_all_policies_none_is_missing_where_one_of_two_looks_is_quiet(
    names: set[str], page: int, moves: list[Rename], restless: int
) -> None:
    script: list[list[Rename]] = [[], []]
    script[restless] = moves
    tenant = tenant_of(names, page, script)
    assert {policy.id for policy in whole_list(tenant)} == set(tenant.policies)
    assert tenant.listings == (2 if tenant.capabilities.restless else 1)


@given(names=some_names, page=pages, gone=some_names)
def test_what_is_gone_before_the_second_look_is_not_there(names: set[str], page: int, gone: set[str]) -> None:
    tenant = tenant_of(names, page, [])
    listed, looks = tenant.list_policies, iter([set(), gone])

    def list_policies(_expect: t.Any = None) -> tuple[Policy, ...]:
        for name in next(looks):
            tenant.policies.pop(f"id-{name}", None)
        return listed()

    with mock.patch.object(tenant, "list_policies", list_policies):
        found = {policy.id for policy in whole_list(tenant)}
    assert found == set(tenant.policies)


@given(some_names, some_names)
def test_two_looks_are_one_list_of_the_later_state(first: set[str], second: set[str]) -> None:
    before = [live(name) for name in sorted(first)]
    after = [live(name).with_values({"description": "later"}) for name in sorted(second)]
    found = together(before, after)
    assert {policy.id for policy in found} == {f"id-{name}" for name in first | second}
    assert len(found) == len(first | second)
    assert {policy.display_name for policy in found if policy.description == "later"} == second
