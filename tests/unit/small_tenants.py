# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short words for tenants, desired policies and runs in examples."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, priority_of
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import changed_policy, office_item, office_policy

GROUP = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"


def policy(name: str, priority: int | None = None, kind: str = "windows", **changes: t.Any) -> Policy:
    """Return a live policy without settings and groups; its id is ``id-`` and its name."""
    values: dict[str, t.Any] = {"policy_payload": {}, "user_preference_payload": {}, "assignments": ()}
    found = office_policy(f"id-{name}", KINDS[kind], name, "", priority, **values)
    return changed_policy(found, **changes)


def policies(names: t.Iterable[str]) -> list[Policy]:
    """Return live policies of these names, numbered from 0."""
    return [policy(name, number) for number, name in enumerate(names)]


def desired_state(*items: DesiredPolicy | str) -> list[DesiredPolicy]:
    """Return desired policies with the labels of a list; a name alone wants the policy there and nothing else of it."""
    found = [office_item(label="", display_name=item) if isinstance(item, str) else item for item in items]
    return [replace(item, label=f"policies[{place}]") for place, item in enumerate(found)]


def desired(name: str, **values: t.Any) -> DesiredPolicy:
    return office_item(label="", display_name=name, **values)


def absent(name: str) -> DesiredPolicy:
    return desired(name, state=State.ABSENT)


def run(tenant: MemoryTenant, items: t.Sequence[DesiredPolicy | str], **options: t.Any) -> Outcome:
    """Converge a tenant to these items."""
    return converge(desired_state(*items), tenant, MemoryDirectory({"All Staff": GROUP}), RunOptions(**options))


def refusal_of(tenant: MemoryTenant, items: t.Sequence[DesiredPolicy | str], **options: t.Any) -> str:
    """Return the sentence with which a run is refused, before any write."""
    before = copy.deepcopy(tenant.policies)
    with pytest.raises(UserError) as caught:
        run(tenant, items, **options)
    assert tenant.writes == []
    assert tenant.policies == before
    return str(caught.value)


def numbers(tenant: MemoryTenant) -> dict[str, int | None]:
    """Return the number of each policy by name."""
    return {found.display_name: priority_of(found) for found in tenant.policies.values()}
