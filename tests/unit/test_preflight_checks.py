# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the facts of a preflight mean: each line with its status and its next step."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.access import WRITE_ACTIONS
from ansible_collections.m365.apps.plugins.module_utils._catalog.first_look import ListedPolicies
from ansible_collections.m365.apps.plugins.module_utils._graph.clock import ahead_of
from ansible_collections.m365.apps.plugins.module_utils._graph.first_page import Listed
from ansible_collections.m365.apps.plugins.module_utils._graph.token_claims import Claims, claims_of
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import NEEDS
from ansible_collections.m365.apps.plugins.module_utils._module.preflight_checks import (
    Check,
    Status,
    checks_of,
    proxy_shown,
)
from ansible_collections.m365.apps.plugins.module_utils._module.preflight_facts import (
    Facts,
    Login,
    Refusal,
    Wiring,
)
from ansible_collections.m365.apps.tests.unit.wire import token_with

READ, WRITE = "DeviceManagementConfiguration.Read.All", "DeviceManagementConfiguration.ReadWrite.All"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
APP = Claims(is_app=True, tenant="t", permissions=frozenset({WRITE}), readable=True)
USER = replace(APP, is_app=False, is_user=True)
INTUNE_ADMINISTRATOR = replace(USER, directory_roles=frozenset({"3a2c62db-5318-420d-8d74-23affee5d9d5"}))
READER = replace(APP, permissions=frozenset({READ}))
OPAQUE = Claims()
ALLOWED = frozenset(action.lower() for action in WRITE_ACTIONS)
FORBIDDEN = Refusal("Graph answered 403: no", "Grant the app something", 403)
SILENT = replace(FORBIDDEN, says_nothing=True)
BUSY = Refusal("Graph answered 503: busy", "Run it again later", 503)
WITHDRAWN = Refusal("this tenant's Graph does not serve it", "Take the other surface", 400, withdrawn=True)
GOOD = Facts(
    surface="settings_catalog",
    needs=frozenset({"rollout", "group_names"}),
    wiring=Wiring("https://graph.test", "beta"),
    login=Login("client_secret", APP),
    now=NOW,
    ahead=0.5,
    policies=ListedPolicies(3, own=3),
    office=WITHDRAWN,
    definitions=Listed(40),
    groups=True,
    tags={"0": "Default"},
    access_policies=[],
    waiting=0,
    allowed=None,
    batch=True,
)
OFFICE = replace(GOOD, surface="office_configuration", office=Listed(2))
NOBODY = replace(GOOD, needs=frozenset())


def by_name(facts: Facts) -> dict[str, Check]:
    checks = checks_of(facts)
    found = {check.name: check for check in checks}
    assert len(found) == len(checks)
    return found


def signed_in(claims: Claims, **more: t.Any) -> Facts:
    return replace(GOOD, login=Login("access_token", claims), **more)


@pytest.mark.parametrize("facts", [GOOD, OFFICE])
def test_a_tenant_that_is_ready_has_nothing_to_do(facts: Facts) -> None:
    assert {(check.status, check.next_step) for check in checks_of(facts)} == {(Status.OK, "")}


def test_what_the_first_surface_does_not_have_is_no_line_of_it() -> None:
    assert set(by_name(GOOD)) - set(by_name(OFFICE)) == {"scope_tags", "view", "second_admin", "definitions"}


