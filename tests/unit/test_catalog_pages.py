# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of the list of the settings catalog, which are cut by name: what is read, what is not trusted, and what two
looks make of policies that are renamed in between.
"""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.learn import Teacher
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Request
from ansible_collections.m365.apps.plugins.module_utils._module.policy_info import policy_info
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part
from ansible_collections.m365.apps.tests.unit.batches import BATCH, inner, outer
from ansible_collections.m365.apps.tests.unit.catalog_tenant import POLICIES as PATH
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ORIGIN, Spoilt
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, refusal
from graph_emulator.wire import Call

POLICIES = f"{GRAPH}{PATH}"
LIST = f"{POLICIES}?$top=100"
MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
OTHER = {"setting": "excel16/L_VBAWarningsPolicy", "value": 4}


def link(page: str) -> str:
    return f"{POLICIES}?$skiptoken={page}"


def row(policy_id: str, name: str = "", **more: t.Any) -> dict[str, t.Any]:
    own = {"platforms": "windows10", "technologies": "mdm", "templateReference": {"templateFamily": "none"}}
    return {"id": policy_id, "name": name or policy_id.upper(), **own, **more}


def page(*rows: dict[str, t.Any], then: str = "", **more: t.Any) -> dict[str, t.Any]:
    """Return one page of a list, with a link to the next one where its name is given."""
    return {"json": {"value": list(rows), **({"@odata.nextLink": link(then)} if then else {}), **more}}


@pytest.fixture
def catalog(clock: Clock) -> CatalogSurface:
    return CatalogSurface(clock.client(batching=True), built_in())


def names(policies: t.Iterable[Policy]) -> list[str]:
    return [policy.display_name for policy in policies]


# What pages may hold


@pytest.mark.parametrize(
    "pages",
    [
        [[], ["a", "b"]],
        [["a"], [], ["b"]],
        [["a"], [], [], ["b"], []],
        [[], [], ["a", "b"]],
        [["a", "b"], []],
    ],
)
def test_an_empty_page_is_not_the_end(wire: Wire, catalog: CatalogSurface, pages: list[list[str]]) -> None:
    for number, ids in enumerate(pages):
        url = link(str(number)) if number else LIST
        wire.expect("GET", url, **page(*map(row, ids), then=str(number + 1) if number + 1 < len(pages) else ""))
    assert names(catalog.list_policies()) == ["A", "B"]
    assert catalog.capabilities.restless


@pytest.mark.parametrize("count", [0, 1, 25, 10**9, -1, None, "2", [], {"a": 1}])
def test_the_count_of_a_page_is_not_trusted(wire: Wire, catalog: CatalogSurface, count: t.Any) -> None:
    """Graph counts the rows of the page, not those of the list."""
    told = {"@odata.count": count}
    wire.expect("GET", LIST, **page(row("a"), row("b"), then="1", **told))
    wire.expect("GET", link("1"), **page(row("c"), **told))
    assert names(catalog.list_policies()) == ["A", "B", "C"]


def test_a_policy_on_two_pages_is_one_as_it_was_shown_last(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("GET", LIST, **page(row("a", "Before"), row("b"), then="1"))
    wire.expect("GET", link("1"), **page(row("A", "Renamed")))
    assert names(catalog.list_policies()) == ["Renamed", "B"]


def test_a_list_of_one_page_is_sure(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("GET", LIST, **page(row("a")))
    catalog.list_policies()
    assert not catalog.capabilities.restless


@pytest.mark.parametrize(
    "foreign",
    [
        "https://elsewhere.test/beta/deviceManagement/configurationPolicies?$skiptoken=1",
        f"{GRAPH}/v1.0/deviceManagement/configurationPolicies?$skiptoken=1",
    ],
)
def test_a_link_to_elsewhere_ends_the_list(wire: Wire, catalog: CatalogSurface, foreign: str) -> None:
    wire.expect("GET", LIST, json={"value": [row("a")], "@odata.nextLink": foreign})
    with pytest.raises(UserError, match="the token was not sent there"):
        catalog.list_policies()


@pytest.mark.parametrize("fault", [refusal(500), refusal(403), refusal(400, "bad token")])
@pytest.mark.parametrize("at", [1, 2])
def test_a_page_that_fails_makes_the_whole_list_unread(
    wire: Wire, catalog: CatalogSurface, fault: dict[str, t.Any], at: int
) -> None:
    wire.expect("GET", LIST, **page(row("a"), then="1"))
    if at == 2:
        wire.expect("GET", link("1"), **page(row("b"), then="2"))
    wire.expect("GET", link(str(at)), **fault)
    with pytest.raises(UserError, match="the list of policies in the settings catalog: cannot read it"):
        catalog.list_policies()


def test_a_link_in_a_batch_that_fails_makes_that_read_incomplete(wire: Wire, catalog: CatalogSurface) -> None:
    """The batch itself is 200, and so are all answers in it."""
    wire.expect("GET", LIST, **page(row("a"), row("b")))
    policies = catalog.list_policies()
    more = f"{POLICIES}/a/assignments?$skiptoken=1"
    target = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
    first, second = {"value": [target], "@odata.nextLink": more}, {"value": [target]}
    wire.expect("POST", BATCH, **outer(inner(0, body=first), inner(1, body=second)))
    wire.expect("GET", more, **refusal(500))
    field = next(field for field in catalog.capabilities.fields if field.name == "assignments")
    error, whole = catalog.look([Part(policy, field) for policy in policies])
    assert str(error).startswith("policy 'A' (id a): cannot read its assignments: Graph answered 500")
    assert len(whole) == 1


# Policies that are renamed between two pages


class RestlessTenant(CatalogTenant):
    """A tenant of which every list has an empty first page, behind which somebody else changes it, by a script.

    Each step of the script is for one list: new names by old ones.
    """

    def __init__(self, *given: str) -> None:
        super().__init__()
        assert not given or self.run(*(wanted(name) for name in given), wait=None).error is None
        self.put("settings", {"empty_first_page": True})
        self.script: list[dict[str, str]] = []
        self.hidden: str | None = None
        self.lists = 0
        self.spoil = self._between

    def _between(self, call: Call, answer: Spoilt) -> Spoilt:
        if call.method != "GET" or call.path != PATH:
            return answer
        if "skiptoken" not in call.query:
            self.lists += 1
            return answer
        hidden = self.script.pop(0) if self.script else {}
        rows = [found for found in answer.json()["value"] if found["name"] not in hidden]
        for old, new in hidden.items():
            self._rename(old, new)
        body = json.dumps({**answer.json(), "value": rows}).encode()
        return Spoilt(answer.status, body, answer.headers)

    def _rename(self, old: str, new: str) -> None:
        policy_id = next(found["id"] for found in self.policies if found["name"] == old)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        body = json.dumps({"name": new}).encode()
        assert self._serve(Call("PATCH", f"{PATH}/{policy_id}", headers, body, ORIGIN)).status < 300

    @property
    def names(self) -> list[str]:
        return sorted(found["name"] for found in self.policies)


def wanted(name: str, state: State = State.PRESENT, **values: t.Any) -> DesiredPolicy:
    asked = {"settings": [MACROS], **values} if state is State.PRESENT else values
    return DesiredPolicy("", state, None, name, values=asked)


def test_a_quiet_run_costs_no_second_look() -> None:
    tenant = RestlessTenant("A", "B")
    assert tenant.run(wanted("A"), wanted("B")).statuses == ("unchanged", "unchanged")
    assert tenant.run(wanted("A", settings=[OTHER])).statuses == ("updated",)
    assert tenant.lists == 2


def test_a_list_of_one_page_is_not_read_again() -> None:
    tenant = RestlessTenant("A")
    tenant.put("settings", {"empty_first_page": False})
    assert tenant.run(wanted("New"), wait=None).statuses == ("created",)
    assert tenant.lists == 1


@pytest.mark.parametrize("check", [True, False])
def test_a_name_that_a_policy_gets_meanwhile_is_not_made_again(check: bool) -> None:
    tenant = RestlessTenant("A", "Old")
    tenant.script = [{"Old": "Mine"}]
    outcome = tenant.run(wanted("Mine", settings=[OTHER]), check_mode=check, wait=None)
    assert (outcome.error, outcome.statuses, tenant.lists) == (None, ("updated",), 2)
    assert tenant.names == ["A", "Mine"]


def test_a_name_that_nobody_has_is_made_once() -> None:
    tenant = RestlessTenant("A")
    assert tenant.run(wanted("Mine"), wait=None).statuses == ("created",)
    assert (tenant.names, tenant.lists) == (["A", "Mine"], 2)


def test_a_policy_that_was_hidden_is_deleted_by_its_name() -> None:
    tenant = RestlessTenant("A", "Old")
    tenant.script = [{"Old": "Mine"}]
    assert tenant.run(wanted("Mine", State.ABSENT), wait=None).statuses == ("deleted",)
    assert tenant.names == ["A"]


@pytest.mark.parametrize("state", [State.PRESENT, State.ABSENT])
def test_a_policy_that_was_hidden_is_found_by_its_id(state: State) -> None:
    tenant = RestlessTenant("A", "Old")
    policy_id = next(found["id"] for found in tenant.policies if found["name"] == "Old")
    tenant.script = [{"Old": "Other"}]
    outcome = tenant.run(DesiredPolicy("", state, policy_id), wait=None)
    assert outcome.statuses == ("unchanged" if state is State.PRESENT else "deleted",)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("item", [{"state": State.ABSENT}, {"settings": [OTHER]}], ids=["deleted", "changed"])
def test_a_policy_that_is_renamed_once_it_was_listed_is_left_alone(item: dict[str, t.Any], check: bool) -> None:
    tenant = RestlessTenant("A", "Mine")
    listed = tenant.policies

    def renamed_behind_the_list(call: Call, answer: Spoilt) -> Spoilt:
        if call.method == "GET" and call.path == PATH and "Mine" in tenant.names:
            tenant._rename("Mine", "Another")
        return answer

    tenant.put("settings", {"empty_first_page": False})
    tenant.spoil = renamed_behind_the_list
    with pytest.raises(UserError, match=r"policy 'Mine' .*: cannot change it: somebody renamed it to 'Another'"):
        tenant.run(wanted("Mine", **item), check_mode=check)
    assert tenant.names == ["A", "Another"]
    assert [found["settings"] for found in tenant.policies] == [found["settings"] for found in listed]


def test_no_policy_is_renamed_to_a_name_that_was_hidden() -> None:
    tenant = RestlessTenant("A", "Old")
    policy_id = next(found["id"] for found in tenant.policies if found["name"] == "A")
    tenant.script = [{"Old": "Mine"}]
    with pytest.raises(UserError, match=r"cannot rename policy 'A' .*to 'Mine': the name is taken by policy 'Mine'"):
        tenant.run(DesiredPolicy("", id=policy_id, display_name="Mine"))
    assert tenant.names == ["A", "Mine"]


def test_what_only_the_first_look_shows_is_not_made_again() -> None:
    tenant = RestlessTenant("A", "Mine")
    # The first look is quiet; in the second one somebody hides Mine, and names it so again.
    tenant.script = [{}, {"Mine": "Mine"}]
    outcome = tenant.run(wanted("Mine"), wanted("New"), wait=None)
    assert outcome.statuses == ("unchanged", "created")
    assert tenant.names == ["A", "Mine", "New"]


def test_a_second_look_that_fails_makes_nothing() -> None:
    tenant = RestlessTenant("A")
    tenant.faults({"kind": "server_error", "match": {"path": r"configurationPolicies\?"}, "skip": 2, "count": None})
    with pytest.raises(UserError, match="the list of policies in the settings catalog: cannot read it"):
        tenant.run(wanted("Mine"))
    assert tenant.names == ["A"]


@pytest.mark.parametrize(("name", "lists", "names"), [("Mine", 2, ["Mine"]), ("A", 1, ["A"]), (None, 2, ["A", "Mine"])])
def test_a_reader_looks_twice_for_a_name_and_for_all(name: str | None, lists: int, names: list[str]) -> None:
    tenant = RestlessTenant("A", "Old")
    tenant.script = [{"Old": "Mine"}]
    params: dict[str, t.Any] = {"surface": "settings_catalog", "id": None, "display_name": name, "kind": None}
    params |= {"group": None, "gather": []}
    with tenant.serving():
        client = tenant.client()
        opened = Tenant(CatalogSurface(client, built_in()), GroupDirectory(client), Teacher(client), client)
        configs = policy_info(Request(params, {}), lambda: opened).result["configs"]
    assert [config["display_name"] for config in configs] == names
    assert tenant.lists == lists


def test_pruning_misses_none_that_a_new_name_hid() -> None:
    tenant = RestlessTenant("A", "Old")
    tenant.script = [{"Old": "Mine"}]
    guards = Guards(Prune(names=("Mine",)))
    assert tenant.run(wanted("A"), guards=guards, wait=None).statuses == ("unchanged", "deleted")
    assert (tenant.names, tenant.lists) == (["A"], 2)


def test_a_policy_that_the_emulator_hides_between_two_pages_is_not_made_again() -> None:
    """As the store behind Graph does it: the second page begins behind the last name of the first."""
    shared = {"platforms": "windows10", "technologies": "mdm", "settings": []}
    tenant = CatalogTenant(*({"name": f"P{number:03}", **shared} for number in range(101)), {"name": "Zz", **shared})
    tenant.put("settings", {"catalog_rename_between_pages": {"policy": "Zz", "name": "Mine"}})
    outcome = tenant.run(wanted("Mine", settings=[OTHER]), wanted("New"), wait=None)
    assert (outcome.error, outcome.statuses) == (None, ("updated", "created"))
    found = [policy["name"] for policy in tenant.policies]
    assert (len(found), found.count("Mine")) == (103, 1)
    # Two pages, twice.
    assert len([line for line in tenant.lines if line.startswith(f"GET {PATH}?")]) == 4
