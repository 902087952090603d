# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_setting_catalog: a file is replaced by a whole one or not at all, whatever fails."""

from __future__ import annotations

import fcntl
import json
import time
import typing as t
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.fetch import PARTS
from ansible_collections.m365.apps.plugins.module_utils._module import part_files
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import Spoilt, refused, run
from ansible_collections.m365.apps.tests.unit.modules import (
    OFFICE_SETTING_CATALOG,
)
from ansible_collections.m365.apps.tests.unit.setting_catalogs import ALL, FIRST, Tenant, begun, fetched, held
from graph_emulator.wire import Call


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "office.jsonl"


# What is not read to its end


def calls(tenant: Tenant, fail_at: int, answer: Spoilt) -> None:
    """Let the tenant answer so at this call and at all behind it."""
    count = 0

    def spoil(call: Call, whole: Spoilt) -> Spoilt:
        nonlocal count
        count += "configurationSettings" in call.path
        return answer if count >= fail_at else whole

    tenant.spoil = spoil


GONE = Spoilt(503, b"{}", {"Content-Type": "application/json"})
CUT = Spoilt(200, b'{"value": [{"id": "x', {"Content-Type": "application/json"})
CHOICE = "#microsoft.graph.deviceManagementConfigurationChoiceSettingDefinition"
FORBIDDEN = Spoilt(403, b'{"error": {"code": "Forbidden", "message": "no"}}', {"Content-Type": "application/json"})


@pytest.mark.parametrize(("page", "answer"), [(0, GONE), (3, CUT), (0, FORBIDDEN)], ids=["gone", "cut", "forbidden"])
def test_a_run_that_fails_replaces_nothing_and_the_next_goes_on(page: int, answer: Spoilt, path: Path) -> None:
    before = begun(path, Tenant())
    whole = Tenant(page=page)
    fetched(whole, path)
    for fail_at in range(1, whole.reads + 1, 3):
        failing = Tenant(*ALL[1:], page=page)
        calls(failing, fail_at, answer)
        result = run(failing, OFFICE_SETTING_CATALOG, {"path": str(path)})
        assert (result["failed"], result["changed"]) == (True, False)
        assert path.read_bytes() == before
        assert path.with_name(f"{path.name}.part").stat().st_mode & 0o777 == 0o600
        then = Tenant(*ALL[1:], page=page)
        result = fetched(then, path)
        assert result["resumed_pages"] == fail_at - 1
        assert (held(path), result["counts"]["removed"]) == ({each.id.lower() for each in ALL[1:]}, 1)
        # One more asks for the definition that the lists lack.
        assert then.reads == whole.reads - (fail_at - 1) + 1
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        path.write_bytes(before)


def test_a_page_link_that_has_ended_begins_its_part_again(path: Path) -> None:
    failing = Tenant(page=1)
    calls(failing, 4, GONE)
    run(failing, OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST, "connections": 1})
    then = Tenant(page=1)
    ended = replace(FORBIDDEN, status=400)
    then.spoil = lambda _call, whole: ended if then.reads == 1 else whole
    assert fetched(then, path, **FIRST)["resumed_pages"] == 3
    assert held(path) == {each.id.lower() for each in ALL}
    # The first page of another run is no page to go on with.
    then.spoil = lambda _call, _whole: ended
    assert "Graph answered 400" in refused(then, OFFICE_SETTING_CATALOG, {"path": str(path)})


def test_a_page_link_that_leads_elsewhere_gets_no_token(path: Path) -> None:
    failing = Tenant(page=1)
    calls(failing, 4, GONE)
    run(failing, OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST, "connections": 1})
    part = path.with_name(f"{path.name}.part")
    part.write_text(part.read_text().replace("https://graph.test/", "https://elsewhere.test/"))
    then = Tenant(page=1)
    message = refused(then, OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST})
    assert "a page link leads to another host (elsewhere.test)" in message
    assert then.requests == 0


def test_what_is_too_old_is_read_again(path: Path) -> None:
    failing = Tenant()
    calls(failing, 8, GONE)
    run(failing, OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST})
    now = time.time()
    with mock.patch.object(part_files.PartFile.__init__, "__defaults__", (lambda: now + 25 * 3600,)):
        assert fetched(Tenant(), path, **FIRST)["resumed_pages"] == 0


def test_two_runs_do_not_work_on_one_file(path: Path) -> None:
    path.parent.mkdir()
    part = path.with_name(f"{path.name}.part")
    with part.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        message = refused(Tenant(), OFFICE_SETTING_CATALOG, {"path": str(path)})
    assert "another run reads the definitions for the same catalog" in message
    assert not path.exists()


