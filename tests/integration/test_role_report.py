# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports that the role writes of its own runs, with what the tenant really holds."""

from __future__ import annotations

import json
import typing as t

import html5lib
import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, Ansible, Run

CONTOSO = ROOT / "examples" / "contoso"
XHTML = "{http://www.w3.org/1999/xhtml}"
ASSIGN = {"method": "POST", "path": "/assign$"}
# Loses to the pilots' own policy.
LOSER = {
    "display_name": "Contoso - Weaker",
    "priority": 5000,
    "policy_payload": [{"settingId": "office16;L_M365LinksBrowserChoice", "value": "of the loser"}],
    "groups": ["Pilot Ring 1 - IT"],
}
WAVES = [
    {
        "name": "Pilot",
        "groups": ["Pilot Ring 1 - IT"],
        "status": "passed",
        "started": "2026-01-31 06:00 UTC",
        "finished": "2026-01-31 07:00 UTC",
        "counts": {"updated": 3},
        "gate": {"verdict": "passed", "reason": "9 of 9 users succeeded.", "users": 9, "failed": 0, "rate": 1.0},
    },
    {"name": "Everybody", "groups": ["Contoso - All Staff"], "status": "waiting", "gate": None},
]


@pytest.fixture
def contoso(emulator: Emulator) -> Emulator:
    """The tenant of the example set before its rollout, with a device that is stale and one that failed."""
    [seed] = json.loads((CONTOSO / "seed.json").read_text())["tenants"].values()
    seed["policies"][0]["checkinStatuses"] = [
        checkin("adele", "PC-OLD", "2025-01-01T00:00:00Z", True),
        checkin("grady", "PC-NEW", "2100-01-01T00:00:00Z", False),
    ]
    emulator.reset(tenant.state(seed["policies"], seed["groups"]))
    return emulator


def checkin(user: str, device: str, time: str, successful: bool) -> dict[str, t.Any]:
    return {
        "userId": f"id-{user}",
        "userPrincipalName": f"{user}@contoso.example",
        "deviceName": device,
        "devicePlatform": "windows",
        "devicePlatformVersion": "10.0",
        "wasSuccessful": successful,
        "checkinDateTime": time,
        "errorMessage": "",
        "appliedPolicies": [],
    }


def run(ansible: Ansible, name: str, *arguments: str, **variables: t.Any) -> Run:
    """Run a playbook of the collection with a report in ``reports``."""
    folder = {"rollout_report_folder": str(ansible.folder / "reports"), "rollout_report_name": name}
    extra = {"rollout_definitions": str(CONTOSO / "definitions"), **folder, **variables}
    return ansible.playbook(f"m365.apps.{name}", "-e", json.dumps(extra), *arguments)


def sections(ansible: Ansible, name: str) -> dict[str, str]:
    """Return the text of each section of a page, by its id, with the whole of the page's Markdown as ``md``."""
    reports = ansible.folder / "reports"
    tree = html5lib.HTMLParser(strict=True).parse((reports / f"{name}.html").read_text(encoding="utf-8"))
    found = {one.get("id"): " ".join("".join(one.itertext()).split()) for one in tree.iter(XHTML + "section")}
    return {**found, "md": (reports / f"{name}.md").read_text(encoding="utf-8")}


def test_the_report_of_a_rollout_tells_all_that_there_is(ansible: Ansible, contoso: Emulator) -> None:
    """In check mode: test_waves_refused.py. Which groups it shows unasked: test_policies_sections.py of the units."""
    more = {
        "rollout_report_checkins": True,
        "rollout_report_groups": ["Pilot Ring 1 - IT"],
        "rollout_waves_state": WAVES,
        "rollout_title": "Contoso & friends",
        "rollout_backup_folder": str(ansible.folder / "backups"),
    }
    run(ansible, "rollout", rollout_policies=[LOSER], **more).ok()
    page = sections(ansible, "rollout")
    assert groups_of(page) == ["Pilot Ring 1 - IT"]
    assert set(page) >= {"summary", "waves", "policies", "conflicts", "effective", "checkins", "unmanaged", "md"}
    assert "Changed: 15 created, 3 updated." in page["summary"]
    assert "of the loser" in page["conflicts"]
    assert "9 of 9 users succeeded." in page["waves"]
    assert "Changed yes" in page["waves"].replace("Changedyes", "Changed yes")
    # The differences are in it without --diff.
    assert "L_VBAWarningsPolicy" in page["policies"]
    assert "Pilot Ring 1 - IT" in page["effective"]
    assert "Contoso - Pilot Ring" in page["effective"]
    assert "PC-OLD" in page["checkins"]
    assert "PC-NEW" not in page["checkins"]
    assert "Fabrikam - Office Defaults" in page["unmanaged"]
    assert page["md"].startswith("# Rollout: Contoso \\& friends")
    assert "PC-OLD" in page["md"]
    assert tenant.TENANT in page["md"]
    assert_drift_reported(ansible, contoso)
    [backup] = (ansible.folder / "backups").glob("*/*")
    run(ansible, "restore", rollout_backup_folder=str(backup)).ok()
    page = sections(ansible, "restore")
    assert "15 deleted" in page["summary"]
    assert "L_VBAWarningsPolicy" in page["policies"]


def groups_of(page: dict[str, str]) -> list[str]:
    """Return the groups whose effective settings the Markdown of a report tells."""
    shown = page["md"].split("\n## Effective settings\n")[1].split("\n## ")[0]
    return [line.removeprefix("### ") for line in shown.splitlines() if line.startswith("### ")]


def assert_drift_reported(ansible: Ansible, contoso: Emulator) -> None:
    state = contoso.tenant(tenant.TENANT)
    [policy] = [one for one in state["policies"] if one["displayName"] == "Contoso - Pilot Ring"]
    policy["description"] = "Behind our back"
    contoso.put({tenant.TENANT: state})
    run(ansible, "drift").failed()
    page = sections(ansible, "drift")
    assert "1 policy differs: 'Contoso - Pilot Ring' differs in description." in page["summary"]
    assert "Behind our back" in page["policies"]
    assert "waves" not in page


@pytest.mark.full  # a smaller set: test_a_rollout_that_fails_in_the_middle_is_restored of test_safety.py
def test_a_rollout_that_was_restored_is_reported(ansible: Ansible, contoso: Emulator) -> None:
    backups = str(ansible.folder / "backups")
    contoso.misbehave({"kind": "forbidden", "match": ASSIGN, "skip": 4, "count": None})
    safe = {"rollout_backup_folder": backups, "rollout_restore_on_failure": True}
    run(ansible, "rollout", **safe).failed()
    page = sections(ansible, "rollout")
    assert "it is as before the rollout" in page["summary"]
    assert "it is as before the rollout" in page["md"]
    assert "failed" in page["policies"]


def test_a_report_that_cannot_be_written_stops_before_any_call(ansible: Ansible, contoso: Emulator) -> None:
    refused = run(ansible, "rollout", rollout_report_name="../elsewhere").failed()
    assert "rollout_report_name is '../elsewhere'. Give the name of a file" in " ".join(refused.output.split())
    assert contoso.journal() == []
