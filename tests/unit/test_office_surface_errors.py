# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every operation of the surface when Graph refuses: a sentence for each reason, and never absence by mistake."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import LoginError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, CONTENT, KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    Delete,
    Update,
    WritePart,
)
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import POLICIES, WITHDRAWN, Wire, refusal, written

PAYLOAD, PREFERENCES = CONTENT

LIVE = office_policy("p1", KINDS["windows"], "A", "", 7)
ID_URL = f"{POLICIES}/p1"


@dataclass(frozen=True)
class Operation:
    """One operation: its first request, how messages begin, and the permission it needs."""

    method: str
    url: str
    run: t.Callable[[OfficeSurface], object]
    said: str
    permission: str = "DeviceManagementConfiguration.ReadWrite.All"


READ = "DeviceManagementConfiguration.Read.All"
OPERATIONS = {
    "list": Operation(
        "GET", POLICIES, lambda surface: surface.list_policies(), "the list of Office policies: cannot read it", READ
    ),
    "get": Operation("GET", ID_URL, lambda surface: surface.get_policy("p1"), "policy p1: cannot read it", READ),
    "read_payload": Operation(
        "GET",
        f"{ID_URL}/userPreferencePayload",
        lambda surface: surface.read([Part(LIVE, PREFERENCES)]),
        "policy 'A' (id p1): cannot read its userPreferencePayload",
        READ,
    ),
    "read_assignments": Operation(
        "GET",
        f"{ID_URL}/assignments",
        lambda surface: surface.read([Part(LIVE, ASSIGNMENTS)]),
        "policy 'A' (id p1): cannot read its assignments",
        READ,
    ),
    "create": Operation(
        "POST",
        POLICIES,
        lambda surface: written(surface, Create(office_policy(None, KINDS["windows"], "A", "", 7))),
        "policy 'A': cannot create it",
    ),
    "update": Operation(
        "PATCH",
        ID_URL,
        lambda surface: written(surface, Update(LIVE, {"display_name": "B", "priority": 1})),
        "policy 'A' (id p1): cannot update display_name, priority",
    ),
    "write_payload": Operation(
        "PUT",
        f"{ID_URL}/policyPayload",
        lambda surface: written(surface, WritePart(LIVE, PAYLOAD, {})),
        "policy 'A' (id p1): cannot write its policyPayload",
    ),
    "assign": Operation(
        "POST",
        f"{ID_URL}/assign",
        lambda surface: written(surface, WritePart(LIVE, ASSIGNMENTS, (Assignment("g"),))),
        "policy 'A' (id p1): cannot assign its groups",
    ),
    "delete": Operation(
        "DELETE", ID_URL, lambda surface: written(surface, Delete(LIVE)), "policy 'A' (id p1): cannot delete it"
    ),
    "update_priorities": Operation(
        "POST",
        f"{POLICIES}/updatePriorities",
        lambda surface: surface.update_priorities({"p1": 1}),
        "the policies' order: cannot update the priorities",
    ),
}
HTML_404: dict[str, t.Any] = {"status": 404, "body": "<html>Not here</html>", "content_type": "text/html"}

each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def error_of(wire: Wire, surface: OfficeSurface, operation: Operation, answer: dict[str, t.Any]) -> UserError:
    """Run an operation whose only request gets this answer, and return its error."""
    wire.expect(operation.method, operation.url, **answer)
    with pytest.raises(UserError) as caught:
        operation.run(surface)
    assert len(wire.sent) == 1
    return caught.value


@each_operation
def test_a_refusal_tells_object_action_and_graphs_words(
    wire: Wire, surface: OfficeSurface, operation: Operation
) -> None:
    error = error_of(wire, surface, operation, refusal(400, "no good", "BadRequest"))
    assert str(error) == (
        f"{operation.said}: Graph answered 400 BadRequest: no good. Check the values against the answer."
    )


@each_operation
def test_a_refusal_carries_the_facts_of_the_call(wire: Wire, surface: OfficeSurface, operation: Operation) -> None:
    details = error_of(wire, surface, operation, refusal(409)).details
    assert details is not None
    assert (details.status, details.method) == (409, operation.method)
    assert operation.url.endswith(str(details.path))


@each_operation
def test_403_names_the_permission(wire: Wire, surface: OfficeSurface, operation: Operation) -> None:
    error = error_of(wire, surface, operation, refusal(403, "no consent", "Forbidden"))
    assert f"Grant the app the permission {operation.permission} with admin consent" in str(error)


@each_operation
@pytest.mark.parametrize("status", [400, 404])
def test_a_withdrawn_segment_is_its_own_error_and_never_absence(
    wire: Wire, surface: OfficeSurface, operation: Operation, status: int
) -> None:
    error = error_of(wire, surface, operation, {**WITHDRAWN, "status": status})
    assert str(error).startswith(f"{operation.said}: this tenant's Graph does not serve officeConfiguration (")
    assert "Write surface: settings_catalog in the task, or set M365_SURFACE=settings_catalog" in str(error)
    assert "nothing was changed" in str(error)


@pytest.mark.parametrize("operation", ["get", "read_payload", "delete"])
def test_a_proxys_404_is_not_absence(wire: Wire, surface: OfficeSurface, operation: str) -> None:
    error = error_of(wire, surface, OPERATIONS[operation], HTML_404)
    assert "an HTML page, not a Graph answer" in str(error)


@each_operation
def test_a_server_error_is_never_absence(wire: Wire, surface: OfficeSurface, operation: Operation) -> None:
    wire.expect(operation.method, operation.url, **refusal(500))
    looks = 3 if operation is OPERATIONS["create"] else 0
    for _unused in range(looks):
        wire.expect("GET", POLICIES, json={"value": []})
    with pytest.raises(UserError, match=r"Graph answered 500 Code: no\."):
        operation.run(surface)
    assert len(wire.sent) == 1 + looks


@each_operation
def test_an_html_refusal_does_not_blame_the_permission(
    wire: Wire, surface: OfficeSurface, operation: Operation
) -> None:
    answer = {"status": 403, "body": "<html><title>Blocked</title>", "content_type": "text/html"}
    error = error_of(wire, surface, operation, answer)
    assert "an HTML page titled 'Blocked'" in str(error)
    assert "permission" not in str(error)


@each_operation
def test_401_speaks_of_the_token(wire: Wire, surface: OfficeSurface, operation: Operation) -> None:
    assert "Check that the token is for this Graph host" in str(error_of(wire, surface, operation, refusal(401)))


@each_operation
def test_a_failed_login_is_about_the_login(
    surface: OfficeSurface, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: ReadyToken) -> str:
        raise LoginError(Failure("Entra refused the login", status=401), "Check client_secret")

    monkeypatch.setattr(ReadyToken, "token", refuse)
    with pytest.raises(UserError) as caught:
        operation.run(surface)
    assert str(caught.value) == "the login: cannot get a token: Entra refused the login. Check client_secret."
