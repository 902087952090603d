# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs on the settings catalog by users whose role does not show or allow everything."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.access import QUESTION, Access
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import OWN_TYPE
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Extent, View
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Delete
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, ORIGIN, FuzzTenant, Spoilt, run
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, connection, token_with
from graph_emulator.wire import Call

MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
ASKED = f"GET /beta{QUESTION.path}"
INTUNE = "3a2c62db-5318-420d-8d74-23affee5d9d5"
PREFIX = "Microsoft.Intune_DeviceConfigurations_"
USER: dict[str, t.Any] = {"idtyp": "user", "scp": "DeviceManagementConfiguration.ReadWrite.All"}
NO_TAGS = {"kind": "forbidden", "match": {"method": "GET", "path": "roleScopeTags"}, "count": 9}


def policy(name: str = "Mine", state: State = State.PRESENT, **values: t.Any) -> DesiredPolicy:
    return DesiredPolicy("", state, display_name=name, values=values)


NEW = policy(settings=[MACROS])


def tenant(*tags: str, **claims: t.Any) -> CatalogTenant:
    """Return a tenant in which somebody signed in, with a policy Old1, Old2 and so on for each scope tag."""
    found = CatalogTenant()
    for place, tag in enumerate(tags):
        assert found.run(policy(f"Old{place + 1}", settings=[MACROS], scope_tags=[tag])).error is None
    found.sign_in(**claims)
    return found


def allow(found: CatalogTenant, *actions: str) -> None:
    """Let Graph answer which actions the user may do."""
    allowed = [f"{PREFIX}{name}" for name in actions]
    body = {"value": [{"resourceActions": [{"allowedResourceActions": allowed, "notAllowedResourceActions": []}]}]}
    answer_with(found, 200, json.dumps(body).encode())


def answer_with(found: CatalogTenant, status: int, body: bytes) -> None:
    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        is_asked = "getEffectivePermissions" in call.path
        return Spoilt(status, body, {"Content-Type": "application/json"}) if is_asked else answer

    found.spoil = spoil


def refusal(found: CatalogTenant, *desired: DesiredPolicy, **options: t.Any) -> str:
    """Return why a run is refused, with nothing written."""
    before = len(found.writes)
    with pytest.raises(UserError) as caught:
        found.run(*desired, **options)
    assert len(found.writes) == before
    return str(caught.value)


def view_of(found: CatalogTenant, *desired: DesiredPolicy) -> View:
    view = found.run(*desired, check_mode=True).plan.capabilities.view
    assert view is not None
    return view


# What shows


@pytest.mark.parametrize("check", [True, False])
def test_a_user_makes_no_policy_that_may_be_hidden(check: bool) -> None:
    found = tenant("0", **USER)
    told = refusal(found, NEW, check_mode=check)
    assert "policy 'Mine': cannot create it: this login does not see it" in told
    assert "a user signed in, from whom scope tags may hide policies" in told
    assert "assume_full_view: true" in told
    assert "cannot delete it" in refusal(found, policy("Gone", State.ABSENT), check_mode=check)


@pytest.mark.parametrize(
    "claims",
    [{}, {"idtyp": None}, {**USER, "wids": [INTUNE.upper()]}, {"idtyp": None, "scp": "openid", "wids": ["x", INTUNE]}],
)
def test_an_app_and_an_administrator_make_what_is_not_there(claims: dict[str, t.Any]) -> None:
    found = tenant(**claims)
    outcome = found.run(NEW, policy("Gone", State.ABSENT))
    assert (outcome.error, outcome.statuses) == (None, ("created", "unchanged"))
    assert not any("getEffectivePermissions" in line for line in found.lines)


@pytest.mark.parametrize("claims", [{**USER, "wids": ["f2ef992c-3afb-46b9-b7cf-a126ee74c451"]}, {"idtyp": "device"}])
def test_the_users_word_is_taken(claims: dict[str, t.Any]) -> None:
    found = tenant(**claims)
    assert "cannot create it" in refusal(found, NEW)
    assert found.run(NEW, assume_full_view=True).statuses == ("created",)


