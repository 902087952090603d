# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a result to a report: every item with its differences, a verdict, and what nobody manages."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvers import WHO_APPROVES
from ansible_collections.m365.apps.plugins.plugin_utils._policies.approvals import with_approvals
from ansible_collections.m365.apps.plugins.plugin_utils._policies.drift import drift_lines
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.planned_waves import planned_writes
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of
from ansible_collections.m365.apps.plugins.plugin_utils._report import rollout_report
from ansible_collections.m365.apps.tests.unit import own_settings as own

ITEMS: list[dict[str, t.Any]] = [
    {"display_name": "A", "id": "1", "status": "updated", "pruned": False, "before": {"x": 1}, "after": {"x": 2}},
    {"display_name": "B", "id": None, "status": "created", "pruned": False, "before": {}, "after": {"y": 1}},
    {"display_name": "C", "id": "3", "status": "deleted", "pruned": True},
    {"display_name": "D", "id": "4", "status": "unchanged", "pruned": False},
]
PLAN = {"fingerprint": "m365.apps-1:abc", "writes": 3}
RESULT: dict[str, t.Any] = {"changed": True, "results": ITEMS, "plan": PLAN}


def test_each_item_has_its_differences() -> None:
    shown = {policy["display_name"]: (policy["before"], policy["after"]) for policy in report_of(RESULT)["policies"]}
    assert shown == {"A": ({"x": 1}, {"x": 2}), "B": ({}, {"y": 1}), "C": ({}, {}), "D": ({}, {})}


GONE_BEFORE = {"kind": "windows", "priority": 4, "policy_payload": {"[a]": "value=1"}, "groups": ["g1", "g2"]}


def test_what_is_deleted_is_shown_as_it_was() -> None:
    gone = {**ITEMS[2], "before": {**GONE_BEFORE, "group_names": {"g2": "All Staff"}}, "after": {}}
    shown = report_of({**RESULT, "results": [gone]}, mode="plan")["policies"][0]
    groups = ["g1", "All Staff (g2)"]
    assert shown["before"] == {**GONE_BEFORE, "groups": groups}
    assert (shown["kind"], shown["priority"], shown["groups"]) == ("windows", 4, groups)


def test_groups_of_what_is_created_have_their_names() -> None:
    after = {"groups": ["g1", "g2", {"id": "g3"}], "exclude_groups": ["g4"]}
    made = {**ITEMS[1], "before": {}, "after": {**after, "group_names": {"g2": "All Staff", "g4": "Pilots"}}}
    config = {
        "id": made.get("id"),
        "display_name": made["display_name"],
        "kind": "office",
        "groups": ["g1", "g2", "g3"],
    }
    shown = report_of({**RESULT, "results": [made], "configs": [config]}, mode="plan")["policies"][0]
    groups = ["g1", "All Staff (g2)", {"id": "g3"}]
    assert shown["after"] == {"groups": groups, "exclude_groups": ["Pilots (g4)"]}
    assert (shown["kind"], shown["groups"]) == ("office", groups)


def test_only_a_plan_has_the_details_that_a_run_is_bound_to() -> None:
    result = {**RESULT, "plan": {**PLAN, "details": {"tenant": {}}}}
    assert report_of(result, mode="plan")["plan"] == result["plan"]
    assert report_of(result, mode="drift")["plan"] == PLAN


@pytest.mark.parametrize(
    ("mode", "check_mode", "writes"),
    [("rollout", False, 1), ("restore", False, 1), ("rollout", True, 3), ("plan", True, 3)],
)
def test_writes_are_those_that_were_made(mode: str, check_mode: bool, writes: int) -> None:
    """What waits for approval, failed or was not reached is no write of the run, as its summary says, too."""
    result = {**RESULT, "actions": [{"action": "create"}]}
    assert report_of(result, mode=mode, check_mode=check_mode)["plan"]["writes"] == writes


def test_a_plan_of_waves_has_the_writes_of_all_of_them() -> None:
    """Each wave assigns to its groups, so together they write more often than a rollout without waves."""
    result = {**RESULT, "actions": [{}] * 3, "waves": [{"name": "a", "writes": 3}, {"name": "b", "writes": 1}]}
    assert planned_writes(result) == report_of(result, mode="plan")["plan"]["writes"] == 4
    assert planned_writes({**result, "waves": []}) == 3


def test_counts_and_fingerprint_are_those_of_the_result() -> None:
    report = report_of(RESULT, title="T", tenant=None)
    assert report["fingerprint"] == "m365.apps-1:abc"
    assert report["counts"] == {
        "created": 1,
        "updated": 1,
        "deleted": 1,
        "unchanged": 1,
        "failed": 0,
        "not_attempted": 0,
    }
    assert (report["title"], "tenant" in report) == ("T", False)


