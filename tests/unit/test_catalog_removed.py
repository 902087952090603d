# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings that the catalog in hand knows and the tenant does not: named when Graph refuses a write that holds them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import length_on_graph
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import TENANT, run
from graph_emulator.graph.catalog.definitions import Definitions
from graph_emulator.graph.catalog.shapes import length_in_dotnet

Dict = dict[str, t.Any]

SURFACE = {"surface": "settings_catalog"}
EXCEL: Dict = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
WORD: Dict = {"setting": "word16/L_VBAWarningsPolicy", "value": 3}
THERE: Dict = {"setting": "outlk16/L_CheckForgottenAttachments", "state": "disabled"}


def without_excel_and_word(found: CatalogTenant) -> CatalogTenant:
    """Let Microsoft remove the settings of two applications from a tenant."""
    held = found.world.tenants[TENANT]
    kept = [each for each in held.definitions if not any(app in each["id"].lower() for app in ("excel16", "word16"))]
    held.definitions = Definitions.of(kept)
    return found


def message_of(found: CatalogTenant, definition: modules.ModuleDefinition, **options: t.Any) -> str:
    result = run(found, definition, {**SURFACE, **options})
    assert result.get("failed"), result
    assert result["changed"] is False
    assert [path for path in found.accepted if "configurationPolicies" in path] == []
    return str(result["msg"])


def test_all_settings_that_microsoft_removed_are_named() -> None:
    found = without_excel_and_word(CatalogTenant())
    message = message_of(found, modules.OFFICE_CLIENT_CONFIG, display_name="A", settings=[EXCEL, THERE, WORD])
    assert message == (
        "policy 'A': cannot create it: this tenant's Graph does not know the settings excel16/L_VBAWarningsPolicy, "
        "word16/L_VBAWarningsPolicy, so Microsoft removed or renamed what the catalog in hand has. Take them out of "
        "settings; this write changed nothing."
    )


def test_so_are_those_of_a_policy_that_is_there() -> None:
    made = CatalogTenant()
    run(made, modules.OFFICE_CLIENT_CONFIG, {**SURFACE, "display_name": "A", "settings": [EXCEL]})
    found = without_excel_and_word(CatalogTenant(*made.policies))
    message = message_of(found, modules.OFFICE_CLIENT_CONFIGS, policies=[{"display_name": "A", "settings": [WORD]}])
    assert message.startswith("policy 'A'")
    assert "cannot update it: this tenant's Graph does not know the setting word16/L_VBAWarningsPolicy, so" in message
    # What goes is no problem, and metadata alone asks nobody.
    done = run(found, modules.OFFICE_CLIENT_CONFIG, {**SURFACE, "display_name": "A", "settings": [THERE]})
    assert done["changed"] is True


def test_a_refusal_for_another_reason_stays_what_it_is() -> None:
    found = CatalogTenant()
    found.faults({"kind": "segment_withdrawn", "match": {"method": "POST", "path": "configurationPolicies"}})
    told = run(found, modules.OFFICE_CLIENT_CONFIG, {**SURFACE, "display_name": "A", "settings": [EXCEL]})
    assert told["error"]["status"] == 400
    assert "does not know" not in str(told.get("msg"))


def test_graph_is_asked_of_no_definition_where_nobody_approved_the_write() -> None:
    found = CatalogTenant()
    found.put("settings", {"approval_required": True})
    told = run(found, modules.OFFICE_CLIENT_CONFIG, {**SURFACE, "display_name": "A", "settings": [EXCEL]})
    assert "approved by a second administrator" in told["msg"]
    assert [line for line in found.lines if "configurationSettings" in line] == []


@pytest.mark.parametrize("text", ["", "a", "\N{GRINNING FACE}", "é" * 3, "\uffff\U00010000"])
def test_both_sides_count_characters_alike(text: str) -> None:
    assert length_on_graph(text) == length_in_dotnet(text)


def test_a_text_of_an_element_is_counted_as_graph_does() -> None:
    [repair] = built_in().of_name("office16", "L_OnlineRepair")[:1]
    assert repair.name == "L_OnlineRepair"
    setting: Dict = {"setting": "office16/L_OnlineRepair", "values": {"L_LocalODTPath": "\N{GRINNING FACE}" * 512}}
    message = message_of(CatalogTenant(), modules.OFFICE_CLIENT_CONFIG, display_name="A", settings=[setting])
    assert "L_LocalODTPath must be a text of at most 1023 characters, not 1024 characters" in message
