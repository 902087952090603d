# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests a run on the settings catalog takes: the formula of the plan, and what this surface adds to it.

The list (once more where it has several pages and does not show all that is meant), the parts that are mentioned, the
groups, one request for filters and tags where any are named, one before the first write for what the role of a user
allows, the writes by stages, and what confirms them.
"""

from __future__ import annotations

import json
import typing as t

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import reads_of_plan
from ansible_collections.m365.apps.plugins.module_utils._converge.looks import is_missing_any
from ansible_collections.m365.apps.plugins.module_utils._converge.plan import Plan
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import AssignmentFilter
from ansible_collections.m365.apps.tests.unit.catalog_tenant import POLICIES, CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ORIGIN, Spoilt
from graph_emulator.wire import Call

_NAMES = ("A", "B", "C", "D")
_SETTINGS = [
    {"setting": "excel16/L_VBAWarningsPolicy", "value": 3},
    {"setting": "excel16/L_VBAWarningsPolicy", "value": 4},
    {"setting": "outlk16/L_CheckForgottenAttachments", "state": "disabled"},
]
_BATCH = 20
_SECOND = "$top=99"

settings = st.sampled_from([_SETTINGS[:1], _SETTINGS[1:2], _SETTINGS[1:], _SETTINGS[2:]])
groups = st.lists(st.sampled_from(["All Staff", "Finance"]), unique=True).map(lambda names: GroupChange(tuple(names)))
targets = st.builds(
    AssignmentChange,
    groups=groups,
    all_devices=st.sampled_from([AllTarget(False), AllTarget(True), AllTarget(True, AssignmentFilter("Corporate"))]),
)
optional = {
    "description": st.sampled_from(["", "D"]),
    "scope_tags": st.sampled_from([[], ["Pilot"], ["0", "1"]]),
    "assignments": targets,
}


@st.composite
def desired(draw: st.DrawFn) -> list[DesiredPolicy]:
    """Return some policies as asked for; each has settings, so that it may be new."""
    found = []
    for name in draw(st.lists(st.sampled_from(_NAMES), unique=True, min_size=1)):
        if draw(st.integers(0, 4)) == 0:
            found.append(DesiredPolicy("", State.ABSENT, display_name=name))
            continue
        values = draw(st.fixed_dictionaries({"settings": settings}, optional=optional))
        found.append(DesiredPolicy("", display_name=name, values=values))
    return found


def names_something(items: t.Iterable[DesiredPolicy]) -> bool:
    """Tell whether a filter or a scope tag is named."""
    for item in items:
        change = item.value("assignments")
        if item.value("scope_tags") and item.state is not State.ABSENT and isinstance(item.value("scope_tags"), list):
            return True
        if isinstance(change, AssignmentChange) and any(asked.filter for asked in change.all_targets.values()):
            return True
    return False


def two_pages(call: Call, answer: Spoilt) -> Spoilt:
    """Put an empty page before the one page of the list."""
    if (call.method, call.path) != ("GET", POLICIES) or call.query == _SECOND:
        return answer
    page = {"value": [], "@odata.nextLink": f"{ORIGIN}{POLICIES}?{_SECOND}"}
    return Spoilt(answer.status, json.dumps(page).encode(), answer.headers)


def expected(plan: Plan, items: t.Sequence[DesiredPolicy], check: bool, by_user: bool, pages: int) -> int:
    """Return the number of requests that a run takes, login aside; the list has so many pages."""
    looks = 2 if pages > 1 and is_missing_any(items, plan.live) else 1
    reads = looks * pages + int(names_something(items)) + plan.read_requests(_BATCH)
    if check or not plan.actions:
        return reads
    confirming = reads_of_plan(plan)
    writes = int(by_user) + plan.write_requests(_BATCH)
    return reads + writes + pages * int(confirming.lists) + confirming.requests(_BATCH)


@given(desired(), desired(), st.booleans(), st.integers(1, 2))
def test_each_run_takes_as_many_requests_as_the_formula_says(
    first: list[DesiredPolicy], then: list[DesiredPolicy], by_user: bool, pages: int
) -> None:
    tenant = CatalogTenant()
    if pages > 1:
        tenant.spoil = two_pages
    if by_user:
        tenant.sign_in(idtyp="user", scp="DeviceManagementConfiguration.ReadWrite.All")
    for items in (first, then, then):
        for check in (True, False):
            before, writes = len(tenant.lines), len(tenant.writes)
            outcome = tenant.run(*items, check_mode=check, assume_full_view=by_user)
            assert outcome.error is None
            assert len(tenant.lines) - before == expected(outcome.plan, items, check, by_user, pages)
            assert len(tenant.writes) - writes == (0 if check else len(outcome.actions))
    assert not outcome.actions