CASES: list[tuple[str, Facts, Status, str]] = [
    ("connection", replace(GOOD, wiring=replace(GOOD.wiring, validate_certs=False)), Status.WARNING, "not checked"),
    ("connection", replace(GOOD, wiring=replace(GOOD.wiring, proxy="p:8080")), Status.OK, "the proxy p:8080"),
    ("connection", replace(GOOD, wiring=replace(GOOD.wiring, ca_path="/ca.pem")), Status.OK, "against /ca.pem"),
    ("login", signed_in(INTUNE_ADMINISTRATOR), Status.OK, "a user with the role Intune Administrator signed in"),
    ("login", signed_in(OPAQUE), Status.UNKNOWN, "who signed in"),
    (
        "login",
        replace(GOOD, login=Login("certificate_path", APP, NOW + timedelta(29))),
        Status.WARNING,
        "ends on 2026-07-30",
    ),
    ("login", replace(GOOD, login=Login("certificate_path", APP, NOW + timedelta(31))), Status.OK, "2026-08-01"),
    ("clock", replace(GOOD, ahead=None), Status.UNKNOWN, "did not tell"),
    ("clock", replace(GOOD, ahead=-61), Status.WARNING, "61 s behind Graph's"),
    ("clock", replace(GOOD, ahead=301), Status.FAILED, "301 s ahead of Graph's"),
    (
        "settings_catalog",
        replace(GOOD, policies=ListedPolicies(3, own=1)),
        Status.OK,
        "3 policies, 1 of them for Windows",
    ),
    ("settings_catalog", replace(GOOD, policies=ListedPolicies(0, own=0)), Status.OK, "it has no policies"),
    ("settings_catalog", replace(GOOD, policies=ListedPolicies(100, True, 100)), Status.OK, "the first page lists 100"),
    ("settings_catalog", replace(GOOD, policies=FORBIDDEN), Status.FAILED, FORBIDDEN.cause),
    ("settings_catalog", replace(GOOD, policies=BUSY), Status.UNKNOWN, BUSY.cause),
    ("settings_catalog", replace(OFFICE, policies=FORBIDDEN), Status.UNKNOWN, "not the surface you chose"),
    ("office_configuration", GOOD, Status.OK, "not the surface you chose, and this tenant"),
    ("office_configuration", replace(OFFICE, office=WITHDRAWN), Status.FAILED, WITHDRAWN.cause),
    (
        "license",
        replace(GOOD, policies=SILENT, office=SILENT, definitions=SILENT),
        Status.FAILED,
        "Graph answered 403",
    ),
    ("license", replace(GOOD, policies=FORBIDDEN, definitions=BUSY), Status.UNKNOWN, "no read of Intune"),
    ("plan", signed_in(READER), Status.OK, READ),
    ("plan", signed_in(OPAQUE), Status.OK, "whatever the token tells"),
    ("plan", signed_in(OPAQUE, policies=BUSY), Status.UNKNOWN, "does not tell"),
    ("plan", signed_in(replace(APP, permissions=frozenset()), policies=FORBIDDEN), Status.WARNING, "carries none"),
    ("rollout", signed_in(READER), Status.FAILED, f"lacks {WRITE} (it carries {READ})"),
    ("rollout", signed_in(READER, needs=frozenset({"plan"})), Status.WARNING, f"lacks {WRITE}"),
    ("rollout", signed_in(OPAQUE), Status.UNKNOWN, "does not tell"),
    ("rollout", signed_in(INTUNE_ADMINISTRATOR), Status.OK, WRITE),
    ("rollout", signed_in(USER, allowed=ALLOWED), Status.OK, "allows all writes"),
    ("rollout", signed_in(USER, allowed=ALLOWED - {WRITE_ACTIONS[3].lower()}), Status.FAILED, WRITE_ACTIONS[3]),
    ("rollout", signed_in(USER, allowed=None), Status.UNKNOWN, "is not known"),
    ("rollout", signed_in(USER, allowed=FORBIDDEN), Status.UNKNOWN, FORBIDDEN.cause),
    ("group_names", replace(GOOD, groups=FORBIDDEN), Status.FAILED, "their IDs work"),
    ("group_names", replace(NOBODY, groups=FORBIDDEN), Status.WARNING, "their IDs work"),
    ("group_names", replace(GOOD, groups=BUSY), Status.UNKNOWN, f"by name is not known ({BUSY.cause})"),
    ("scope_tags", replace(GOOD, tags=BUSY), Status.UNKNOWN, f"by name is not known ({BUSY.cause})"),
    ("definitions", replace(GOOD, definitions=BUSY), Status.UNKNOWN, f"looked up is not known ({BUSY.cause})"),
    ("group_names", replace(GOOD, groups=False), Status.FAILED, "without their names"),
    ("scope_tags", replace(GOOD, tags=FORBIDDEN), Status.WARNING, "their IDs work"),
    ("view", signed_in(USER), Status.UNKNOWN, "a user signed in"),
    ("view", signed_in(USER, tags=FORBIDDEN), Status.WARNING, "the list of scope tags"),
    ("view", signed_in(USER, tags=BUSY), Status.UNKNOWN, "a user signed in"),
    (
        "view",
        signed_in(USER, policies=ListedPolicies(3, own=3, tag="'Pilot' (1)")),
        Status.WARNING,
        "the scope tag 'Pilot' (1)",
    ),
    ("second_admin", replace(GOOD, access_policies=FORBIDDEN), Status.UNKNOWN, FORBIDDEN.cause),
    (
        "second_admin",
        replace(GOOD, access_policies=["script", "app"]),
        Status.WARNING,
        "2 access policies (app, script)",
    ),
    ("approval", replace(GOOD, needs=frozenset(NEEDS), waiting=2), Status.OK, "2 wait"),
    ("approval", replace(GOOD, needs=frozenset(NEEDS), waiting=FORBIDDEN), Status.FAILED, FORBIDDEN.cause),
    ("definitions", replace(GOOD, definitions=Listed(0)), Status.WARNING, "no definitions"),
    ("definitions", replace(GOOD, definitions=FORBIDDEN), Status.FAILED, FORBIDDEN.cause),
    ("batch", replace(GOOD, batch=False), Status.WARNING, "refuses $batch"),
    ("batch", replace(GOOD, batch=None), Status.UNKNOWN, "$batch"),
]


