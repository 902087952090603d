# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From login and connection options to a tenant; what goes out shows which login and host were chosen."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.clouds import CLOUDS
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import AUTH, CONNECTION, SURFACE
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant, open_tenant
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Delete
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOGIN, TOKEN, Wire, written

SECRET = "canary-secret~0123456789"
BY_SECRET = {"tenant_id": "contoso.test", "client_id": "app-id", "client_secret": SECRET}
PATH = "/beta/officeConfiguration/clientConfigurations"
DEFAULTS = {name: option.get("default") for name, option in {**AUTH, **CONNECTION, **SURFACE}.items()}


def tenant(raw: dict[str, t.Any], environment: dict[str, t.Any] | None = None) -> Tenant:
    """Open a tenant with these options of the task and these fallbacks from the environment."""
    urls = {"graph_url": GRAPH, "login_url": LOGIN}
    return open_tenant({**DEFAULTS, **urls, **(environment or {}), **raw}, raw)


def error_of(raw: dict[str, t.Any], environment: dict[str, t.Any] | None = None) -> str:
    with pytest.raises(UserError) as caught:
        tenant(raw, environment)
    return str(caught.value)


def expect_login(wire: Wire, tenant_id: str = "contoso.test", token: str = "from-secret") -> None:
    base = f"{LOGIN}/{tenant_id}"
    endpoints = {"authorization_endpoint": f"{base}/a", "token_endpoint": f"{base}/oauth2/v2.0/token"}
    wire.expect("GET", f"{base}/v2.0/.well-known/openid-configuration", json=endpoints)
    answer = {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
    wire.expect("POST", f"{base}/oauth2/v2.0/token", json=answer)


def used_token(wire: Wire, opened: Tenant, root: str = GRAPH) -> str:
    """Read an empty listing and return the token that was sent."""
    wire.expect("GET", f"{root}{PATH}", json={"value": []})
    opened.surface.list_policies()
    return wire.sent[-1].headers["Authorization"].removeprefix("Bearer ")


def test_a_ready_token_is_used_as_it_is(wire: Wire) -> None:
    assert used_token(wire, tenant({"access_token": TOKEN})) == TOKEN


def test_a_secret_logs_in(wire: Wire) -> None:
    opened = tenant(BY_SECRET)
    expect_login(wire)
    assert used_token(wire, opened) == "from-secret"


def test_opening_sends_nothing(wire: Wire) -> None:
    tenant(BY_SECRET)
    assert wire.sent == []


def test_the_tasks_secret_wins_over_the_environments_token(wire: Wire) -> None:
    opened = tenant(BY_SECRET, {"access_token": "from-environment"})
    expect_login(wire)
    assert used_token(wire, opened) == "from-secret"


def test_the_tasks_token_wins_over_the_environments_secret(wire: Wire) -> None:
    assert used_token(wire, tenant({"access_token": TOKEN}, BY_SECRET)) == TOKEN


def test_the_environment_alone_is_enough(wire: Wire) -> None:
    opened = tenant({}, BY_SECRET)
    expect_login(wire)
    assert used_token(wire, opened) == "from-secret"


def test_the_environments_token_wins_over_its_secret(wire: Wire) -> None:
    assert used_token(wire, tenant({}, {**BY_SECRET, "access_token": TOKEN})) == TOKEN


def test_ids_of_the_environment_complete_the_tasks_secret(wire: Wire) -> None:
    opened = tenant({"client_secret": SECRET}, {"tenant_id": "other.test", "client_id": "app-id"})
    expect_login(wire, "other.test")
    assert used_token(wire, opened) == "from-secret"


def test_a_null_login_option_is_as_if_left_out(wire: Wire) -> None:
    assert used_token(wire, tenant({"access_token": TOKEN, "client_secret": None})) == TOKEN


def test_two_logins_in_one_task_are_refused() -> None:
    message = error_of({**BY_SECRET, "access_token": TOKEN})
    assert "cannot use access_token and client_secret: they are two ways to log in" in message
    assert TOKEN not in message
    assert SECRET not in message


def test_no_login_is_told_with_all_ways() -> None:
    message = error_of({})
    for name in ("client_secret", "tenant_id", "client_id", "access_token", "AZURE_CLIENT_SECRET"):
        assert name in message


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (("tenant_id",), "tenant_id missing"),
        (("client_id",), "client_id missing"),
        (("tenant_id", "client_id"), "tenant_id and client_id missing"),
    ],
)
@pytest.mark.parametrize("empty", [None, ""])
def test_missing_ids_are_named(missing: tuple[str, ...], said: str, empty: str | None) -> None:
    message = error_of({**BY_SECRET, **dict.fromkeys(missing, empty)})
    assert f"the login: cannot use client_secret: {said}" in message


