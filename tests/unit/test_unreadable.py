# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy that cannot be read, again and again, stops what needs it and nothing else, and is named."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.results import item_result
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, PolicyType
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import unreadable
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant

MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
OTHER = {"setting": "excel16/L_VBAWarningsPolicy", "value": 4}
NAMES = ("A", "B", "C", "D")
STEP = "Run it again later; where it stays so, Microsoft's support asks for the request id in error."
BATCHING = pytest.mark.parametrize("batching", [True, False])


def item(name: str, state: State = State.PRESENT, **values: t.Any) -> DesiredPolicy:
    return DesiredPolicy("", state, None, name, values=values)


def tenant_with(*broken: str, what: str = "") -> CatalogTenant:
    """Return a tenant with policies A to D, some of which cannot be read by themselves; ``what`` is all of a path."""
    tenant = CatalogTenant()
    staff = AssignmentChange(GroupChange(exact=("Finance",)))
    assert tenant.run(*(item(name, settings=[MACROS], assignments=staff) for name in NAMES)).error is None
    tenant.faults(
        *(
            {"kind": "server_error", "match": {"method": "GET", "path": f"{id_of(tenant, name)}{what}"}, "count": None}
            for name in broken
        )
    )
    return tenant


def id_of(tenant: CatalogTenant, name: str) -> str:
    return str(next(found["id"] for found in tenant.policies if found["name"] == name))


def named(tenant: CatalogTenant, name: str) -> str:
    return f"policy '{name}' (id {id_of(tenant, name)})"


def refused(tenant: CatalogTenant, *desired: DesiredPolicy, **options: t.Any) -> str:
    """Return why a run ends before its first write."""
    before, writes = tenant.policies, len(tenant.writes)
    with pytest.raises(UserError) as caught:
        tenant.run(*desired, **options)
    assert (tenant.policies, len(tenant.writes)) == (before, writes)
    return str(caught.value)


def told(outcome: Outcome) -> list[tuple[t.Any, ...]]:
    """Return of each item its name, how far it got, and whether pruning would have taken it."""
    results = [item_result(place, outcome) for place in range(len(outcome.items))]
    return [(each["display_name"], each["status"], each["pruned"]) for each in results]


@BATCHING
def test_a_run_that_does_not_need_it_goes_on(batching: bool) -> None:
    tenant = tenant_with("B")
    outcome = tenant.run(item("A", settings=[OTHER]), item("New", settings=[MACROS]), batching=batching)
    assert (outcome.error, outcome.statuses) == (None, ("updated", "created"))
    outcome = tenant.run(item("B", description="told"), batching=batching, wait=None)
    assert (outcome.error, outcome.statuses) == (None, ("updated",))


@BATCHING
@pytest.mark.parametrize("state", [State.PRESENT, State.ABSENT])
def test_a_run_that_needs_some_stops_before_the_first_write_and_names_all(batching: bool, state: State) -> None:
    tenant = tenant_with("B", "D")
    wanted = [item("A", settings=[OTHER]), item("B", state, settings=[OTHER]), item("D", settings=[OTHER])]
    sentence = refused(tenant, *wanted, batching=batching)
    assert sentence.startswith(f"{named(tenant, 'B')}: cannot read its ")
    assert "Graph answered 500" in sentence
    assert sentence.endswith(f" {STEP} Nor can another policy be read: {named(tenant, 'D')}.")


@BATCHING
@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("what", ["", "/assignments"])
def test_what_cannot_be_read_is_neither_changed_nor_in_doubt(batching: bool, check_mode: bool, what: str) -> None:
    tenant = tenant_with("B", what=what)
    asked = {"assignments": AssignmentChange(GroupChange(exact=()))} if what else {"settings": [OTHER]}
    wanted = [item("A", settings=[MACROS]), item("B", **asked)]
    outcome = tenant.run(*wanted, on_error=OnError.LEAVE, batching=batching, check_mode=check_mode)
    assert outcome.statuses == ("unchanged", "failed")
    assert not outcome.changed
    assert item_result(1, outcome)["in_doubt"] is False