@pytest.mark.parametrize(("name", "facts", "status", "said"), CASES)
def test_a_fact_is_a_line(name: str, facts: Facts, status: Status, said: str) -> None:
    check = by_name(facts)[name]
    assert check.status is status, check
    assert said in check.message
    assert bool(check.next_step) == (status is not Status.OK)


def test_a_token_that_carries_the_permission_is_not_told_to_get_it() -> None:
    unlicensed = replace(GOOD, policies=SILENT, definitions=SILENT, tags=SILENT)
    names = ("settings_catalog", "license", "definitions", "scope_tags")
    assert all("Grant" not in by_name(unlicensed)[name].next_step for name in names)
    # Nothing is known of the permissions of an opaque token.
    opaque = replace(unlicensed, login=Login("access_token", OPAQUE))
    assert all(SILENT.next_step.lower() in by_name(opaque)[name].next_step.lower() for name in names)


def test_who_does_not_need_a_permission_is_not_told_to_grant_it() -> None:
    asked, unasked = (by_name(replace(facts, groups=FORBIDDEN))["group_names"] for facts in (GOOD, NOBODY))
    assert asked.next_step == "Grant the app something"
    assert unasked.next_step == "Only where you want that: grant the app something"


READS = st.sampled_from([FORBIDDEN, SILENT, BUSY, WITHDRAWN, Refusal("nobody answered", "Try again")])
LISTS = READS | st.builds(Listed, st.integers(0, 100), st.booleans())
POLICIES = READS | st.builds(
    ListedPolicies, st.integers(0, 100), st.booleans(), st.integers(0, 100), st.none() | st.text()
)
FACTS = st.builds(
    Facts,
    surface=st.sampled_from(["settings_catalog", "office_configuration"]),
    needs=st.frozensets(st.sampled_from(NEEDS)),
    wiring=st.builds(Wiring, st.text(), st.text(), st.text(), st.booleans(), st.none() | st.text()),
    login=st.builds(Login, st.text(), st.sampled_from([APP, USER, READER, OPAQUE]), st.none() | st.just(NOW)),
    now=st.just(NOW),
    ahead=st.none() | st.floats(-1e6, 1e6),
    policies=POLICIES,
    office=LISTS,
    definitions=LISTS,
    groups=READS | st.booleans(),
    tags=READS | st.just({}),
    access_policies=READS | st.lists(st.text()),
    waiting=READS | st.integers(0, 9),
    allowed=READS | st.none() | st.just(ALLOWED),
    batch=st.none() | st.booleans(),
)


@given(facts=FACTS)
def test_whatever_was_found_is_a_line_each_and_what_is_not_good_has_a_next_step(facts: Facts) -> None:
    checks = by_name(facts)
    assert all(bool(check.next_step) == (check.status is not Status.OK) for check in checks.values())
    assert all(check.message for check in checks.values())
    if not facts.needs:
        about_needs = {"plan", "rollout", "group_names", "scope_tags"}
        assert not [name for name in about_needs & set(checks) if checks[name].status is Status.FAILED]


# What the facts are made of


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, ""),
        ("http://me:secret@proxy.test:8080/", "proxy.test:8080"),
        ("proxy.test:8080", "proxy.test:8080"),
        ("http://proxy.test", "proxy.test"),
        ("http://[", "that is given"),
        ("http://proxy.test:port", "that is given"),
    ],
)
def test_a_proxy_is_shown_without_its_login(url: str | None, shown: str) -> None:
    assert proxy_shown(url) == shown


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Thu, 01 Jan 1970 00:01:40 GMT", 20.0),
        ("Thu, 01 Jan 1970 00:02:20 GMT", -20.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("Thu, 99 Jan 1970 00:01:40 GMT", None),
    ],
)
def test_the_header_tells_how_far_the_clock_is_off(date: str | None, ahead: float | None) -> None:
    assert ahead_of(date, 120.0) == ahead


def test_a_token_tells_its_permissions() -> None:
    assert claims_of(token_with({"roles": [READ, WRITE]})).permissions == {READ, WRITE}
    assert claims_of(token_with({"scp": f"{READ} openid"})).permissions == {READ, "openid"}
    assert claims_of(token_with({"roles": [3]})).readable
    assert not claims_of("opaque").readable
