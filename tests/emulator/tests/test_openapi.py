# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI document has everything that is served, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema

from graph_emulator.admin import WORK
from graph_emulator.app import build
from graph_emulator.fault_kinds import KINDS
from graph_emulator.graph.routes import ROUTES
from graph_emulator.graph.schema import CHECKIN_STATUS
from graph_emulator.loader import load_tenants
from graph_emulator.openapi import admin_paths, graph_paths
from graph_emulator.openapi.document import document
from graph_emulator.settings import Settings
from graph_emulator.testing import Emulator
from graph_emulator.world import World

ORIGIN = "https://localhost"
README = Path(__file__).resolve().parents[1] / "README.md"


def test_it_is_served(emulator: Emulator) -> None:
    assert emulator.admin("GET", "openapi.json") == document(emulator.url)


def test_graph_and_admin_rows_are_those_that_are_served() -> None:
    assert set(graph_paths.SHAPES) == {(path, method) for path, methods in ROUTES.items() for method in methods}
    assert set(admin_paths.SHAPES) == set(WORK)


def test_login_paths_are_those_of_the_application() -> None:
    mounted = [route.path for route in build(World((ORIGIN,))).routes]  # type: ignore[attr-defined]
    described = {
        path for path, item in document(ORIGIN)["paths"].items() for one in item.values() if "login" in one["tags"]
    }
    assert described == {path for path in mounted if ":path}" not in path}


def test_schemas_are_json_schema_and_every_reference_leads_somewhere() -> None:
    content = document(ORIGIN)
    schemas = content["components"]["schemas"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    named = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", repr(content)))
    assert named == set(schemas)


def test_the_default_settings_fit_their_schema() -> None:
    schemas = document(ORIGIN)["components"]["schemas"]
    assert set(schemas["Settings"]["properties"]) == set(Settings().to_json())
    jsonschema.validate(Settings().to_json(), schemas["Settings"])


def test_the_readme_names_every_fault_and_setting() -> None:
    text = README.read_text(encoding="utf-8")
    assert [name for name in (*KINDS, *Settings().to_json()) if f"`{name}`" not in text] == []


GUIDE = README.parents[2] / "docs" / "docsite" / "rst" / "guide_emulator.rst"


def test_the_guide_names_every_fault() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [name for name in KINDS if f"``{name}``" not in text] == []


def test_seeds_of_the_guide_are_taken_and_show_each_property_of_a_check_in() -> None:
    blocks = re.findall(r"code-block:: json\n\n((?:(?:   .*)?\n)+)", GUIDE.read_text(encoding="utf-8"))
    seeds = [seed for seed in map(json.loads, blocks) if "tenants" in seed]
    tenants = [tenant for seed in seeds for tenant in load_tenants(seed).values()]
    assert len(tenants) == len(seeds) > 2
    shown = [
        status
        for seed in seeds
        for tenant in seed["tenants"].values()
        for policy in tenant.get("policies", [])
        for status in policy.get("checkinStatuses", [])
    ]
    assert set(shown[0]) == set(CHECKIN_STATUS)
    text = README.read_text(encoding="utf-8")
    assert [name for name in CHECKIN_STATUS if f"`{name}`" not in text] == []