@BATCHING
def test_only_those_are_left_where_that_is_asked_for(batching: bool) -> None:
    tenant = tenant_with("B", "D")
    before = tenant.policies
    wanted = [item("A", settings=[OTHER]), item("B", settings=[OTHER]), item("D", State.ABSENT), item("New")]
    wanted[-1] = item("New", settings=[MACROS])
    outcome = tenant.run(*wanted, on_error=OnError.LEAVE, batching=batching)
    assert told(outcome) == [
        ("A", "updated", False),
        ("B", "failed", False),
        ("D", "failed", False),
        ("New", "created", False),
    ]
    for place, name in ((1, "B"), (2, "D")):
        assert str(outcome.errors[place]).startswith(f"{named(tenant, name)}: cannot read its ")
    kept = [found for found in tenant.policies if found["name"] in "BD"]
    assert kept == [found for found in before if found["name"] in "BD"]


def test_what_cannot_be_read_is_left_for_that_reason_first() -> None:
    tenant = tenant_with("B")
    wanted = item("B", settings=[OTHER], assignments=AssignmentChange(GroupChange(exact=("No such group",))))
    outcome = tenant.run(wanted, item("A", settings=[OTHER]), on_error=OnError.LEAVE)
    assert outcome.statuses == ("failed", "updated")
    assert str(outcome.errors[0]).startswith(f"{named(tenant, 'B')}: cannot read its settings: Graph answered 500")
    assert not [line for line in tenant.lines if "/groups" in line and "No" in line]


@BATCHING
@pytest.mark.parametrize("on_error", [OnError.STOP, OnError.LEAVE])
def test_one_that_is_gone_already_is_not_one_that_cannot_be_read(batching: bool, on_error: OnError) -> None:
    tenant = tenant_with()
    tenant.put("settings", {"catalog_list_lag_seconds": 60})
    tenant.clock.now += 100
    assert tenant.run(item("B", State.ABSENT), wait=None).statuses == ("deleted",)
    outcome = tenant.run(item("B", State.ABSENT), batching=batching, on_error=on_error, wait=None)
    # The list still shows it.
    assert (outcome.error, len(outcome.plan.live), len(tenant.policies)) == (None, 4, 3)


def test_a_part_that_nobody_asks_for_is_not_missed() -> None:
    tenant = tenant_with("B", what="/assignments")
    assert tenant.run(item("B", settings=[OTHER])).error is None
    assert "cannot read its assignments" in refused(tenant, item("B", State.ABSENT))


@pytest.mark.parametrize("options", [{"limit_to_groups": ("Finance",)}, {"whole_policies": True}])
def test_what_is_read_beside_what_is_asked_counts_too(options: dict[str, t.Any]) -> None:
    tenant = tenant_with("B")
    wanted = [item("A", description="told"), item("B", description="told")]
    assert named(tenant, "B") in refused(tenant, *wanted, **options)
    outcome = tenant.run(*wanted, on_error=OnError.LEAVE, **options)
    assert told(outcome) == [("A", "updated", False), ("B", "failed", False)]


PRUNE = Guards(Prune(names=("B", "C", "D")))


@pytest.mark.parametrize("broken", ["B", "C", "D"])
def test_pruning_never_deletes_one_that_cannot_be_read(broken: str) -> None:
    tenant = tenant_with(broken)
    assert named(tenant, broken) in refused(tenant, item("A"), guards=PRUNE)
    outcome = tenant.run(item("A"), guards=PRUNE, on_error=OnError.LEAVE)
    assert sorted(told(outcome)) == sorted(
        [("A", "unchanged", False), *((name, "failed" if name == broken else "deleted", True) for name in "BCD")]
    )
    assert sorted(found["name"] for found in tenant.policies) == ["A", broken]
    assert named(tenant, broken) in str(outcome.error)


