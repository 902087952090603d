# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans that are approved and bound to, and what their refusals say."""

from __future__ import annotations

import copy
import json
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding, refuse_changed
from ansible_collections.m365.apps.plugins.module_utils._converge.plan import Plan
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import (
    run,
)

SETTINGS = [{"settingId": "a", "value": "1"}, {"settingId": "b", "value": "2"}]
STEP = "Plan again and look at what changed."

Dict = dict[str, t.Any]


def given(plan: Plan) -> Dict:
    """Return a plan as plan.json has it."""
    return t.cast(Dict, json.loads(json.dumps({"fingerprint": plan.fingerprint, "details": plan.details})))


def said(binding: Binding, plan: Plan) -> str | None:
    """Return what a refusal says, None when there is none."""
    try:
        refuse_changed(binding, plan)
    except UserError as error:
        return str(error)
    return None


def planned(live: t.Iterable[Policy], items: t.Sequence[DesiredPolicy | str], **options: t.Any) -> Plan:
    """Return the plan of a check run."""
    return run(MemoryTenant.of(copy.deepcopy(list(live))), items, check_mode=True, **options).plan


def bound(plan: Plan) -> Binding:
    return Binding(plan.fingerprint, given(plan))
