# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings catalog on the wire: the exact requests, bodies and readings of every operation."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import OWN_TYPE
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import ASSIGNMENTS
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Entity, Part
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    Delete,
    PolicyWrite,
    Update,
    WritePart,
)
from ansible_collections.m365.apps.tests.unit.catalog_wire import (
    ABSENT,
    DRAFT,
    GROUP,
    ID,
    INSTANCES,
    LIST,
    LIVE,
    MACROS,
    MEMBERS,
    POLICIES,
    SENT,
    URL,
    VALUES,
    error_of,
    field,
    row,
    sent,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, Clock, Wire, refusal


@pytest.fixture
def catalog(client: GraphClient) -> CatalogSurface:
    return CatalogSurface(client, built_in())


# Reads


def test_the_list_is_bare_and_read_to_its_end(wire: Wire, catalog: CatalogSurface) -> None:
    """Empty pages say nothing as long as there is a link, the count is of the page, and what moved is there once."""
    second, third = f"{POLICIES}?$skiptoken=a", f"{POLICIES}?$skiptoken=b"
    wire.expect("GET", LIST, json={"value": [row("a")], "@odata.count": 1, "@odata.nextLink": second})
    wire.expect("GET", second, json={"value": [], "@odata.nextLink": third})
    wire.expect("GET", third, json={"value": [row("A", "Renamed"), row("b")]})
    assert [(policy.id, policy.display_name) for policy in catalog.list_policies()] == [
        ("A", "Renamed"),
        ("b", "Zürich"),
    ]


def test_policies_of_others_are_not_listed_and_told_by_id(wire: Wire, catalog: CatalogSurface) -> None:
    rows = [row("a"), row("B", platforms="macOS"), row("c", templateReference={"templateFamily": "baseline"})]
    wire.expect("GET", LIST, json={"value": rows})
    assert [policy.id for policy in catalog.list_policies()] == ["a"]
    assert catalog.capabilities.others == {
        "b": "it is for macOS (mdm), not for windows10 (mdm)",
        "c": "it was made from a template of the family baseline",
    }


def test_one_of_another_kind_is_refused_by_its_id(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("GET", URL, json=row())
    found = catalog.get_policy(ID)
    assert found is not None
    assert found.id == ID
    wire.expect("GET", URL, json=row(platforms="macOS"))
    with pytest.raises(UserError, match=r"cannot read it: it is for macOS .* Give the id of a policy for Windows"):
        catalog.get_policy(ID)
    wire.expect("GET", URL, **ABSENT)
    assert catalog.get_policy(ID) is None


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {"value": [row("a")], "@odata.nextLink": "https://elsewhere.test/x"}},
        {"json": {"value": [{"name": "no id"}]}},
        {"json": {"value": [5]}},
        {"json": {}},
        refusal(403, "An error has occurred", "Forbidden"),
    ],
)
def test_a_list_that_cannot_be_read_whole_is_an_error(
    wire: Wire, catalog: CatalogSurface, answer: dict[str, t.Any]
) -> None:
    wire.expect("GET", LIST, **answer)
    with pytest.raises(UserError, match="the list of policies in the settings catalog: cannot read it"):
        catalog.list_policies()


def test_settings_are_read_with_their_policy(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("GET", f"{URL}?$expand=settings", json=row(settings=[{"id": "0", "settingInstance": INSTANCES[0]}]))
    assert catalog.read([Part(LIVE, field(catalog, "settings"))]) == [MACROS]


def test_links_behind_settings_are_followed(wire: Wire, catalog: CatalogSurface) -> None:
    more = f"{URL}/settings?$skiptoken=x"
    wire.expect("GET", f"{URL}?$expand=settings", json={**row(settings=[]), "settings@odata.nextLink": more})
    wire.expect("GET", more, json={"value": SENT})
    assert catalog.read([Part(LIVE, field(catalog, "settings"))]) == [MACROS]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (
            {"settings": SENT, "settingCount": 306},
            "cannot read its settings: Graph counts 306 of them, and its answer holds 1. Run it again; the policy was",
        ),
        # One that two pages show counts once.
        ({"settings": SENT + SENT, "settingCount": 2}, "Graph counts 2 of them, and its answer holds 1"),
        ({"settings": None}, "the policy in the answer has no list of settings"),
        ({"settings": SENT, "settingCount": "1"}, "its settingCount is of type str"),
        ({"settings": [{"settingInstance": 5}]}, "settingInstance is not a JSON object"),
        ({"settings": SENT, "id": "other"}, "the answer is about another policy"),
    ],
)
def test_settings_that_are_not_whole_are_an_error(
    wire: Wire, catalog: CatalogSurface, shown: dict[str, t.Any], said: str
) -> None:
    wire.expect("GET", f"{URL}?$expand=settings", json=row(**shown))
    [error] = catalog.look([Part(LIVE, field(catalog, "settings"))])
    assert isinstance(error, UserError)
    assert said in str(error)
    assert "policy 'Zürich'" in str(error)


