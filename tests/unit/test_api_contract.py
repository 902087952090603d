# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing of the API is forgotten: each type, property and operation is covered by something that exists, or left out.

``api_contract.yml`` is the table. The other way round, each option and return value is in it, or is ours for a reason.
"""

from __future__ import annotations

import functools
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import with_shared
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, ONE, FuzzTenant, run
from ansible_collections.m365.apps.tests.unit.test_module_docs import MODULES, load, spec_of
from graph_emulator.openapi.document import document

Row = dict[str, t.Any]
TABLE: dict[str, t.Any] = yaml.safe_load(Path(__file__).with_name("api_contract.yml").read_text(encoding="utf-8"))
TYPES: dict[str, dict[str, Row]] = TABLE["types"]
ROWS = {f"{kind}.{name}": row for kind, properties in TYPES.items() for name, row in properties.items()}
OPERATIONS: dict[str, Row] = TABLE["operations"]
# Characters: a word is no reason.
LEAST_REASON = 15
SHARED = set(with_shared({}))


def names(tree: t.Mapping[str, t.Any] | None, below: str, start: str) -> t.Iterator[str]:
    """Return the dotted names of options or return values, those inside of others too."""
    for name, value in (tree or {}).items():
        yield f"{start}.{name}"
        yield from names(value.get(below), below, f"{start}.{name}")


def options() -> set[str]:
    """Return every option of every module as ``module.option``, without those that all of them share."""
    return {
        name
        for module in MODULES
        for name in names(spec_of(module), "options", module)
        if name.split(".")[1] not in SHARED
    }


@functools.cache
def returns() -> frozenset[str]:
    """Return every documented return value of every module as ``module.value``."""
    trees = ((module, yaml.safe_load(load(module).RETURN)) for module in MODULES)
    return frozenset(name for module, tree in trees for name in names(tree, "contains", module))


def served() -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """Return the Graph operations of the emulator's document, without those of the settings catalog."""
    for path, item in document("https://graph.test")["paths"].items():
        for method, operation in item.items():
            if "graph" in operation["tags"] and "catalog" not in operation["tags"]:
                yield f"{method.upper()} {path}", operation


def named(part: object) -> set[str]:
    """Return the schemas that a part of the document refers to, and those that these refer to."""
    schemas = document("https://graph.test")["components"]["schemas"]
    found: set[str] = set()
    pending = {repr(part)}
    while pending:
        names_found = set(re.findall(r"'#/components/schemas/(\w+)'", pending.pop())) - found
        found |= names_found
        pending |= {repr(schemas[name]) for name in names_found}
    return found


def properties(kind: str) -> set[str]:
    schema = document("https://graph.test")["components"]["schemas"][kind]
    return set(schema["properties"])


# What the modules do with a small tenant; together they send every operation that the table calls sent.
ALL_PARTS = {"gather": ["payloads", "assignments", "checkins"]}
NEW = {
    "display_name": "New",
    "policy_payload": [{"settingId": "a"}],
    "user_preference_payload": [{"settingId": "b"}],
    "groups": ["All Staff", GROUPS["Finance"]],
}
RUNS: list[tuple[modules.ModuleDefinition, dict[str, t.Any]]] = [
    (modules.OFFICE_CLIENT_CONFIGS, {"policies": [NEW, {"display_name": "Two", "groups": [GROUPS["Finance"]]}]}),
    (modules.OFFICE_CLIENT_CONFIG, {"id": ONE, "description": "changed"}),
    (modules.OFFICE_CLIENT_CONFIG_INFO, ALL_PARTS),
    (modules.OFFICE_CLIENT_CONFIG_INFO, {"id": ONE, **ALL_PARTS}),
    (modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, {"id": ONE, "groups": ["All Staff"]}),
    (modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, {"id": ONE, "groups": [GROUPS["Finance"]]}),
    (modules.OFFICE_CLIENT_CONFIG_ORDER, {"order": ["Two", "One"]}),
    (modules.OFFICE_CLIENT_CHECKIN_INFO, {}),
    (modules.OFFICE_CLIENT_CONFIG, {"id": ONE, "state": "absent"}),
]
SPELLINGS = ("plain", "microsoft.graph", "microsoft.management.services.api")