@pytest.mark.parametrize(("option", "value"), [("access_token", ""), ("client_secret", "")])
def test_an_empty_credential_is_refused_by_name(option: str, value: str) -> None:
    assert f"cannot use {option}: it is empty" in error_of({**BY_SECRET, "client_secret": None, option: value})


@pytest.mark.parametrize("option", ["graph_url", "login_url"])
@pytest.mark.parametrize(
    "url",
    [
        "http://graph.test",
        "graph.test",
        "ftp://graph.test",
        "https://",
        "https:///beta",
        "https://user:pw@graph.test",
        "https://:pw@graph.test",
        "https://graph.test?x=1",
        "https://graph.test#x",
        "https://[graph.test",
        "https://graph.test:port",
        " ",
    ],
)
def test_a_url_that_is_not_a_plain_https_root_is_refused(option: str, url: str) -> None:
    message = error_of({"access_token": TOKEN, option: url})
    assert message.startswith(f"the connection: cannot use {option}: it is not a plain https:// URL.")
    assert "pw" not in message


@pytest.mark.parametrize(("version", "slash"), [("beta", ""), ("beta", "/"), ("v1.0", "")])
def test_a_graph_url_with_a_version_is_told_where_the_version_goes(version: str, slash: str) -> None:
    message = error_of({"access_token": TOKEN, "graph_url": f"https://graph.test/{version}{slash}"})
    assert message.startswith(f"the connection: cannot use graph_url: it ends in the version /{version}, which")
    assert message.endswith("Give https://graph.test, and the version as api_version.")


@pytest.mark.parametrize("url", ["https://graph.test/", " https://graph.test ", "https://graph.test//"])
def test_slashes_and_blanks_around_a_url_are_taken_away(wire: Wire, url: str) -> None:
    assert used_token(wire, tenant({"access_token": TOKEN, "graph_url": url})) == TOKEN


@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_the_cloud_names_the_host(wire: Wire, cloud: str) -> None:
    opened = tenant({"access_token": TOKEN, "cloud": cloud, "graph_url": None, "login_url": None})
    assert used_token(wire, opened, CLOUDS[cloud].graph_url) == TOKEN


@pytest.mark.parametrize("version", ["v1.0", "/v1.0/"])
def test_the_api_version_is_part_of_the_path(wire: Wire, version: str) -> None:
    wire.expect("GET", f"{GRAPH}/v1.0/officeConfiguration/clientConfigurations", json={"value": []})
    assert tenant({"access_token": TOKEN, "api_version": version}).surface.list_policies() == ()


@pytest.mark.parametrize(
    ("option", "value"),
    [("timeout", 0.0), ("timeout", -1.0), ("timeout", float("nan")), ("retry_timeout", -1.0)],
)
def test_a_time_that_is_none_is_refused(option: str, value: float) -> None:
    assert error_of({"access_token": TOKEN, option: value}).startswith(f"the connection: cannot use {option}: ")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_endless_call_is_refused(value: float) -> None:
    assert "cannot use timeout" in error_of({"access_token": TOKEN, "timeout": value})


def test_a_retry_timeout_of_0_is_fine() -> None:
    assert tenant({"access_token": TOKEN, "retry_timeout": 0.0})


@pytest.mark.parametrize(("transport", "inline"), [("stream", False), ("inline", True)])
def test_the_payload_transport_is_taken_over(transport: str, inline: bool) -> None:
    opened = tenant({"access_token": TOKEN, "payload_transport": transport})
    [payload, _other] = opened.surface.capabilities.content
    assert payload.part is not inline


def test_surface_and_directory_share_one_login(wire: Wire) -> None:
    opened = tenant(BY_SECRET)
    expect_login(wire)
    wire.expect("GET", f"{GRAPH}{PATH}", json={"value": []})
    wire.expect("DELETE", f"{GRAPH}{PATH}/p1", status=204)
    wire.expect("GET", f"{GRAPH}/v1.0/groups/g1?$select=id,displayName", json={})
    opened.surface.list_policies()
    assert isinstance(opened.surface, OfficeSurface)
    written(opened.surface, Delete(office_policy("p1", KINDS["windows"], "A")))
    opened.directory.check("g1")
    assert [line.split()[0] for line in wire.lines] == ["GET", "POST", "GET", "DELETE", "GET"]


@pytest.mark.parametrize("raw", [{"access_token": TOKEN}, BY_SECRET])
def test_nothing_of_a_tenant_shows_a_credential(raw: dict[str, t.Any]) -> None:
    shown = f"{tenant(raw)!r} {tenant(raw)}"
    assert TOKEN not in shown
    assert SECRET not in shown
