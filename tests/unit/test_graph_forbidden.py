# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The causes of a 403, which look alike but for their texts: license, permission, role, and what nobody tells."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.explain import RULES as CATALOG
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.explain import GRAPH as DIRECTORY
from ansible_collections.m365.apps.plugins.module_utils._graph.explain import ErrorRules, explained
from ansible_collections.m365.apps.plugins.module_utils._office.explain import RULES as OFFICE
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Wire

NEEDED = "Device.ReadWrite.All"
IDS = " - Operation ID (for customer support): 0000 - Activity ID: a-1 - Url: https://proxy.test/x?a=1"
PERMISSION = "Application is not authorized to perform it. Application must have one of the following scopes: "
ROLE = "User is not authorized to perform this operation"
NOTHING = "An error has occurred"
GRANT = f"Grant the app the permission {NEEDED} with admin consent"
BOTH_INTUNE = pytest.mark.parametrize("rules", [OFFICE, CATALOG])


def nested(text: str, layers: int) -> str:
    """Return a text as Intune's services nest it, 0 for as it is."""
    message = json.dumps({"_version": 3, "Message": text + IDS}) if layers else text
    for _layer in range(layers - 1):
        message = json.dumps({"ErrorCode": "Forbidden", "Message": message, "Target": None})
    return message


def told(wire: Wire, client: GraphClient, rules: ErrorRules, text: str, **more: t.Any) -> str:
    """Return the sentence about a 403 with this text."""
    method = more.get("method", "POST")
    body = {"error": {"code": "Forbidden", "message": nested(text, more.get("layers", 1))}}
    wire.expect(method, f"{GRAPH}/beta/x", status=403, json=body)
    with pytest.raises(UserError) as caught, explained("it", "do it", NEEDED, rules=rules):
        client.call(method, "/x")
    assert len(str(caught.value)) < 1200
    return str(caught.value)


@BOTH_INTUNE
@pytest.mark.parametrize("layers", [0, 1, 2, 3])
def test_a_tenant_without_a_license_is_told_so(wire: Wire, client: GraphClient, rules: ErrorRules, layers: int) -> None:
    sentence = told(wire, client, rules, NOTHING, layers=layers)
    assert sentence.startswith(
        "it: cannot do it: most likely the tenant has no active Intune license (Graph answered 403 Forbidden: An error"
    )
    # It may be something else: nothing is said.
    assert GRANT in sentence
    assert "the role and scope tags of a user" in sentence


@pytest.mark.parametrize("rules", [OFFICE, CATALOG, DIRECTORY])
@pytest.mark.parametrize(
    ("scopes", "step"),
    [
        ("A.Read.All", "Grant the app the permission A.Read.All with admin consent."),
        ("A.Read.All, B.Read.All", "Grant the app one of the permissions A.Read.All, B.Read.All with admin consent."),
        ("A.Read.All,B.Read.All. Ask Bob", "Grant the app one of the permissions A.Read.All, B.Read.All with admin"),
    ],
)
def test_a_missing_permission_is_the_one_that_graph_names(
    wire: Wire, client: GraphClient, rules: ErrorRules, scopes: str, step: str
) -> None:
    sentence = told(wire, client, rules, PERMISSION + scopes)
    assert step in sentence
    assert NEEDED not in sentence
    assert "icense" not in sentence


@BOTH_INTUNE
def test_a_role_or_its_scope_tags_are_told(wire: Wire, client: GraphClient, rules: ErrorRules) -> None:
    sentence = told(wire, client, rules, ROLE)
    assert sentence == (
        "it: cannot do it: the role of this user does not allow it, or does not reach this object by its scope tags "
        f"(Graph answered 403 Forbidden: {ROLE} (operation id 0000, activity id a-1)). Let an Intune administrator "
        f"assign a role that allows this and has the scope tags; the app needs the permission {NEEDED}, too."
    )


@pytest.mark.parametrize("text", ["Access denied", f"{NOTHING} in the role", "no"])
def test_a_403_that_tells_no_cause_names_all(wire: Wire, client: GraphClient, text: str) -> None:
    sentence = told(wire, client, CATALOG, text)
    assert f"it: cannot do it: Graph answered 403 Forbidden: {text}" in sentence
    assert sentence.endswith(
        f"{GRANT} if it lacks it; else check the Intune license of the tenant, the role and scope tags of a user, and "
        "whether a second administrator must approve changes (multi-admin approval)."
    )


@pytest.mark.parametrize(("rules", "method"), [(CATALOG, "GET"), (OFFICE, "GET"), (OFFICE, "PATCH")])
def test_approval_is_named_only_where_a_tenant_may_want_it(
    wire: Wire, client: GraphClient, rules: ErrorRules, method: str
) -> None:
    sentence = told(wire, client, rules, "Access denied", method=method)
    assert sentence.endswith("else check the Intune license of the tenant and the role and scope tags of a user.")


@pytest.mark.parametrize("text", ["Insufficient privileges to complete the operation.", ROLE, NOTHING])
def test_the_directory_is_not_intune(wire: Wire, client: GraphClient, text: str) -> None:
    sentence = told(wire, client, DIRECTORY, text, method="GET", layers=0)
    assert sentence.endswith(f"{GRANT}.")
    assert "ntune" not in sentence


def test_a_proxys_403_has_none_of_these_causes(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", f"{GRAPH}/beta/x", status=403, body="<html>no</html>", content_type="text/html")
    with pytest.raises(UserError, match="Check graph_url") as caught, explained("it", "do it", NEEDED, rules=CATALOG):
        client.call("GET", "/x")
    assert NEEDED not in str(caught.value)