def test_assignments_are_read_by_themselves(wire: Wire, catalog: CatalogSurface) -> None:
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP}
    entry: dict[str, t.Any] = {"id": f"{ID}_{GROUP}", "source": "direct", "target": target}
    wire.expect("GET", f"{URL}/assignments", json={"value": [entry, {**entry, "id": entry["id"].upper()}]})
    [[assignment]] = catalog.read([Part(LIVE, ASSIGNMENTS)])
    assert assignment.group_id == GROUP


def test_many_reads_travel_in_one_batch_and_one_that_fails_is_told(wire: Wire, clock: Clock) -> None:
    surface = CatalogSurface(clock.client(batching=True), built_in())
    bodies = [row(settings=SENT), {"error": {"code": "InternalServerError", "message": "no"}}, {"value": []}]
    answers = [{"id": str(n), "status": 500 if n == 1 else 200, "body": body} for n, body in enumerate(bodies)]
    wire.expect("POST", f"{GRAPH}/beta/$batch", json={"responses": answers})
    settings = field(surface, "settings")
    found = surface.look([Part(LIVE, settings), Part(LIVE, settings), Part(LIVE, ASSIGNMENTS)])
    assert (found[0], found[2]) == (MACROS, ())
    assert "cannot read its settings: Graph answered 500" in str(found[1])
    assert [request["url"] for request in wire.json()["requests"]] == [
        f"/deviceManagement/configurationPolicies/{ID}?$expand=settings",
        f"/deviceManagement/configurationPolicies/{ID}?$expand=settings",
        f"/deviceManagement/configurationPolicies/{ID}/assignments",
    ]


def test_a_policy_that_is_not_there_is_none_and_not_an_error(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("GET", URL, **ABSENT)
    assert catalog.read([Entity(LIVE)]) == [None]
    wire.expect("GET", URL, json=row())
    [found] = catalog.read([Entity(LIVE)])
    assert found.display_name == "Zürich"


def test_a_part_of_a_policy_that_is_not_there_is_told_as_absent(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("GET", f"{URL}?$expand=settings", **ABSENT)
    [error] = catalog.look([Part(LIVE, field(catalog, "settings"))])
    assert error.absent


# Writes


def test_a_create_holds_all_members(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("POST", POLICIES, status=201, json=row("new"))
    assert sent(catalog, Create(DRAFT)).written.policy_id == "new"
    assert wire.json() == {
        **MEMBERS,
        "platforms": "windows10",
        "technologies": "mdm",
        "settings": SENT,
        "templateReference": {"templateId": "", "templateFamily": "none"},
    }


def test_name_and_description_alone_are_patched(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("PATCH", URL, json=row())
    assert sent(catalog, Update(LIVE, {"display_name": "New", "description": ""})).error is None
    assert wire.json() == {"name": "New", "description": ""}


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"settings": MACROS}, {}),
        ({"scope_tags": ("7",)}, {"roleScopeTagIds": ["7"]}),
        ({"settings": MACROS, "display_name": "New"}, {"name": "New"}),
    ],
)
def test_all_else_is_put_whole(
    wire: Wire, catalog: CatalogSurface, fields: dict[str, t.Any], changed: dict[str, t.Any]
) -> None:
    wire.expect("PUT", URL, status=204)
    assert sent(catalog, Update(LIVE, fields)).error is None
    assert wire.json() == {**MEMBERS, "platforms": "windows10", "technologies": "mdm", "settings": SENT, **changed}


