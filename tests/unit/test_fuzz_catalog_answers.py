# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong values anywhere in answers about the settings catalog end in a sentence."""

from __future__ import annotations

import functools
import json
import typing as t

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog, built_in
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import AssignmentFilter
from ansible_collections.m365.apps.tests.unit import fuzz_values
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import Spoilt
from ansible_collections.m365.apps.tests.unit.fuzz_values import ODD_JSON, doubled, places, replaced
from graph_emulator.wire import Call

MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
ASSIGNED = AssignmentChange(GroupChange(exact=("Finance",)), all_devices=AllTarget(True, AssignmentFilter("Corporate")))
CHANGED = {"settings": [{**MACROS, "value": 4}], "scope_tags": ["Pilot"], "assignments": ASSIGNED}
DESIRED = (
    DesiredPolicy("", display_name="One", values=CHANGED),
    DesiredPolicy("", display_name="New", values={"settings": [MACROS]}),
    DesiredPolicy("", State.ABSENT, display_name="Old"),
)
# One that knows nothing of Excel, so that Graph is asked.
[_REPAIR] = built_in().of_name("outlk16", "L_CheckForgottenAttachments")
SMALL = Catalog([_REPAIR])
# Each takes a whole run.
EXAMPLES = (settings.default or settings()).max_examples // 3


@functools.cache
def _policies() -> list[dict[str, t.Any]]:
    tenant = CatalogTenant()
    first = [DesiredPolicy("", display_name=name, values={"settings": [MACROS]}) for name in ("One", "Old")]
    assert tenant.run(*first).error is None
    return tenant.policies


def a_tenant() -> CatalogTenant:
    return CatalogTenant(*_policies())


def said_by(tenant: CatalogTenant, catalog: Catalog | None, batching: bool) -> str:
    """Return what a run says that fails, "" for one that does not."""
    try:
        outcome = tenant.run(*DESIRED, catalog=catalog, batching=batching, budget=5)
    except UserError as error:
        return str(error)
    return str(outcome.error or "")


@settings(max_examples=EXAMPLES)
@given(data=st.data(), nth=st.integers(0, 12), batching=st.booleans(), learns=st.booleans(), writes_too=st.booleans())
def test_a_wrong_value_anywhere_in_an_answer(
    data: st.DataObject, nth: int, batching: bool, learns: bool, writes_too: bool
) -> None:
    values = st.one_of(st.sampled_from(ODD_JSON), fuzz_values.json_values)
    spot, value = data.draw(st.integers(0, 400)), data.draw(values)
    tenant, count = a_tenant(), 0

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        nonlocal count
        document = answer.json() if writes_too or call.method == "GET" or "$batch" in call.path else None
        count += 1
        if document is None or count - 1 != nth:
            return answer
        found = list(places(document))
        changed = doubled(document) if spot == 0 else replaced(document, found[spot % len(found)], value)
        return Spoilt(answer.status, json.dumps(changed).encode(), answer.headers)

    tenant.spoil = spoil
    said = said_by(tenant, SMALL if learns else None, batching)
    for word in ("unexpected", "defect", "Traceback", "object at 0x"):
        assert word not in said
    # A list that tells another name is believed, so that there may be one more.
    assert len(tenant.policies) <= 3


@given(status=st.sampled_from([200, 201, 204, 302, 400, 403, 404, 409, 412, 429, 500, 503]), nth=st.integers(0, 12))
@example(status=412, nth=3)
def test_a_wrong_status(status: int, nth: int) -> None:
    tenant, count = a_tenant(), 0

    def spoil(_call: Call, answer: Spoilt) -> Spoilt:
        nonlocal count
        count += 1
        return Spoilt(status, answer.body, answer.headers) if count - 1 == nth else answer

    tenant.spoil = spoil
    said = said_by(tenant, None, True)
    assert "unexpected" not in said
    assert len(tenant.policies) <= 3
