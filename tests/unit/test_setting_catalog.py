# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_setting_catalog: what is read, what is written, and what is told of it."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in, catalog_lines
from ansible_collections.m365.apps.plugins.module_utils._catalog.fetch import PARTS
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import run
from ansible_collections.m365.apps.tests.unit.modules import (
    OFFICE_SETTING_CATALOG,
    OFFICE_SETTING_INFO,
)
from ansible_collections.m365.apps.tests.unit.setting_catalogs import ALL, FIRST, Tenant, begun, fetched, held


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "office.jsonl"


# A whole file


def test_all_definitions_of_office_are_written_with_their_texts(path: Path) -> None:
    tenant = Tenant()
    result = fetched(tenant, path, **FIRST)
    assert (result["changed"], result["status"], result["compared_with"]) == (True, "created", "collection")
    assert (result["definitions"], result["file"]) == (len(ALL), str(path))
    assert (result["counts"]["added"], result["counts"]["removed"]) == (len(ALL), len(built_in().ids()))
    assert tenant.reads == len(PARTS)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == begun(path.with_name("wanted"), tenant)


def test_the_file_answers_searches_by_texts_without_a_login(path: Path) -> None:
    begun(path, Tenant())
    tenant = Tenant()
    found = run(tenant, OFFICE_SETTING_INFO, {"search": "macros own workbooks", "catalog_file": str(path)})
    assert ([each["setting"] for each in found["settings"]], found["complete"]) == (["excel16/L_OwnMacros"], True)
    assert tenant.reads == 0
    assert catalog_of(str(path)).has_texts


@pytest.mark.parametrize("per_page", [False, True])
@pytest.mark.parametrize("page", [1, 4, 100])
def test_the_same_catalog_is_the_same_bytes_in_whatever_pages_it_comes(page: int, per_page: bool, path: Path) -> None:
    before = begun(path, Tenant())
    again = fetched(Tenant(page=page, per_page=per_page), path)
    assert (again["changed"], again["status"], again["compared_with"]) == (False, "unchanged", "file")
    assert (path.read_bytes(), again["sha256"]) == (before, hashlib.sha256(before).hexdigest())


def test_a_name_that_ends_in_gz_is_packed(path: Path) -> None:
    packed = path.with_name("office.jsonl.gz")
    fetched(Tenant(), packed, **FIRST)
    assert gzip.decompress(packed.read_bytes()) == begun(path, Tenant())
    before = packed.read_bytes()
    assert not fetched(Tenant(), packed)["changed"]
    assert packed.read_bytes() == before
    assert catalog_of(str(packed)).has_texts


def test_a_link_stays_one(path: Path) -> None:
    begun(path, Tenant())
    link = path.with_name("link")
    link.symlink_to(path)
    tenant = Tenant(*ALL[1:])
    assert fetched(tenant, link)["changed"]
    assert link.is_symlink()
    assert held(path) == {each.id.lower() for each in ALL[1:]}


# What changed


def test_what_microsoft_changed_is_told_with_what_it_touches(path: Path) -> None:
    tenant = Tenant()
    begun(path, tenant)
    new = own.toggle("visio16", "L_OwnNew", "Something new")
    old = replace(own.WORD_MACROS, deprecated=True, title="Macros (deprecated)")
    text = replace(own.DAYS, title="How many days")
    level = replace(own.LEVEL, options=own.LEVEL.options[:2])
    rest = [each for each in ALL if each.id not in {own.OLD.id, old.id, text.id, level.id}]
    tenant.has(*rest, new, old, text, level)
    policies = [
        {"file": "excel.yml", "display_name": "Excel", "settings": [{"setting": "excel16/L_OwnMacros", "value": 3}]},
        {"file": "word.yml", "id": "7", "settings": [{"setting": "word16/L_OwnMacros"}]},
        {"file": "repair.yml", "display_name": "R", "settings": [{"setting": "office16/L_OwnRepair"}]},
    ]
    result = fetched(tenant, path, policies=policies, max_removals="1")
    assert result["counts"] == {"added": 1, "changed": 1, "deprecated": 1, "removed": 1, "texts": 1}
    shown = [(each["change"], each["setting"], each["element"]) for each in result["changes"]]
    assert sorted(shown) == [
        ("added", "visio16/L_OwnNew", None),
        ("changed", "excel16/L_OwnMacros", "L_OwnLevel"),
        ("deprecated", "word16/L_OwnMacros", None),
        ("removed", "excel16/L_OwnOldMacros", None),
    ]
    [facts_of_level] = [each["facts"] for each in result["changes"] if each["change"] == "changed"]
    assert facts_of_level == [{"fact": "options", "before": {"_3": 3, "_4": 4}, "after": {}}]
    touched = [(each["file"], each["policy"], each["changes"], each["effect"]) for each in result["touched"]]
    assert touched == [
        ("excel.yml", "Excel", ["changed"], "refused"),
        ("word.yml", "7", ["deprecated"], "same"),
    ]
    assert not fetched(tenant, path, policies=policies)["touched"]


def test_the_diff_is_of_what_differs_and_nothing_that_a_terminal_obeys(path: Path) -> None:
    tenant = Tenant()
    begun(path, tenant)
    tenant.has(*(each for each in ALL if each is not own.NAMES), replace(own.NAMES, title="\u202eNew {{ x }} \x1b[2J"))
    result = run(tenant, OFFICE_SETTING_CATALOG, {"path": str(path), "_ansible_diff": True})
    assert result["diff"]["before"].count("\n") == result["diff"]["after"].count("\n") == 1
    assert "\u202e" not in result["diff"]["after"]
    assert "\\u202eNew {{ x }}" in result["diff"]["after"]


@pytest.mark.parametrize("there", [False, True])
def test_check_mode_tells_the_same_and_writes_nothing(there: bool, path: Path) -> None:
    before = begun(path, Tenant()) if there else None
    tenant = Tenant(*ALL[2:])
    asked = {"path": str(path), **FIRST}
    told = run(tenant, OFFICE_SETTING_CATALOG, {**asked, "_ansible_check_mode": True})
    assert path.parent.exists() == there
    assert not there or path.read_bytes() == before
    assert {**told, "invocation": None} == {**run(tenant, OFFICE_SETTING_CATALOG, asked), "invocation": None}


def test_definitions_of_other_products_in_the_file_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("".join(f"{line}\n" for line in catalog_lines([*ALL, own.MAC], "by hand", titles=True)))
    result = fetched(Tenant(), path)
    assert own.MAC.id in held(path)
    assert result["counts"]["removed"] == 0
