# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules in a tenant that wants each change approved, from the first request to a quiet run: the emulator decides."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ORIGIN, TENANT, run
from graph_emulator.admin import Admin
from graph_emulator.wire import Call

MACROS = [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}]
NEW = {"display_name": "Macros", "settings": MACROS, "groups": ["Finance"]}
PLAIN: dict[str, t.Any] = {"display_name": "Plain", "settings": MACROS}
REASON = "Change 4711"
REQUESTS = "/beta/deviceManagement/operationApprovalRequests"
ONE, MANY = modules.OFFICE_CLIENT_CONFIG, modules.OFFICE_CLIENT_CONFIGS

Dict = dict[str, t.Any]


class ApprovingTenant(CatalogTenant):
    """A tenant in which a second administrator approves each write, and the file of the one who asks."""

    def __init__(self, folder: Path, **more: t.Any) -> None:
        super().__init__(**more)
        self.put("settings", {"approval_required": True, "intune_limits": False})
        self.file = folder / "approvals.json"

    @property
    def kept(self) -> list[Dict]:
        """The requests in the file."""
        return json.loads(self.file.read_text())["requests"] if self.file.exists() else []

    def decide(self, status: str, code: str | None = None, **more: str) -> str:
        """Decide the request with this code, or the latest one of the file, and return its code."""
        code = code or self.kept[-1]["code"]
        body = json.dumps({"tenant": TENANT, "id": code, "status": status, **more}).encode()
        answer = Admin(self.world).handle(Call("POST", "/_emulator/approvals", {}, body, ORIGIN))
        assert answer.status == 200, answer.content
        return code

    def task(self, definition: modules.ModuleDefinition, check: bool = False, **options: t.Any) -> Dict:
        given = {"approval_reason": REASON, "approval_codes": str(self.file), **options}
        asked = {name: value for name, value in given.items() if value is not None}
        return run(self, definition, {"surface": "settings_catalog", **asked, "_ansible_check_mode": check})

    def bulk(self, *policies: Dict, **options: t.Any) -> Dict:
        return self.task(MANY, policies=list(policies), **options)

    @property
    def reads_of_requests(self) -> int:
        return sum(line == f"GET {REQUESTS}" for line in self.lines)


@pytest.fixture
def found(tmp_path: Path) -> ApprovingTenant:
    return ApprovingTenant(tmp_path)


def told(result: Dict, place: int = 0) -> tuple[str, str | None]:
    """Return the status of an item and the state of its request."""
    assert not result.get("failed"), result.get("msg")
    item = result["results"][place]
    return item["status"], item.get("approval", {}).get("state")


WAITS = "awaiting_approval"


def test_a_policy_with_groups_from_the_first_request_to_a_quiet_run(found: ApprovingTenant) -> None:
    first = found.bulk(NEW)
    assert (told(first), first["changed"], first["awaiting_approval"]) == ((WAITS, "filed"), True, ["Macros"])
    assert first["results"][0]["id"] is None
    assert first["configs"] == []
    assert first["actions"] == []
    [kept] = found.kept
    assert first["results"][0]["approval"] == {"code": kept["code"], "state": "filed", "actions": ["create", "assign"]}
    assert found.policies == []
    assert found.writes == ["POST /beta/deviceManagement/configurationPolicies"]

    for check in (True, False):
        again = found.bulk(NEW, check=check)
        assert (told(again), again["changed"]) == ((WAITS, "waiting"), False)
    assert len(found.writes) == 1
    assert found.reads_of_requests == 2

    code = found.decide("approved")
    predicted = found.bulk(NEW, check=True)
    # The run would use it.
    assert (told(predicted), predicted["changed"]) == (("created", "approved"), True)
    assert predicted["results"][0]["approval"] == {"code": code, "state": "approved"}
    assert len(found.writes) == 1
    created = found.bulk(NEW)
    assert (told(created), created["changed"]) == ((WAITS, "filed"), True)
    [policy] = found.policies
    assert (created["results"][0]["id"], created["configs"][0]["groups"]) == (policy["id"], [])
    assert [action["action"] for action in created["actions"]] == ["create"]
    assert policy["assignments"] == []
    [kept] = found.kept
    assert kept["path"].endswith(f"/{policy['id']}/assign")

    found.decide("approved")
    done = found.bulk(NEW)
    assert (told(done), done["changed"], done["awaiting_approval"]) == (("updated", None), True, [])
    assert len(found.policies[0]["assignments"]) == 1
    assert found.kept == []
    sent, reads = len(found.writes), found.reads_of_requests
    quiet = found.bulk(NEW)
    assert (told(quiet), quiet["changed"]) == (("unchanged", None), False)
    assert (len(found.writes), found.reads_of_requests) == (sent, reads)