def test_pruning_spares_what_is_not_of_office_beside_one_that_cannot_be_read() -> None:
    tenant = tenant_with("D")
    foreign = {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": "device_vendor_msft_policy_config_defender_scanparameter",
        "simpleSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue",
            "value": 1,
        },
    }
    tenant.put("settings", {"catalog_unknown_definitions": "accept"})
    assert tenant.run(item("B", settings=[{"raw": foreign}])).error is None
    outcome = tenant.run(item("A"), guards=PRUNE, on_error=OnError.LEAVE)
    assert told(outcome) == [("A", "unchanged", False), ("C", "deleted", True), ("D", "failed", True)]


@pytest.mark.parametrize("gather", [["settings"], ["assignments"], ["settings", "group_names"]])
def test_a_reader_names_all_at_once(gather: list[str]) -> None:
    tenant = tenant_with()
    tenant.faults(
        {"kind": "server_error", "match": {"path": f"{id_of(tenant, 'B')}/assign"}, "count": None},
        {"kind": "server_error", "match": {"path": f"{id_of(tenant, 'C')}"}, "count": None},
        {"kind": "server_error", "match": {"path": f"{id_of(tenant, 'D')}.*expand"}, "count": None},
    )
    broken = {"assignments": "B", "settings": "D", "group_names": "B"}
    with pytest.raises(UserError) as caught:
        tenant.info(gather=gather)
    sentence = str(caught.value)
    for name in sorted({"C", *(broken[part] for part in gather)}):
        assert sentence.count(named(tenant, name)) == 1
    assert "policy 'A'" not in sentence
    assert [config["display_name"] for config in tenant.info(display_name="A", gather=gather)] == ["A"]
    assert [config["display_name"] for config in tenant.info()] == list(NAMES)


def error_of(policy: Policy, cause: str = "it broke") -> tuple[Policy, UserError]:
    return policy, UserError(policy.named(), "read it", cause, "Run it again")


def some(count: int) -> list[Policy]:
    return [Policy(f"id-{place}", PolicyType("x"), {"display_name": f"P{place}"}) for place in range(count)]


def test_one_error_stays_as_it_is() -> None:
    [one] = some(1)
    pair = error_of(one)
    assert unreadable([pair]) is pair[1]
    # Of two parts of one policy the first says enough.
    assert unreadable([pair, error_of(one, "that broke, too")]) is pair[1]


def test_what_is_not_about_a_policy_is_said_once() -> None:
    login = UserError("the login", "get a token", "it is refused", "Check it")
    assert unreadable([(policy, login) for policy in some(3)]) is login


@pytest.mark.parametrize("cause", ["it broke", "x" * 900])
def test_a_great_many_are_named_as_far_as_they_fit_and_counted(cause: str) -> None:
    text = str(unreadable([error_of(policy, cause) for policy in some(300)]))
    assert "Nor can 299 other policies be read: policy 'P1' (id id-1), policy 'P2' (id id-2), " in text
    assert re.search(r" and \d+ more\.$", text)
    assert len(text) < 2000


def test_names_that_do_not_fit_are_counted() -> None:
    [one, *more] = some(3)
    long = [one, *(Policy(f"id-{place}", PolicyType("x"), {"display_name": "N" * 2000}) for place in (7, 8))]
    text = str(unreadable([error_of(policy, "x" * 900) for policy in (*long, *more)]))
    assert "Nor can 4 other policies be read: policy 'NNN" in text
    assert len(text) < 2000
    text = str(unreadable([error_of(policy, "x" * 900) for policy in (*long, *long[1:])]))
    assert "Nor can 2 other policies" in text


def test_names_of_others_cannot_forge_a_message() -> None:
    odd = Policy("id-9", PolicyType("x"), {"display_name": "A\x1b[2J\n\u202eB"})
    text = str(unreadable([error_of(policy) for policy in (*some(1), odd)]))
    assert text.endswith("Nor can another policy be read: policy 'A\\x1b[2J\\n\\u202eB' (id id-9).")
