# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Extra variables in the form name=value are texts, whatever they look like: rollouts that get nothing else."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, Run

STAFF = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "All Staff"}
NAMES = ["Keep 1", "Pilot, first", "[PROD] Macros", "Gone"]
WANTED = [{"display_name": "New", "priority": "7", "groups": ["All Staff"]}]


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    emulator.reset(
        tenant.state([{"displayName": name, "priority": place} for place, name in enumerate(NAMES)], [STAFF])
    )
    return emulator


def roll_out(ansible: Ansible, **variables: str) -> Run:
    """Run the playbook with each variable in an option of its own, written as a shell hands it over."""
    given = {"rollout_policies": json.dumps(WANTED, separators=(",", ":")), "rollout_prune": "yes", **variables}
    # Ansible takes such a text apart like a shell, so one in quotes is one.
    extra = [("-e", f"{name}='{value}'") for name, value in given.items()]
    return ansible.playbook("m365.apps.rollout", *(word for pair in extra for word in pair))


def names(emulator: Emulator) -> list[str]:
    return sorted(str(policy["displayName"]) for policy in emulator.tenant(tenant.TENANT)["policies"])


def test_texts_mean_what_they_say(ansible: Ansible, there: Emulator) -> None:
    """Each list and each word for yes and no: test_lists_as_text.py of the units."""
    protected = {"rollout_protect": json.dumps(["Keep*", "Pilot, first", "[PROD] Macros", "Nobody"])}
    booleans = {"rollout_restore_on_failure": "no", "rollout_report_checkins": "false"}
    waves = {"rollout_waves": json.dumps([{"name": "all", "groups": ["All Staff"], "pause": "0"}])}
    state = {"rollout_state_folder": str(ansible.folder / "state")}
    run = roll_out(ansible, **protected, **booleans, **waves, **state).ok()
    assert names(there) == sorted([*NAMES[:3], "New"])
    assert "protect: 'Nobody' matches no policy of the tenant." in " ".join((run.stdout + run.stderr).split())
    [new] = [policy for policy in there.tenant(tenant.TENANT)["policies"] if policy["displayName"] == "New"]
    assert (new["priority"], len(t.cast("list[t.Any]", new["assignments"]))) == (7, 1)


def test_text_that_is_no_list_stops_the_rollout(ansible: Ansible, there: Emulator) -> None:
    wrong = {
        "rollout_protect": "Keep*, Pilot*",
        "rollout_prune_scope": "display_name=Gone",
        "rollout_waves": '{"name": "all"}',
    }
    run = roll_out(ansible, **wrong).failed()
    said = " ".join((run.stdout + run.stderr).split())
    assert [name for name in wrong if f"the option {name}: cannot use it: it" not in said] == []
    assert names(there) == sorted(NAMES)
    assert there.writes() == []