def test_who_may_not_list_scope_tags_sees_a_part() -> None:
    found = tenant("0", "1", **USER)
    found.faults(NO_TAGS)
    tagged = policy("Old1", scope_tags=["1"])
    assert view_of(found, policy("Old1", description="D")).extent is Extent.UNKNOWN
    view = view_of(found, tagged)
    assert view.extent is Extent.PARTIAL
    assert "Graph refuses this login the list of scope tags" in view.reason
    # Its tags are known by their ids all the same.
    assert found.run(tagged).statuses == ("updated",)
    assert "this login may not list scope tags" in refusal(found, policy("Old1", scope_tags=["Pilot"]))


def test_a_tag_that_the_role_does_not_allow_is_named_with_what_to_do() -> None:
    found = tenant("1", **USER)
    found.put("settings", {"visible_scope_tags": ["1"]})
    # The list of tags was read where one is named.
    for item, tag in ((NEW, "0"), (policy("Old1", scope_tags=["0", "1"]), "'Default' (0)")):
        outcome = found.run(item, assume_full_view=True)
        assert f"the role of this login does not allow the scope tag {tag}" in str(outcome.error)
        assert "Give scope_tags that the role allows" in str(outcome.error)
    assert found.run(policy(settings=[MACROS], scope_tags=["1"]), assume_full_view=True).statuses == ("created",)


@pytest.mark.parametrize(
    ("tags", "extent"),
    [((), Extent.UNKNOWN), (("1",), Extent.UNKNOWN), (("1", "1"), Extent.PARTIAL), (("1", "0"), Extent.UNKNOWN)],
)
def test_one_tag_on_all_that_shows_tells_of_what_does_not(tags: tuple[str, ...], extent: Extent) -> None:
    view = view_of(tenant(*tags, **USER))
    assert view.extent is extent
    assert ("have the scope tag 1" in view.reason) is (extent is Extent.PARTIAL)


def test_a_tag_on_all_that_shows_is_told_by_its_name_where_that_is_known() -> None:
    reply = tenant("1", "1", **USER).told(gather=["group_names"])
    assert "have the scope tag 'Pilot' (1), so" in reply.result["view"]["reason"]


# What is allowed


def test_actions_that_the_role_lacks_are_named_before_the_first_write() -> None:
    found = tenant("0", "0", **USER)
    allow(found, "Read", "Update")
    told = refusal(
        found,
        policy("Old1", description="D"),
        policy("Old2", State.ABSENT),
        policy("Mine", settings=[MACROS], assignments=AssignmentChange(all_users=AllTarget(True))),
        assume_full_view=True,
    )
    assert told == (
        "the task: cannot send 3 of its 4 writes: the role of the user who signed in does not allow "
        f"{PREFIX}Assign, {PREFIX}Create and {PREFIX}Delete. Nothing was written; add them to the role in Intune, or "
        "sign in as somebody who has them."
    )
    assert found.lines[-1] == ASKED


def test_what_the_role_allows_is_done_and_asked_for_once() -> None:
    found = tenant("0", **USER)
    allow(found, "Read", "Update")
    assert found.run(policy("Old1", description="D")).statuses == ("updated",)
    assert [line for line in found.lines if "getEffectivePermissions" in line] == [ASKED]
    assert found.lines.index(ASKED) < next(place for place, line in enumerate(found.lines) if line.startswith("PATCH"))


def test_nothing_is_asked_where_nothing_is_written() -> None:
    found = tenant("0", **USER)
    allow(found, "Read")
    for check, item in ((False, policy("Old1", description="")), (True, policy("Old1", description="D"))):
        assert found.run(item, check_mode=check).error is None
    assert ASKED not in found.lines


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b'{"error": {"code": "Forbidden", "message": "no"}}'),
        (404, b""),
        (503, b""),
        (429, b""),
        (200, b"<html>"),
        (200, b""),
        (200, b"[" * 500),
        (200, b'{"value": []}'),
    ],
)
def test_a_question_without_an_answer_keeps_nobody_from_writing(status: int, body: bytes) -> None:
    found = tenant("0", **USER)
    answer_with(found, status, body)
    slept = len(found.clock.slept)
    assert found.run(policy("Old1", description="D"), wait=None).statuses == ("updated",)
    assert len([line for line in found.lines if "getEffectivePermissions" in line]) == 1
    assert len(found.clock.slept) == slept


