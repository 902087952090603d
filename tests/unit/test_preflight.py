# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_preflight_info: what is read, in how many requests, and where the run fails."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.catalog_wire import SENT
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import LOGIN, TENANT, FuzzTenant, Spoilt, run
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_PREFLIGHT_INFO
from ansible_collections.m365.apps.tests.unit.wire import LOST
from graph_emulator.wire import Call

READ = "DeviceManagementConfiguration.Read.All"
CATALOG: dict[str, t.Any] = {"surface": "settings_catalog"}
MOST_REQUESTS = 10

Checks = dict[str, dict[str, t.Any]]


def told(tenant: FuzzTenant, **arguments: t.Any) -> Checks:
    """Return the lines by their names; nothing was written, and no more was asked than there may be."""
    result = run(tenant, OFFICE_PREFLIGHT_INFO, {**CATALOG, **arguments})
    assert not result.get("failed"), result
    assert not result["changed"]
    assert tenant.writes == []
    assert tenant.requests <= MOST_REQUESTS
    return {check["name"]: check for check in result["checks"]}


def statuses(checks: Checks) -> dict[str, str]:
    """Return the lines that are not ok, but for that of the clock: these answers have no Date."""
    return {name: check["status"] for name, check in checks.items() if check["status"] != "ok" and name != "clock"}


def settings(tenant: FuzzTenant, **changes: t.Any) -> None:
    tenant.world.settings = replace(tenant.world.settings, **changes)


@pytest.fixture
def tenant() -> CatalogTenant:
    return CatalogTenant({"name": "Ours", "settings": SENT})


def answering(path: str, status: int, body: bytes = b"{}", **headers: str) -> t.Callable[[Call, Spoilt], Spoilt]:
    """Return what spoils the answers of a path."""

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        return Spoilt(status, body, {"Content-Type": "application/json", **headers}) if path in call.path else answer

    return spoil


REFUSED = answering("/$batch", 400, b'{"error": {"code": "BadRequest", "message": "no batch here"}}')


# How many requests it takes


@pytest.mark.parametrize("login", [{}, {"access_token": None, **LOGIN}], ids=["token", "secret"])
@pytest.mark.parametrize("signed_in", ["app", "user"])
def test_ten_requests_do_where_each_read_goes_alone(
    tenant: CatalogTenant, login: dict[str, t.Any], signed_in: str
) -> None:
    held = tenant.world.tenants[TENANT]
    (app,) = held.apps.values()
    tenant.token = tenant.world.keys.issue(held, app, "https://graph.test", 3600, "1", signed_in)
    tenant.spoil = REFUSED
    checks = told(tenant, **login)
    assert checks["batch"]["status"] == "warning"
    assert tenant.requests >= MOST_REQUESTS - 2


def test_six_requests_do_where_they_may_travel_together(tenant: CatalogTenant) -> None:
    checks = told(tenant, access_token=None, **LOGIN)
    assert statuses(checks) == {}
    assert tenant.requests == 6


def test_a_busy_tenant_is_a_line_and_nothing_is_tried_again(tenant: CatalogTenant) -> None:
    tenant.spoil = answering("", 503, b'{"error": {"code": "x", "message": "busy"}}', **{"Retry-After": "1"})
    checks = told(tenant)
    assert checks["settings_catalog"]["status"] == "unknown"
    assert checks["batch"]["status"] == "unknown"
    assert tenant.clock.slept == []
    # There is no retry_timeout to raise, and nothing was written that a next run would find.
    assert checks["settings_catalog"]["next_step"] == "Run it again later"
    assert not [check for check in checks.values() if "retry_timeout" in check["message"]]


# What is told of tenants and logins


def test_a_tenant_without_a_license(tenant: CatalogTenant) -> None:
    settings(tenant, no_intune_licence=True)
    checks = told(tenant)
    assert checks["license"]["status"] == "failed"
    assert "no active Intune license" in checks["license"]["message"]


def test_a_tenant_that_wants_approval(tenant: CatalogTenant) -> None:
    settings(tenant, approval_required=True)
    checks = told(tenant, needs=["approval"])
    assert statuses(checks) == {"second_admin": "warning"}
    assert checks["second_admin"]["message"].startswith("1 access policy (configurationPolicy)")


