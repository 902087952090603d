# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_setting_catalog: what is read, what is written, and that a file is replaced by a whole one or not at all."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import random
import time
import typing as t
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in, catalog_lines, load_catalogue
from ansible_collections.m365.apps.plugins.module_utils._catalog.definitions import Definition, definition_from_graph
from ansible_collections.m365.apps.plugins.module_utils._catalog.fetch import PARTS
from ansible_collections.m365.apps.plugins.module_utils._module import part_files
from ansible_collections.m365.apps.plugins.module_utils._module.catalog_files import catalog_of
from ansible_collections.m365.apps.plugins.module_utils._module.modules import (
    OFFICE_SETTING_CATALOG,
    OFFICE_SETTING_INFO,
)
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import TENANT, FuzzTenant, Spoilt, refused, run
from graph_emulator.graph.catalog import facts
from graph_emulator.graph.catalog.definitions import Definitions
from graph_emulator.wire import Call

OFFICE = tuple(each for each in own.DEFINITIONS if each is not own.MAC)
OF_THE_GUIDE = "device_vendor_msft_policy_config_secguidev22h2~policy~own"
LOST = "pdates~policy~l_microsoftofficemachine~own"
ALL = (*OFFICE, *(replace(own.MAC, id=each, root=each) for each in (OF_THE_GUIDE, LOST)))
# The own catalog lacks nearly all that the collection brings.
FIRST = {"max_removals": "100%"}

Dict = dict[str, t.Any]


class Tenant(FuzzTenant):
    """A tenant whose catalog has these definitions, and one of another product."""

    def __init__(self, *definitions: Definition, page: int = 0, per_page: bool = False) -> None:
        super().__init__()
        self.world.settings = self.world.settings.merged(
            {"catalog_definitions_page_size": page, "catalog_filter_per_page": per_page}
        )
        self.has(*(definitions or ALL))

    def has(self, *definitions: Definition) -> None:
        """Let it have these definitions from now on, in any order."""
        mixed = random.Random(len(definitions)).sample(definitions, len(definitions))
        _head, *lines = catalog_lines((*mixed, own.MAC), "a test", titles=True)
        documents = list(facts.documents(map(json.loads, random.Random(1).sample(lines, len(lines)))))
        self.world.tenants[TENANT].definitions = Definitions.of(documents)

    @property
    def reads(self) -> int:
        """How many calls there were."""
        return len(self.world.journal.entries)


def fetched(tenant: Tenant, path: Path, **options: t.Any) -> Dict:
    """Run the module, which must succeed."""
    result = run(tenant, OFFICE_SETTING_CATALOG, {"path": str(path), **options})
    assert not result.get("failed"), result["msg"]
    return result


def begun(path: Path, tenant: Tenant) -> bytes:
    """Write the file that the module writes for a tenant; return its bytes."""
    documents = tenant.world.tenants[TENANT].definitions
    found = [definition_from_graph(dict(each)) for each in documents if each["id"] != own.MAC.id]
    made_from = "Microsoft Graph beta, deviceManagement/configurationSettings"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in catalog_lines(found, made_from, titles=True)), encoding="utf-8")
    return path.read_bytes()


def held(path: Path) -> set[str]:
    """Return the ids of the definitions of a file."""
    return set(load_catalogue(path.read_bytes().splitlines(), "").ids())


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
ODD_OPTION = {"itemId": "_x", "optionValue": {"value": 1}}
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
    run(failing, OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST})
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
    run(failing, OFFICE_SETTING_CATALOG, {"path": str(path), **FIRST})
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