def test_the_question_goes_to_the_version_that_knows_it(wire: Wire, clock: Clock) -> None:
    found = GraphClient(connection(api_version="v1.0"), ReadyToken(token_with(USER)), clock.policy())
    wire.expect("GET", f"{GRAPH}/v1.0/first", json={})
    wire.expect("GET", f"{GRAPH}{ASKED.removeprefix('GET ')}", json={"value": []})
    found.call("GET", "/first")
    assert Access(found).forbidden([Delete(Policy("1", OWN_TYPE))]) is None


# What modules return


def task(found: CatalogTenant, definition: modules.ModuleDefinition, **options: t.Any) -> tuple[t.Any, list[str]]:
    """Return the result of a module and its warnings."""
    where = {"access_token": found.token, "graph_url": ORIGIN, "login_url": ORIGIN, "surface": "settings_catalog"}
    with found.entered():
        printed, warnings = _fast_path.run_here(definition, {**where, **options})
    return json.loads(printed), warnings


UNKNOWN = {"extent": "unknown", "reason": "a user signed in, from whom scope tags may hide policies"}
HIDDEN = (
    "No policy was found, which does not mean that there is none: a user signed in, from whom scope tags may hide "
    "policies."
)


@pytest.mark.parametrize(
    "options", [{"display_name": "Mine"}, {"id": "40000000-0000-4000-8000-000000000009"}, {"group": GROUPS["Finance"]}]
)
def test_info_tells_the_view_and_warns_where_nothing_is_found(options: dict[str, t.Any]) -> None:
    found = tenant("0", **USER)
    told, warnings = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, **options)
    assert (told["configs"], told["view"], warnings) == ([], UNKNOWN, [HIDDEN])
    told, warnings = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, display_name="Old1")
    assert (len(told["configs"]), told["view"], warnings) == (1, UNKNOWN, [])
    told, warnings = task(tenant(), modules.OFFICE_CLIENT_CONFIG_INFO, **options)
    assert (told["view"]["extent"], warnings) == ("full", [])


def test_a_list_of_all_policies_that_is_known_to_be_a_part_is_told() -> None:
    found = tenant("1", "1", **USER)
    told, warnings = task(found, modules.OFFICE_CLIENT_CONFIG_INFO)
    assert (len(told["configs"]), told["view"]["extent"]) == (2, "partial")
    assert warnings == [f"The tenant may have more policies than this login sees: {told['view']['reason']}."]
    told, warnings = task(found, modules.OFFICE_CLIENT_CONFIG_INFO, display_name="Old1")
    assert (len(told["configs"]), warnings) == (1, [])


def test_the_writers_refuse_by_themselves_and_take_the_word() -> None:
    found = tenant("0", **USER)
    new = {"display_name": "Mine", "settings": [MACROS]}
    for definition, options in (
        (modules.OFFICE_CLIENT_CONFIG, new),
        (modules.OFFICE_CLIENT_CONFIGS, {"policies": [new]}),
    ):
        told, _warnings = task(found, definition, **options)
        assert told["failed"]
        assert "assume_full_view" in told["msg"]
        told, _warnings = task(found, definition, **options, assume_full_view=True)
        assert told["changed"], told.get("msg")
        told, _warnings = task(found, definition, **options)
        assert not told["changed"], told.get("msg")
        found = tenant("0", **USER)


def test_a_plan_tells_the_view() -> None:
    found = tenant("0", **USER)
    told, _warnings = task(found, modules.OFFICE_CLIENT_CONFIGS, policies=[{"display_name": "Old1"}])
    assert told["plan"]["view"] == UNKNOWN


def test_the_first_surface_has_neither_the_option_nor_a_view() -> None:
    found, surface = FuzzTenant(), {"surface": "office_configuration"}
    told = run(found, modules.OFFICE_CLIENT_CONFIGS, {**surface, "policies": []})
    assert "view" not in told["plan"]
    assert "view" not in run(found, modules.OFFICE_CLIENT_CONFIG_INFO, surface)
    for definition, options in (
        (modules.OFFICE_CLIENT_CONFIGS, {"policies": []}),
        (modules.OFFICE_CLIENT_CONFIG, {"display_name": "One"}),
    ):
        told = run(found, definition, {**surface, **options, "assume_full_view": True})
        assert "surface office_configuration has no such option" in told["msg"]
        assert not run(found, definition, {**surface, **options, "assume_full_view": False}).get("failed")