@pytest.mark.parametrize(
    ("result", "mode", "level", "text"),
    [
        (RESULT, "plan", "changed", "Would change: 1 created, 1 updated, 1 deleted."),
        (RESULT, "rollout", "changed", "Changed: 1 created, 1 updated, 1 deleted."),
        (
            RESULT,
            "drift",
            "warning",
            "3 policies differ: 'A' differs in x; 'B' is missing; 'C' is there and must not be.",
        ),
        ({"changed": True, "results": ITEMS[3:]}, "drift", "warning", "The order of other policies differs."),
        ({"changed": False, "results": ITEMS[3:]}, "drift", "ok", "The tenant is as the definitions say."),
        ({"changed": False, "results": ITEMS[3:]}, "restore", "ok", "The tenant is as it was backed up."),
        ({"changed": True, "results": ITEMS[3:]}, "rollout", "changed", "Changed: the order of other policies."),
        ({"changed": True, "failed": True, "msg": "no.", "results": []}, "rollout", "failed", "no."),
    ],
)
def test_the_verdict_is_a_sentence(result: t.Any, mode: str, level: str, text: str) -> None:
    assert report_of(result, mode)["verdict"] == {"level": level, "text": text}


def test_unmanaged_are_those_that_the_result_does_not_name() -> None:
    live: list[dict[str, t.Any]] = [
        {"id": "1", "display_name": "A"},
        {"id": "9", "display_name": "Z", "kind": "windows", "priority": 3},
    ]
    assert report_of(RESULT, live=live)["unmanaged"] == [
        {"display_name": "Z", "id": "9", "kind": "windows", "priority": 3}
    ]
    assert report_of(RESULT)["unmanaged"] is None


@pytest.mark.parametrize(("result", "mode"), [("text", "plan"), (None, "plan"), (RESULT, "other")])
def test_what_is_no_result_is_refused(result: t.Any, mode: str) -> None:
    with pytest.raises(PoliciesError):
        report_of(result, mode)


CODE = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"


def waiting(name: str, **approval: t.Any) -> dict[str, t.Any]:
    request = {"code": CODE, "state": "waiting", "actions": ["update"], **approval}
    return {"index": None, "id": f"id-{name}", "display_name": name, "status": "awaiting_approval", "approval": request}


def test_what_waits_for_approval_is_neither_done_nor_in_order() -> None:
    created = {"id": "9", "display_name": "New", "status": "created"}
    for changed in (True, False):
        report = report_of({"changed": changed, "results": [waiting("A"), created]})
        assert report["counts"]["awaiting_approval"] == 1
        assert report["verdict"] == {
            "level": "waiting",
            "text": f"Not done yet: the change of 1 policy waits for a second administrator's approval: 'A' (request "
            f"{CODE}). {WHO_APPROVES} Changed as well: 1 created. Run it again after that.",
        }
    alone = report_of({"changed": False, "results": [waiting("A"), waiting("B", code=None)]})
    told = alone["verdict"]["text"]
    assert told.startswith("Not done yet: the changes of 2 policies wait for a second administrator's approval: 'A' (")
    assert "'B' (request of unknown code)" in told
    assert [row["step"] for row in alone["approvals"]] == [
        "Have it approved, then run it again.",
        "Its code is lost. Have the request cancelled, then run it again.",
    ]
    plain = report_of(RESULT)
    assert not {"approvals", "approvers"} & {*plain}
    assert "awaiting_approval" not in plain["counts"]


def test_a_policy_that_waits_shows_what_is_to_change() -> None:
    sides = {"before": {"description": "x"}, "after": {"description": "y"}, "names": {"before": {"d": "D"}}}
    [policy] = report_of({"changed": True, "results": [waiting("A", **sides)]})["policies"]
    assert (policy["before"], policy["after"], policy["names"]) == tuple(sides.values())
    assert policy["msg"] == f"Update waits for the approval of request {CODE}."
    asked = waiting("A", actions=["create", "assign", "update"])
    assert report_of({"results": [asked]})["policies"][0]["msg"] == (
        f"Create waits for the approval of request {CODE}, assign and update come after it."
    )
    [other] = report_of({"results": [waiting("A", state="other", replaces="OLD")]})["policies"]
    assert other["msg"] == (
        f"Update waits until another request about it is done (request {CODE} in place of OLD, which has expired or is "
        "gone)."
    )