def test_an_app_that_may_only_read(tenant: CatalogTenant) -> None:
    tenant.sign_in(roles=[READ])
    checks = told(tenant)
    assert statuses(checks) == {"rollout": "failed", "group_names": "failed", "second_admin": "unknown"}
    assert "operation id" not in str(checks)
    assert statuses(told(tenant, needs=["plan"])) == {
        "rollout": "warning",
        "group_names": "warning",
        "second_admin": "unknown",
    }


def test_a_user_from_whom_policies_are_hidden_and_whose_role_lacks_an_action() -> None:
    policies = [{"name": name, "roleScopeTagIds": ["1"], "settings": SENT} for name in ("A", "B")]
    tenant = CatalogTenant(*policies)
    actions = ["Microsoft.Intune_DeviceConfigurations_Read", "Microsoft.Intune_Roles_Read"]
    settings(tenant, visible_scope_tags=["1"], role_actions=actions)
    held = tenant.world.tenants[TENANT]
    (app,) = held.apps.values()
    tenant.token = tenant.world.keys.issue(held, app, "https://graph.test", 3600, "1", "user")
    checks = told(tenant)
    assert (checks["view"]["status"], checks["rollout"]["status"]) == ("warning", "failed")
    assert "the scope tag 'Pilot' (1)" in checks["view"]["message"]
    assert "Microsoft.Intune_DeviceConfigurations_Delete" in checks["rollout"]["message"]


def test_a_clock_that_is_off(tenant: CatalogTenant) -> None:
    def late(_call: Call, answer: Spoilt) -> Spoilt:
        return replace(answer, headers={**answer.headers, "Date": "Thu, 01 Jan 2015 00:00:00 GMT"})

    tenant.spoil = late
    checks = told(tenant)
    assert checks["clock"]["status"] == "failed"
    assert "ahead of Graph's" in checks["clock"]["message"]


def test_what_comes_from_the_tenant_is_shown_and_not_obeyed(tenant: CatalogTenant) -> None:
    wire = '{"value": [{"policyType": "app\\u001b[2J{{ 7 * 7 }}"}]}'
    tenant.spoil = answering("operationApprovalPolicies", 200, wire.encode())
    settings(tenant, batch_enabled=False)
    said = told(tenant)["second_admin"]["message"]
    assert r"app\x1b[2J{{ 7 * 7 }}" in said


def test_a_tenant_of_the_first_surface() -> None:
    tenant = FuzzTenant()
    checks = told(tenant, surface="office_configuration")
    assert statuses(checks) == {}
    assert checks["office_configuration"]["message"] == "served; it has 2 policies"
    settings(tenant, segment_withdrawn=True)
    withdrawn = told(tenant, surface="office_configuration")
    assert withdrawn["office_configuration"]["status"] == "failed"
    assert "settings_catalog" in withdrawn["office_configuration"]["next_step"]


# Where the run fails


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b'{"error": {"code": "InvalidAuthenticationToken", "message": "expired"}}', "Check that the token is"),
        (200, b"<html>Sign in to the hotel</html>", "captive portal"),
        (302, b"", "was not followed"),
    ],
)
def test_where_graph_does_not_answer_the_run_fails_in_one_sentence(
    tenant: CatalogTenant, status: int, body: bytes, said: str
) -> None:
    tenant.spoil = answering("", status, body)
    result = run(tenant, OFFICE_PREFLIGHT_INFO, CATALOG)
    assert result["failed"]
    assert result["msg"].startswith("the tenant: cannot ask it anything: ")
    assert said in result["msg"]
    assert tenant.requests <= 2


def test_where_nobody_answers_the_run_fails_in_one_sentence(tenant: CatalogTenant) -> None:
    def lose(_call: Call, _answer: Spoilt) -> Spoilt:
        raise LOST

    tenant.spoil = lose
    assert run(tenant, OFFICE_PREFLIGHT_INFO, CATALOG)["msg"].startswith("the tenant: cannot ask it anything: ")
    assert tenant.requests == 1


def test_a_login_that_is_refused_fails_in_one_sentence(tenant: CatalogTenant) -> None:
    wrong = {**LOGIN, "client_secret": "wrong", "access_token": None}
    result = run(tenant, OFFICE_PREFLIGHT_INFO, {**CATALOG, **wrong})
    assert result["msg"].startswith("the login: cannot get a token: ")
    assert not result["changed"]