def test_a_put_whose_answer_is_lost_is_sent_again(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("PUT", URL, body=LOST)
    wire.expect("PUT", URL, status=204)
    assert sent(catalog, Update(LIVE, {"settings": MACROS})).error is None
    assert wire.body(0) == wire.body(1)


@pytest.mark.parametrize("answer", [{"status": 204}, {"json": {"value": []}}])
def test_assignments_are_replaced(wire: Wire, catalog: CatalogSurface, answer: dict[str, t.Any]) -> None:
    wire.expect("POST", f"{URL}/assign", **answer)
    assert sent(catalog, WritePart(LIVE, ASSIGNMENTS, (Assignment(GROUP),))).error is None
    [entry] = wire.json()["assignments"]
    assert entry["target"]["groupId"] == GROUP


def test_an_action_is_called_by_its_other_names_where_a_server_knows_but_those(
    wire: Wire, catalog: CatalogSurface
) -> None:
    write = WritePart(LIVE, ASSIGNMENTS, ())
    wire.expect("POST", f"{URL}/assign", **refusal(400, "Resource not found for the segment 'assign'."))
    wire.expect("POST", f"{URL}/microsoft.graph.assign", status=204)
    assert sent(catalog, write).error is None
    wire.expect("POST", f"{URL}/microsoft.graph.assign", status=204)
    assert sent(catalog, write).error is None


def test_a_delete_of_what_is_gone_is_fine(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("DELETE", URL, status=204)
    wire.expect("DELETE", URL, **ABSENT)
    assert sent(catalog, Delete(LIVE)).error is None
    assert sent(catalog, Delete(LIVE)).error is None


@pytest.mark.parametrize(
    ("write", "method", "url"),
    [
        (Create(DRAFT), "POST", POLICIES),
        (Update(LIVE, {"description": "x"}), "PATCH", URL),
        (Update(LIVE, {"settings": MACROS}), "PUT", URL),
        (WritePart(LIVE, ASSIGNMENTS, ()), "POST", f"{URL}/assign"),
        (Delete(LIVE), "DELETE", URL),
    ],
)
def test_a_refused_write_names_the_policy_and_what_was_to_be_done(
    wire: Wire, catalog: CatalogSurface, write: PolicyWrite, method: str, url: str
) -> None:
    wire.expect(method, url, **refusal(400, "nope"))
    if isinstance(write, Create) or "settings" in getattr(write, "fields", ()):
        # Graph is asked whether it still knows the settings, and whatever it says, the refusal is told.
        wire.expect("GET", f"{GRAPH}/beta/deviceManagement/configurationSettings/{next(iter(MACROS))}", **refusal(500))
    assert str(error_of(catalog, write)).startswith("policy 'Zürich'")


def test_there_are_no_priorities(catalog: CatalogSurface) -> None:
    with pytest.raises(UserError, match="have none"):
        catalog.update_priorities({"a": 1})


# What is refused before a write


def test_a_new_policy_needs_settings(catalog: CatalogSurface) -> None:
    bare = DRAFT.with_values({"settings": Settings()})
    refused, fine, gone = catalog.refusals([(None, bare), (None, DRAFT), (LIVE, None)])
    assert (fine, gone) == (None, None)
    assert "no settings are given, and Graph wants one at least" in str(refused)


@pytest.mark.parametrize(
    ("shown", "named"),
    [
        ({"deploymentMode": "x"}, "deploymentMode"),
        ({"settings": [{"settingInstance": {**INSTANCES[0], "isLocked": True}}]}, "isLocked of user_"),
        (
            {
                "settings": [
                    {"settingInstance": {"@odata.type": "#microsoft.graph.new", "settingDefinitionId": "a_b", "x": 1}}
                ]
            },
            "an instance of an unknown type of a_b",
        ),
    ],
)
def test_what_nobody_knows_is_not_written_over_silently(
    wire: Wire, client: GraphClient, shown: dict[str, t.Any], named: str
) -> None:
    for overwrite in (False, True):
        surface = CatalogSurface(client, built_in(), overwrite)
        wire.expect("GET", f"{URL}?$expand=settings", json=row(**{"settings": SENT, **shown}))
        [settings] = surface.read([Part(LIVE, field(surface, "settings"))])
        live = LIVE.with_values({"settings": settings})
        renamed, tagged = live.with_values({"display_name": "New"}), live.with_values({"scope_tags": ("7",)})
        fine, refused = surface.refusals([(live, renamed), (live, tagged)])
        assert fine is None
        if overwrite:
            assert refused is None
        else:
            assert f"it holds what this collection does not know, and a write would lose it: {named}" in str(refused)
            assert "overwrite_unknown: true" in str(refused)


def test_pruning_takes_policies_of_office_alone(catalog: CatalogSurface) -> None:
    other = compile_settings([{"raw": {**INSTANCES[0], "settingDefinitionId": "device_vendor_msft_x"}}], built_in())
    prunable = catalog.capabilities.prunable
    assert prunable is not None
    assert prunable(LIVE)
    assert not prunable(LIVE.with_values({"settings": MACROS.with_settings(other.values())}))
    assert not prunable(Policy(ID, OWN_TYPE, VALUES))
    assert catalog.capabilities.prune_needs_names