def test_a_request_that_was_rejected_is_told_beside_the_others() -> None:
    msg = "policy 'A': cannot update it: its request for approval X was rejected. Change the policy."
    rejected = {**waiting("A", state="rejected"), "status": "failed", "msg": msg}
    report = report_of({"failed": True, "msg": msg, "results": [rejected, waiting("B")]})
    assert report["verdict"]["level"] == "failed"
    assert [(row["display_name"], row["waits"], row["step"]) for row in report["approvals"]] == [
        ("A", False, msg),
        ("B", True, "Have it approved, then run it again."),
    ]


def test_a_plan_in_waves_tells_the_requests_of_its_waves() -> None:
    """The write of a wave is another one than that of all waves together."""
    whole = {**waiting("A"), "status": "updated", "approval": None}
    waves = [{"name": "pilot", "results": [waiting("A")]}, {"name": "all", "results": [whole]}]
    report = report_of({"changed": True, "results": [whole], "waves": waves}, mode="plan")
    assert [(row["wave"], row["code"]) for row in report["approvals"]] == [("pilot", CODE)]
    assert report["verdict"]["level"] == "waiting"
    assert report["verdict"]["text"].endswith("Would change as well: 1 updated. A rollout continues after that.")
    assert report_of({"results": [waiting("A")]}, mode="plan")["heading"] == "waits for the approval of 1 policy"


@pytest.mark.parametrize(
    ("state", "said", "step"),
    [
        ("approved", "is approved", "Run the rollout to make the change."),
        ("expired", "has expired", "Run the rollout to file a new request."),
        ("unknown", "has no known state", "Run the rollout to file a new request."),
    ],
)
def test_a_request_that_holds_nothing_says_what_the_next_run_does(state: str, said: str, step: str) -> None:
    item = {**waiting("A"), "status": "updated", "approval": {"code": CODE, "state": state}}
    report = report_of({"changed": True, "results": [item]}, mode="plan")
    assert report["verdict"] == {"level": "changed", "text": "Would change: 1 updated."}
    [row] = report["approvals"]
    assert (row["waits"], row["refused"], row["step"]) == (False, False, step)
    assert "approvers" not in report
    assert report["policies"][0]["request"] == f"request {CODE} {said}"
    drift = report_of({"changed": True, "results": [item]}, mode="drift", live=[])
    assert (drift["verdict"]["level"], "Refused" in drift["verdict"]["text"]) == ("warning", False)


def test_drift_tells_which_changes_wait() -> None:
    def differs(name: str) -> dict[str, t.Any]:
        sides = {"before": {"description": "x"}, "after": {"description": "y"}}
        return {"index": None, "id": f"id-{name}", "display_name": name, "status": "updated", **sides}

    looked = [waiting("A"), {**waiting("B", state="rejected"), "status": "failed", "msg": "It was rejected."}]
    found = with_approvals({"changed": True, "results": [differs("A"), differs("B")]}, looked)
    report = report_of(found, mode="drift", live=[])
    assert (report["verdict"]["level"], report["counts"]["updated"]) == ("warning", 2)
    assert "1 policy waits for a second administrator's approval: 'A'" in report["verdict"]["text"]
    assert report["verdict"]["text"].endswith(f" Refused: 'B' (request {CODE} was rejected).")
    assert drift_lines(report)[1:] == [
        f"differs     A: description; update waits for the approval of request {CODE}",
        f"differs     B: description; request {CODE} was rejected",
    ]
    assert [row["step"] for row in report["approvals"]] == ["Have it approved, then run it again.", "It was rejected."]
    alone = with_approvals({"changed": True, "results": [differs("A")]}, looked)
    assert report_of(alone, mode="drift")["verdict"]["level"] == "waiting"
    assert with_approvals({"changed": False, "results": []}, looked) == {"changed": False, "results": []}


def setting_of(name: str, value: int, *groups: str) -> dict[str, t.Any]:
    entry = {"setting": "excel16/L_VBAWarningsPolicy", "value": value}
    return {"display_name": name, "groups": list(groups), "settings": [entry]}


def test_sections_are_made_by_the_rules_of_the_surface() -> None:
    policies = [setting_of("A", 2, "G"), setting_of("B", 3, "G")]
    report = rollout_report(RESULT, described=policies)
    assert report["surface"] == "settings_catalog"
    [conflict] = report["conflicts"]
    assert (conflict["winner"], [side["policy"] for side in conflict["policies"]]) == (None, ["A", "B"])
    [row] = report["effective"][0]["settings"]
    assert (row["outcome"], row["value"]) == ("conflict", None)
    assert rollout_report(RESULT, described=policies, surface="office_configuration")["conflicts"] == []


def test_everybody_may_meet_where_no_policy_names_a_group() -> None:
    policies = [{**setting_of(name, value), "all_users": True} for name, value in (("A", 2), ("B", 3))]
    report = rollout_report(RESULT, described=policies)
    assert [conflict["groups"] for conflict in report["conflicts"]] == [["all users"]]