def test_a_disk_that_is_full_leaves_the_file(path: Path) -> None:
    before = begun(path, Tenant())
    with mock.patch.object(Path, "replace", side_effect=OSError(28, "No space left on device")):
        message = refused(Tenant(*ALL[1:]), OFFICE_SETTING_CATALOG, {"path": str(path)})
    assert "No space left" in message
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


# What cannot be right


@pytest.mark.parametrize("there", [False, True])
def test_a_tenant_without_any_definition_is_not_believed(there: bool, path: Path) -> None:
    if there:
        begun(path, Tenant())
    message = refused(Tenant(own.MAC), OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST})
    assert "Graph returns none" in message
    assert path.exists() == there
    assert not path.with_name(f"{path.name}.part").exists()


def test_more_removals_than_are_allowed_are_not_believed(path: Path) -> None:
    tenant = Tenant()
    before = begun(path, tenant)
    tenant.has(*ALL[2:])
    message = refused(tenant, OFFICE_SETTING_CATALOG, {"path": str(path)})
    assert f"Graph lacks 2 of the {len(ALL)} that the file has, and max_removals allows 5%" in message
    assert ALL[0].id in message
    assert path.read_bytes() == before
    assert fetched(tenant, path, max_removals="2")["counts"]["removed"] == 2


def test_a_first_file_is_measured_by_what_the_collection_brings(path: Path) -> None:
    message = refused(Tenant(), OFFICE_SETTING_CATALOG, {"path": str(path)})
    assert "that the collection brings, and max_removals allows 5%" in message


def test_a_definition_that_a_list_lacks_is_asked_for_before_it_counts_as_removed(path: Path) -> None:
    tenant = Tenant()
    begun(path, tenant)

    def spoil(call: Call, whole: Spoilt) -> Spoilt:
        if "secguide" in call.target and "filter" in call.target:
            return replace(whole, body=json.dumps({"value": []}).encode())
        return whole

    tenant.spoil = spoil
    reads = tenant.reads
    result = fetched(tenant, path)
    assert (result["changed"], result["counts"]["removed"]) == (False, 0)
    assert tenant.reads == reads + len(PARTS) + 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "header"),
        (b"my notes\n", "header"),
        (b'{"@odata.type": "#microsoft.graph.x", "id": "x"}\n', "header"),
        (b"\x1f\x8b\x08", "cannot be read"),
        (b'{"format":"m365.apps/catalog","version":1}\n{"id":\n', "line 2"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_file_of_another_kind_is_left_alone(data: bytes, said: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    tenant = Tenant()
    assert said in refused(tenant, OFFICE_SETTING_CATALOG, {"path": str(path)})
    assert (path.read_bytes(), tenant.requests) == (data, 0)


def test_a_folder_and_wrong_options_are_refused_before_any_call(path: Path) -> None:
    path.mkdir(parents=True)
    tenant = Tenant()
    assert "it is not a file" in refused(tenant, OFFICE_SETTING_CATALOG, {"path": str(path)})
    assert "path" in refused(tenant, OFFICE_SETTING_CATALOG, {"path": " "})
    wrong = {"path": str(path.with_name("x")), "max_removals": "some"}
    assert "max_removals" in refused(tenant, OFFICE_SETTING_CATALOG, wrong)
    assert tenant.requests == 0


@pytest.mark.parametrize("title", ["{{ 7 * 7 }}", "a\nb\u2028c\u0085d", "<script>", "x" * 5000])
def test_texts_of_a_tenant_are_data(title: str, path: Path) -> None:
    begun(path, Tenant())
    tenant = Tenant(*(each for each in ALL if each is not own.NAMES), replace(own.NAMES, title=title))
    assert fetched(tenant, path)["counts"]["texts"] == 1
    found = catalog_of(str(path)).get(own.NAMES.id)
    assert found is not None
    assert found.title == title
    assert not fetched(tenant, path)["changed"]


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {},
        {"id": own.MACROS.id},
        {"@odata.type": "", "id": own.MACROS.id, "name": "n"},
        {
            "@odata.type": CHOICE,
            "id": own.MACROS.id,
            "name": "n",
            "options": [{"itemId": "_x", "optionValue": {"value": 1}}],
        },
    ],
)
def test_a_definition_that_cannot_be_read_is_an_error(item: t.Any, path: Path) -> None:
    tenant = Tenant()
    tenant.spoil = lambda call, whole: (
        replace(whole, body=json.dumps({"value": [item]}).encode()) if "excel16" in call.target else whole
    )
    message = refused(tenant, OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST})
    assert "the definitions of Office: cannot read them: " in message
    assert "in the answer cannot be " in message or "in the answer is " in message
    assert not path.exists()