def test_one_policy_is_shown_as_it_is_while_its_change_waits(found: ApprovingTenant) -> None:
    asked: Dict = {"display_name": "Plain", "settings": MACROS}
    first = found.task(ONE, **asked)
    assert not first.get("failed"), first.get("msg")
    assert (first["config"], first["changed"], first["approval"]["state"]) == ({}, True, "filed")
    found.decide("approved")
    assert found.task(ONE, **asked)["config"]["description"] == ""
    changed = found.task(ONE, **asked, description="D")
    assert (changed["config"]["description"], changed["awaiting_approval"]) == ("", ["Plain"])
    found.decide("approved")
    last = found.task(ONE, **asked, description="D")
    assert (last["config"]["description"], last["awaiting_approval"], "approval" in last) == ("D", [], False)
    assign: Dict = {"display_name": "Plain", "groups": ["Finance"]}
    waits = found.task(modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, **assign)
    assert (waits["assignments"], waits["config"]["groups"], waits["changed"]) == ([], [], True)
    found.decide("approved")
    assert len(found.task(modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, **assign)["assignments"]) == 1


def test_a_deletion_waits_and_is_done(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    found.decide("approved")
    found.bulk(PLAIN)
    gone = {"display_name": "Plain", "state": "absent"}
    assert told(found.bulk(gone)) == (WAITS, "filed")
    assert len(found.policies) == 1
    found.decide("approved")
    assert told(found.bulk(gone)) == ("deleted", None)
    assert found.policies == []


def test_the_others_go_on_and_a_warning_names_each_that_waits(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    found.decide("approved")
    second = {**PLAIN, "display_name": "Second"}
    result = found.bulk(second, PLAIN)
    assert [told(result, place) for place in (0, 1)] == [(WAITS, "filed"), ("created", None)]
    assert [policy["name"] for policy in found.policies] == ["Plain"]
    code = found.kept[0]["code"]
    assert result["awaiting_approval"] == ["Second"]
    assert code in json.dumps(found.kept)


@pytest.mark.parametrize(
    ("status", "says", "step"),
    [
        ("rejected", "was rejected ('too broad')", "Change the policy, or remove the request"),
        ("cancelled", "was cancelled ('too broad')", "Change the policy, or remove the request"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_request_that_was_refused_fails_and_files_nothing(
    found: ApprovingTenant, status: str, says: str, step: str, check: bool
) -> None:
    found.bulk(PLAIN)
    code = found.decide(status, approvalJustification="too broad")
    result = found.bulk(PLAIN, check=check)
    assert result["failed"]
    assert not result["changed"]
    assert f"policy 'Plain': cannot create it: its request for approval {code} {says}. {step}" in result["msg"]
    assert result["results"][0]["approval"] == {"code": code, "state": status}
    assert len(found.writes) == 1
    assert found.kept[0]["code"] == code


def test_a_failure_of_one_policy_tells_its_request_too(found: ApprovingTenant) -> None:
    found.task(ONE, **PLAIN)
    code = found.decide("rejected")
    result = found.task(ONE, **PLAIN)
    assert (result["approval"], result["awaiting_approval"]) == ({"code": code, "state": "rejected"}, [])


def test_a_warning_says_what_waits(found: ApprovingTenant) -> None:
    login = {"access_token": found.token, "graph_url": ORIGIN, "surface": "settings_catalog"}
    approval = {"approval_reason": REASON, "approval_codes": str(found.file)}
    with found.entered():
        _printed, warnings = _fast_path.run_here(MANY, {**login, **approval, "policies": [PLAIN]})
    [kept] = found.kept
    [warning] = warnings
    assert f"not done yet: 'Plain' (request {kept['code']}). A member of the approver group of" in warning


def test_a_plan_in_waves_tells_which_wave_waits(found: ApprovingTenant) -> None:
    """The write of a wave is another one than that of all waves together."""
    waves = [{"name": "finance", "groups": ["Finance"]}, {"name": "all", "groups": ["All Staff"]}]
    wanted = {**PLAIN, "groups": ["Finance", "All Staff"]}
    limited = {"limit_to_groups": ["Finance"]}
    found.bulk(wanted, **limited)
    found.decide("approved")
    assert told(found.bulk(wanted, **limited)) == (WAITS, "filed")
    plan = found.bulk(wanted, check=True, plan_waves=waves)
    assert told(plan) == ("updated", None)
    first, last = plan["waves"]
    [item] = first["results"]
    assert (first["awaiting_approval"], item["status"], item["approval"]["state"]) == (1, WAITS, "waiting")
    assert item["approval"]["actions"] == ["assign"]
    assert ("awaiting_approval" in last, last["updated"]) == (False, 1)
    found.decide("rejected")
    [item] = found.bulk(wanted, check=True, plan_waves=waves)["waves"][0]["results"]
    assert item["status"] == "failed"
    assert "was rejected" in item["msg"]


def test_check_mode_tells_that_another_request_is_in_the_way(found: ApprovingTenant) -> None:
    """As the run itself would: a change of a policy waits until the request of another change of it is done."""
    found.bulk(PLAIN)
    found.decide("approved")
    found.bulk(PLAIN)
    code = found.bulk({**PLAIN, "description": "D"})["results"][0]["approval"]["code"]
    other = {**PLAIN, "description": "E"}
    for check in (True, False):
        result = found.bulk(other, check=check)
        assert (told(result), result["results"][0]["approval"]["code"]) == ((WAITS, "other"), code)
    # Nothing would be filed without a reason, and nothing is in the way of what the request is for.
    assert told(found.bulk(other, check=True, approval_reason=None)) == ("updated", None)
    found.decide("approved", code)
    wanted = {**PLAIN, "description": "D", "groups": ["Finance"]}
    assert told(found.bulk(wanted, check=True)) == ("updated", "approved")
    assert told(found.bulk(wanted)) == (WAITS, "filed")


def test_one_that_has_expired_is_filed_again_with_a_reason_alone(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    code = found.decide("expired")
    silent = found.bulk(PLAIN, approval_reason=None)
    assert silent["failed"]
    assert f"{code} has expired, and approval_reason is missing. Give approval_reason" in silent["msg"]
    assert len(found.writes) == 1
    assert found.bulk(PLAIN, check=True)["results"][0]["approval"] == {"code": code, "state": "expired"}
    again = found.bulk(PLAIN)
    assert (told(again), again["results"][0]["approval"]["replaces"]) == ((WAITS, "filed"), code)
    assert [one["code"] == code for one in found.kept] == [False]


def test_one_that_the_tenant_does_not_know_any_more_counts_as_expired(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    found.world.tenants[TENANT].approvals.clear()
    silent = found.bulk(PLAIN, approval_reason=None)
    assert "does not know its request" in silent["msg"]
    assert told(found.bulk(PLAIN)) == (WAITS, "filed")


def test_codes_alone_write_what_was_approved_and_file_nothing(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    found.decide("approved")
    assert told(found.bulk(PLAIN, approval_reason=None)) == ("created", None)
    result = found.bulk({**PLAIN, "description": "D"}, approval_reason=None)
    assert result["failed"]
    assert "this tenant wants each change approved by a second administrator" in result["msg"]
    assert "Give approval_reason and approval_codes" in result["msg"]
    assert len(found.world.tenants[TENANT].approvals) == 1


def test_without_the_options_nothing_is_filed(found: ApprovingTenant) -> None:
    for check in (True, False):
        result = found.bulk(PLAIN, approval_reason=None, approval_codes=None, check=check)
        assert result.get("failed", False) is not check
    assert "Give approval_reason and approval_codes so that the run files a request" in result["msg"]
    assert not found.world.tenants[TENANT].approvals


def test_check_mode_files_nothing_and_writes_no_file(found: ApprovingTenant) -> None:
    assert told(found.bulk(PLAIN, check=True)) == ("created", None)
    assert (found.writes, found.file.exists()) == ([], False)


def test_a_request_of_somebody_else_is_told_without_its_code(found: ApprovingTenant, tmp_path: Path) -> None:
    found.bulk(PLAIN)
    found.decide("approved")
    found.bulk(PLAIN)
    other = {**PLAIN, "description": "theirs"}
    assert told(found.bulk(other, approval_codes=str(tmp_path / "theirs.json"))) == (WAITS, "filed")
    result = found.bulk({**PLAIN, "description": "ours"})
    assert (told(result), result["changed"]) == ((WAITS, "other"), False)
    assert result["results"][0]["approval"]["code"] is None
    # A request of our own about the same policy has a code that is known.
    ours = found.bulk({**PLAIN, "description": "ours"}, approval_codes=str(tmp_path / "theirs.json"))
    assert told(ours) == (WAITS, "other")
    assert ours["results"][0]["approval"]["code"] is not None


def test_where_the_state_may_not_be_read_the_write_is_tried(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    found.faults({"kind": "forbidden", "match": {"path": "operationApprovalRequests"}, "count": 9})
    result = found.bulk(PLAIN)
    assert result["failed"]
    assert "Grant the app the permission DeviceManagementRBAC.Read.All" in result["msg"]
    found.decide("approved")
    assert told(found.bulk(PLAIN)) == ("created", None)


def test_where_nothing_is_protected_a_reason_changes_nothing(found: ApprovingTenant) -> None:
    found.put("settings", {"approval_required": False, "intune_limits": False})
    assert told(found.bulk(NEW)) == ("created", None)
    assert not found.file.exists()


@pytest.mark.parametrize("status", [403, 412])
@pytest.mark.parametrize("batch", ["auto", "never"])
def test_many_are_filed_and_done_whatever_the_status(found: ApprovingTenant, status: int, batch: str) -> None:
    found.put("settings", {"approval_required": True, "approval_status": status, "intune_limits": False})
    policies = [{**PLAIN, "display_name": name} for name in "ABC"]
    result = found.bulk(*policies, batch=batch)
    assert [told(result, place) for place in range(3)] == [(WAITS, "filed")] * 3
    for kept in found.kept:
        found.decide("approved", kept["code"])
    done = found.bulk(*policies, batch=batch)
    assert [told(done, place) for place in range(3)] == [("created", None)] * 3
    assert (found.kept, len(found.policies)) == ([], 3)


def test_what_was_approved_is_sent_as_it_was_filed(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    document = json.loads(found.file.read_text())
    body = document["requests"][0]["body"]
    document["requests"][0]["body"] = dict(reversed(body.items()))
    found.file.write_text(json.dumps(document))
    found.decide("approved")
    assert told(found.bulk(PLAIN)) == ("created", None)


def test_requests_of_another_tenant_are_left_alone(found: ApprovingTenant) -> None:
    found.bulk(PLAIN)
    document = json.loads(found.file.read_text())
    document["requests"][0]["tenant"] = "other"
    found.file.write_text(json.dumps(document))
    found.decide("approved", document["requests"][0]["code"])
    assert told(found.bulk(PLAIN)) == (WAITS, "other")
    assert found.reads_of_requests == 0
    assert len(found.kept) == 1