def test_settings_have_the_names_and_the_place_that_a_catalog_knows(tmp_path: Path) -> None:
    entry = {"setting": "excel16/L_OwnMacros", "value": 3}
    policy = {"display_name": "D", "id": "4", "groups": ["G"], "settings": [entry]}
    report = rollout_report(RESULT, live=[policy], catalog_file=own.write(tmp_path / "catalog"))
    title = "Let macros run in own workbooks (User)"
    assert report["settings"] == {"excel16/L_OwnMacros": {"title": title, "category": "Own Excel\\Safety"}}
    [shown] = [policy for policy in report["policies"] if policy["display_name"] == "D"]
    words = {"value": "3", "more": "", "words": "Run none"}
    assert shown["content"] == [{"setting": "excel16/L_OwnMacros", **words}]
    assert report["effective"][0]["settings"][0]["words"] == "Run none"


def test_policies_that_stay_have_their_settings() -> None:
    member = {"settingId": "excel16;L_X", "app": "excel16", "value": "1"}
    described = [{"display_name": "D", "groups": ["G"], "user_preference_payload": [member]}]
    shown = {policy["display_name"]: policy for policy in report_of(RESULT, "plan", described=described)["policies"]}
    row = {"setting": "excel16;L_X", "value": "1", "more": "app=excel16", "enforced": False}
    assert (shown["D"]["content"], "content" in shown["A"]) == ([row], False)


def test_a_listing_without_groups_makes_no_sections() -> None:
    listed = [{"id": "4", "display_name": "D", "settings": [{"setting": "word16/L_NoReset"}]}]
    report = rollout_report(RESULT, live=listed, surface="settings_catalog")
    assert "effective" not in report
    assert not any("content" in policy for policy in report["policies"])


def test_groups_have_their_names_wherever_the_run_knows_them() -> None:
    updated = {**ITEMS[0], "before": {"groups": ["g1"]}, "after": {"groups": ["g1", "g2"]}}
    config = {"id": "4", "display_name": "D", "groups": ["g2", {"id": "g2", "filter": "f", "filter_mode": "include"}]}
    more = {"exclude_groups": ["g3"], "all_users": False}
    result = {**RESULT, "results": [updated, ITEMS[3]], "configs": [{**config, **more}], "group_names": {"g2": "All"}}
    live = [{"id": "7", "display_name": "Z", "assignments": [{"group_id": "g1", "group_name": "Pilots"}]}]
    described = [{"display_name": "D", "exclude_groups": [{"id": "G3", "display_name": "Guests"}]}]
    found = {"level": "note", "rule": "r", "message": "m", "groups": ["g1"]}
    report = report_of(
        result, live=live, described=described, findings=[found], waves=[{"name": "W", "groups": ["g2"]}]
    )
    first, second = report["policies"]
    assert first["before"] == {"groups": ["Pilots (g1)"]}
    assert first["after"] == {"groups": ["Pilots (g1)", "All (g2)"]}
    assert second["groups"] == ["All (g2)", "All (g2) (filter f, include)"]
    assert (second["exclude_groups"], "all_users" in second) == (["Guests (g3)"], False)
    assert report["findings"][0]["groups"] == ["Pilots (g1)"]
    assert report["waves"][0]["groups"] == ["All (g2)"]


def test_other_teams_policies_are_not_unmanaged() -> None:
    theirs = {"id": "8", "display_name": "Printers", "settings": [{"setting": "device_vendor_msft_printers_x"}]}
    ours = {"id": "9", "display_name": "Old", "settings": [{"setting": "word16/L_NoReset"}]}
    report = report_of(RESULT, live=[theirs, ours])
    assert [policy["display_name"] for policy in report["unmanaged"]] == ["Old"]


def test_a_group_with_a_filter_has_its_name() -> None:
    made = {**ITEMS[1], "after": {"groups": ["g2 (filter f1, include)"], "group_names": {"g2": "All Staff"}}}
    [shown] = report_of({**RESULT, "results": [made]})["policies"]
    assert shown["groups"] == ["All Staff (g2) (filter f1, include)"]


def test_a_view_that_is_not_full_is_told() -> None:
    view = {"extent": "partial", "reason": "Graph refuses it the scope tags"}
    [finding] = report_of({**RESULT, "plan": {**PLAN, "view": view}})["findings"]
    assert (finding["level"], finding["rule"]) == ("warning", "partial_view")
    assert finding["message"].endswith("so some may be missing here: Graph refuses it the scope tags.")
    assert report_of({**RESULT, "plan": {**PLAN, "view": {"extent": "full", "reason": "an app"}}})["findings"] == []