def sent() -> set[str]:
    """Return the operations that the runs send, by their paths in the document, in tenants of every spelling."""
    seen: set[str] = set()
    patterns = {name: re.compile(_pattern(name)) for name, _operation in served()}
    for spelling in SPELLINGS:
        tenant = FuzzTenant()
        tenant.world.settings = tenant.world.settings.merged({"action_spellings": [spelling]})
        for definition, arguments in RUNS:
            result = run(tenant, definition, arguments)
            assert not result.get("failed"), (spelling, arguments, result)
        calls = [call for entry in tenant.world.journal.entries for call in (entry, *entry["batch"])]
        lines = {f"{call['method']} {call['path'].partition('?')[0]}" for call in calls if call["status"] < 300}
        # A literal segment comes before a key.
        ranked = sorted(patterns, key=lambda name: name.count("{"))
        seen |= {next(name for name in ranked if patterns[name].fullmatch(line)) for line in lines}
    return seen


def _pattern(operation: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation))


def test_the_table_has_the_operations_that_the_emulator_serves() -> None:
    assert set(OPERATIONS) == {name for name, _operation in served()}


def test_the_operations_called_sent_are_those_that_are_sent() -> None:
    assert {name for name, row in OPERATIONS.items() if row.get("sent")} == sent()


def unjustified(rows: t.Mapping[str, Row]) -> list[str]:
    """Return the rows that are neither covered nor left out for a reason, and those that are both."""
    return [
        name
        for name, row in rows.items()
        if any(row.get(key) for key in ("sent", "options", "returns", "made")) == bool(row.get("left_out"))
        or any(len(str(row[key])) < LEAST_REASON for key in ("left_out", "made") if key in row)
    ]


def test_each_row_is_covered_or_left_out_for_a_reason() -> None:
    assert unjustified({**OPERATIONS, **ROWS}) == []


@pytest.mark.parametrize(
    "row", [{"type": "Edm.String"}, {"left_out": "no"}, {"left_out": "a reason of some length", "sent": True}]
)
def test_a_row_without_a_reason_is_found(row: Row) -> None:
    assert unjustified({"new": row}) == ["new"]


def test_the_table_has_the_types_and_parameters_that_the_emulator_serves() -> None:
    schemas = named([operation for _name, operation in served()])
    types = {name for name in schemas if name[0].islower() or name.endswith("Parameters")}
    assert set(TYPES) == types


@pytest.mark.parametrize("kind", TYPES)
def test_the_table_has_the_properties_that_the_emulator_serves(kind: str) -> None:
    assert set(TYPES[kind]) == properties(kind)


@pytest.mark.parametrize(("kind", "body"), [("officeClientConfiguration", "NewPolicy")])
def test_what_is_writable_is_what_the_emulator_takes(kind: str, body: str) -> None:
    assert {name for name, row in TYPES[kind].items() if row.get("writable")} == properties(body)


@pytest.mark.parametrize("name", ROWS)
def test_a_property_is_covered_by_what_exists(name: str) -> None:
    row = ROWS[name]
    assert row["type"]
    assert set(row) <= {"type", "writable", "options", "returns", "made", "left_out"}
    assert [option for option in row.get("options", ()) if option not in options()] == []
    assert [value for value in row.get("returns", ()) if value not in returns()] == []
    if row.get("writable"):
        assert row.get("options") or row.get("made"), "it is writable, and nothing writes it"


@pytest.mark.parametrize(("key", "existing"), [("options", options), ("returns", returns)])
def test_what_is_not_of_the_api_is_ours_for_a_reason(key: str, existing: t.Callable[[], set[str]]) -> None:
    covered = {name for row in ROWS.values() for name in row.get(key, ())}
    ours: dict[str, str] = TABLE["ours"][key]
    assert [name for name, reason in ours.items() if len(reason) < LEAST_REASON] == []
    there = existing()
    # Ours is named without its module: it means the same in all of them.
    assert sorted(name for name in there - covered if name.partition(".")[2] not in ours) == []
    assert sorted(set(ours) - {name.partition(".")[2] for name in there}) == [], "there is no such thing"
