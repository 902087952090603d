# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant is backed up to a folder, changed, and brought back; what cannot be is told."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError

from ansible_collections.m365.apps.plugins.lookup.backup import LookupModule
from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import desired_policies
from ansible_collections.m365.apps.plugins.module_utils._module.policy_results import assignment_results, config_result
from ansible_collections.m365.apps.plugins.module_utils._module.results import item_result
from ansible_collections.m365.apps.plugins.module_utils._office.fields import ASSIGNMENTS, FIELDS
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import Opaque
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, PolicyType
from ansible_collections.m365.apps.plugins.plugin_utils import _backup
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._export import export
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._reading import MOST_BYTES
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.office_values import changed_policy
from ansible_collections.m365.apps.tests.unit.small_tenants import policy

STAFF, PILOTS = (f"{number}1111111-0000-4000-8000-000000000001" for number in (1, 2))
SETTINGS = [{"settingId": "a", "value": "1"}]
LIVE = [
    policy("Plain", 0, policy_payload=SETTINGS, assignments=(Assignment(STAFF, "x"),), description="Old\nlines"),
    policy("Five", 1, policy_payload=Opaque(b"5"), user_preference_payload=Opaque(b"null")),
    policy("Bytes", 2, policy_payload=Opaque(b"\xff\x00 not text"), user_preference_payload={"k": [1.5, None, True]}),
    policy("Cut", 3, kind="office", policy_payload=Opaque(b'[{"settingId": ')),
    policy("Twin", 4, assignments=(Assignment(PILOTS),)),
    changed_policy(policy("Other", 5, policy_payload=SETTINGS), display_name="Twin"),
    changed_policy(policy("Nameless", 6), display_name=""),
    changed_policy(policy("Blank", 7), display_name="  "),
]
Dict = dict[str, t.Any]


def configs(tenant: MemoryTenant) -> list[Dict]:
    """Return the policies as office_client_config_info does."""
    return [
        {**config_result(one, FIELDS), "assignments": assignment_results(one.assignments, ASSIGNMENTS)}
        for one in tenant.policies.values()
    ]


def back_up(folder: Path, tenant: MemoryTenant, planned: t.Sequence[Dict] = ()) -> Path:
    """Write a backup as the role does."""
    live = configs(tenant)
    made = export(live, {}, Form(), all_ids=True)
    (folder / "definitions").mkdir(parents=True)
    for file in made.files:
        (folder / "definitions" / file.name).write_bytes(file.data)
    files = [{**vars(file), "file": file.name, "sha256": _backup.digest(file.data)} for file in made.files]
    written = _backup.manifest(files, live, planned, "contoso", "2026-01-31T06:00:00Z", "office_configuration")
    (folder / "manifest.json").write_text(json.dumps(written, indent=4))
    return folder


def read(folder: Path) -> Dict:
    [found] = LookupModule().run([str(folder)])
    return t.cast(Dict, found)


def bring_back(backup: Dict, tenant: MemoryTenant, *groups: str) -> tuple[Outcome, list[Dict]]:
    """Bring the tenant back as the role does; return the outcome and what still differs."""
    steps = _backup.steps(backup["policies"], backup["absent"], configs(tenant))
    params: Dict = {"policies": [{"state": "present", **item} for item in steps.policies], "allow_same_names": True}
    desired = desired_policies(params, params)
    directory = MemoryDirectory({group: group for group in groups})
    outcome = converge(desired, tenant, directory, RunOptions(on_error=OnError.LEAVE, same_names=True))
    results = [item_result(place, outcome) for place in range(len(outcome.items))]
    left = steps.left + [each for each in results if each["status"] == "failed"]
    return outcome, _backup.differences(backup["policies"], backup["absent"], configs(tenant), left)


def facts(tenant: MemoryTenant) -> list[t.Any]:
    """Return what must be as before: everything but the ids that the server makes."""
    found = [changed_policy(one, id=None, assignments=()) for one in tenant.policies.values()]
    groups = [sorted(str(each.group_id) for each in one.assignments or ()) for one in tenant.policies.values()]  # type: ignore[union-attr]
    return sorted(zip(map(repr, found), groups, strict=True))


def changed(tenant: MemoryTenant, name: str, **values: t.Any) -> None:
    tenant.policies[f"id-{name}"] = changed_policy(tenant.policies[f"id-{name}"], **values)


def deleted(tenant: MemoryTenant, *names: str) -> None:
    for name in names:
        del tenant.policies[f"id-{name}"]


def emptied(tenant: MemoryTenant) -> None:
    for name in ("Five", "Bytes", "Cut"):
        changed(tenant, name, policy_payload=SETTINGS, user_preference_payload={})


def named(tenant: MemoryTenant) -> None:
    for name in ("Nameless", "Blank"):
        changed(tenant, name, display_name=f"Named {name}")


def exchanged(tenant: MemoryTenant) -> None:
    changed(tenant, "Plain", priority=4)
    changed(tenant, "Twin", priority=0)


HARM: dict[str, t.Callable[[MemoryTenant], None]] = {
    "nothing": deleted,
    "every field": lambda tenant: changed(
        tenant, "Plain", display_name="X", description="", priority=50, policy_payload={}, assignments=()
    ),
    "payloads that are not JSON are replaced": emptied,
    "policies with them are deleted": lambda tenant: deleted(tenant, "Five", "Bytes", "Cut"),
    "one of two of a name is deleted": lambda tenant: deleted(tenant, "Twin"),
    "the other one is renamed": lambda tenant: changed(tenant, "Other", display_name="Not a twin"),
    "both are deleted": lambda tenant: deleted(tenant, "Twin", "Other"),
    "the nameless ones are renamed": named,
    "the nameless ones are deleted": lambda tenant: deleted(tenant, "Nameless", "Blank"),
    "numbers are exchanged": exchanged,
    "all are deleted": lambda tenant: tenant.policies.clear(),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_it_comes_back_as_it_was(tmp_path: Path, harm: t.Callable[[MemoryTenant], None]) -> None:
    tenant = MemoryTenant.of(copy.deepcopy(LIVE))
    before = facts(tenant)
    folder = back_up(tmp_path / "backup", tenant)
    harm(tenant)
    backup = read(folder)
    assert (backup["damage"], backup["unreadable"], len(backup["policies"])) == ([], [], len(LIVE))
    differed = facts(tenant) != before
    assert bool(_backup.differences(backup["policies"], [], configs(tenant))) is differed
    outcome, differences = bring_back(backup, tenant, STAFF, PILOTS)
    assert (outcome.error, differences, facts(tenant)) == (None, [], before)
    tenant.writes.clear()
    again, _differences = bring_back(backup, tenant, STAFF, PILOTS)
    assert (again.error, tenant.writes) == (None, [])


def test_what_a_rollout_created_goes_and_nothing_else(tmp_path: Path) -> None:
    tenant = MemoryTenant.of(copy.deepcopy(LIVE[:2]))
    before = facts(tenant)
    planned = [
        {"display_name": "New"},
        {"display_name": "Plain"},
        {"display_name": "Gone", "state": "absent"},
        {"id": "id-Five", "display_name": "Renamed"},
    ]
    backup = read(back_up(tmp_path / "backup", tenant, planned))
    assert backup["absent"] == ["New"]
    for name, number in (("New", 20), ("Of others", 21), ("Renamed", 22)):
        tenant.policies[f"id-{name}"] = policy(name, number)
    _outcome, differences = bring_back(backup, tenant, STAFF)
    assert differences == []
    assert sorted(set(tenant.policies) - {"id-Plain", "id-Five"}) == ["id-Of others", "id-Renamed"]
    deleted(tenant, "Of others", "Renamed")
    assert facts(tenant) == before
    # Two of the name: nobody can tell which of them is the rollout's.
    for number in (30, 31):
        tenant.policies[f"id-{number}"] = changed_policy(policy("New", number), id=f"id-{number}")
    steps = _backup.steps(backup["policies"], backup["absent"], configs(tenant))
    assert [each["display_name"] for each in steps.left] == ["New"]
    assert not any(item.get("state") for item in steps.policies)


def test_what_cannot_be_brought_back_is_left_and_told_and_the_others_come_back(tmp_path: Path) -> None:
    """One has a group that was deleted since, one a number that a newer policy keeps, and one needs that number."""
    tenant = MemoryTenant.of(copy.deepcopy(LIVE))
    backup = read(back_up(tmp_path / "backup", tenant))
    changed(tenant, "Plain", description="wrong", assignments=())
    changed(tenant, "Five", priority=60, policy_payload={})
    changed(tenant, "Bytes", priority=61, policy_payload={})
    changed(tenant, "Cut", description="wrong")
    changed(tenant, "Five", priority=2)
    tenant.policies["id-Newer"] = policy("Newer", 1)
    broken = {name: tenant.policies[f"id-{name}"] for name in ("Plain", "Five", "Bytes", "Newer")}
    outcome, differences = bring_back(backup, tenant, PILOTS)
    told = {outcome.items[place].before.display_name: str(error) for place, error in outcome.errors.items()}  # type: ignore[union-attr]
    assert sorted(told) == ["Bytes", "Five", "Plain"]
    assert f"group {STAFF}: cannot assign it: no group has this id" in told["Plain"]
    assert "it is held by policy 'Newer'" in told["Five"]
    assert "it is held by policies[2] policy 'Five'" in told["Bytes"]
    assert outcome.error is not None
    assert differences == []
    assert {name: tenant.policies[f"id-{name}"] for name in broken} == broken
    assert tenant.policies["id-Cut"].description == ""


def test_a_policy_of_an_unknown_kind_that_is_gone_is_left(tmp_path: Path) -> None:
    tenant = MemoryTenant.of([changed_policy(policy("Odd", 1), type=PolicyType("microsoft.graph.odd")), policy("A", 2)])
    backup = read(back_up(tmp_path / "backup", tenant))
    assert bring_back(backup, tenant)[1] == []
    deleted(tenant, "Odd", "A")
    steps = _backup.steps(backup["policies"], [], [])
    assert [each["msg"] for each in steps.left] == [
        "policy 'Odd' (id id-Odd): its kind is not known, so it cannot be created"
    ]
    assert [item["display_name"] for item in steps.policies] == ["A"]


def test_every_field_that_differs_is_named() -> None:
    saved = {"id": "1", "display_name": "A", "kind": "windows", "description": "", "priority": 1, "policy_payload": []}
    saved |= {"user_preference_payload_base64": "NQ==", "groups": [{"id": STAFF.upper(), "display_name": "Staff"}]}
    live = {**saved, "groups": [STAFF], "policy_payload": {}, "last_modified_date_time": "x"}
    assert _backup.differing(saved, live) == []
    for wrong, field in (
        ({"display_name": "a"}, "display_name"),
        ({"kind": "office"}, "kind"),
        ({"description": "x"}, "description"),
        ({"priority": None}, "priority"),
        ({"policy_payload": [1]}, "policy payload"),
        ({"user_preference_payload_base64": "NA=="}, "user preference payload"),
        ({"user_preference_payload_base64": None, "user_preference_payload": {}}, "user preference payload"),
        ({"groups": [STAFF, PILOTS]}, "groups"),
        ({"groups": []}, "groups"),
    ):
        assert _backup.differing(saved, {**live, **wrong}) == [field]


# Damage


def edit(name: str, old: str, new: str) -> t.Callable[[Path], None]:
    def edited(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return edited


DAMAGE: dict[str, tuple[t.Callable[[Path], t.Any], list[str]]] = {
    "an edited file": (edit("definitions/plain.yml", "Old", "New"), ["definitions/plain.yml was changed"]),
    "a cut file": (
        lambda folder: (folder / "definitions/five.yml").write_bytes(
            (folder / "definitions/five.yml").read_bytes()[:-9]
        ),
        ["definitions/five.yml was changed"],
    ),
    "an empty file": (
        lambda folder: (folder / "definitions/five.yml").write_text(""),
        ["definitions/five.yml was changed"],
    ),
    "a lost file": (lambda folder: (folder / "definitions/five.yml").unlink(), ["definitions/five.yml is missing"]),
    "a file more": (
        lambda folder: (folder / "definitions/more.yml").write_text("display_name: More\n"),
        ["definitions/more.yml was added"],
    ),
    "another tenant in the manifest": (
        edit("manifest.json", '"contoso"', '"fabrikam"'),
        ["manifest.json was changed"],
    ),
    "a name more to delete": (
        edit("manifest.json", '"absent": []', '"absent": ["Other"]'),
        ["manifest.json was changed"],
    ),
    "a format without checksums": (edit("manifest.json", '"format": 2', '"format": 1'), ["manifest.json was changed"]),
    "a wrong count": (
        edit("manifest.json", f'"policies": {len(LIVE)}', '"policies": 99'),
        ["manifest.json was changed", f"manifest.json names {len(LIVE)} files for 99 policies"],
    ),
    "no checksum": (edit("manifest.json", '"checksum"', '"other"'), ["manifest.json was changed"]),
}


@pytest.mark.parametrize(("harm", "told"), DAMAGE.values(), ids=DAMAGE)
def test_what_was_changed_since_is_told(tmp_path: Path, harm: t.Callable[[Path], t.Any], told: list[str]) -> None:
    folder = back_up(tmp_path / "backup", MemoryTenant.of(LIVE))
    assert read(folder)["damage"] == []
    harm(folder)
    assert read(folder)["damage"] == told


def test_what_cannot_be_read_is_told_beside_what_can(tmp_path: Path) -> None:
    folder = back_up(tmp_path / "backup", MemoryTenant.of(LIVE))
    (folder / "definitions/five.yml").unlink()
    (folder / "definitions/plain.yml").write_text("display_name: [")
    found = read(folder)
    assert [each["display_name"] for each in found["unreadable"]] == ["Five", "Plain"]
    assert len(found["policies"]) == len(LIVE) - 2


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "its manifest.json is not complete JSON"),
        ('{"format": 2', "its manifest.json is not complete JSON"),
        ("[]", "its manifest.json is not a JSON object"),
        ("{}", "its manifest.json has no fitting 'format'"),
        (
            '{"format": 3, "tenant": "a", "policies": 0, "absent": []}',
            "its format is 3, and this version knows 1 and 2",
        ),
        ('{"format": 2, "tenant": "a", "policies": "1", "absent": []}', "its manifest.json has no fitting 'policies'"),
        ('{"format": 2, "tenant": "a", "policies": 1, "absent": null}', "its manifest.json has no fitting 'absent'"),
        (
            '{"format": 2, "tenant": "a", "surface": 1, "policies": 1, "absent": []}',
            "its manifest.json has no fitting 'surface'",
        ),
        (
            '{"format": 2, "tenant": "a", "policies": 1, "absent": [], "files": [{"file": "../x"}]}',
            "its manifest.json has no fitting 'files'",
        ),
    ],
)
def test_a_manifest_that_is_not_one(tmp_path: Path, text: str, cause: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(AnsibleError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"The backup {tmp_path}: cannot be used: {cause}. Choose a whole backup."


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match=r"it holds no manifest\.json, so it is not a whole backup\. Check"):
        read(tmp_path)


def test_a_backup_of_the_first_format_is_taken(tmp_path: Path) -> None:
    folder = back_up(tmp_path / "backup", MemoryTenant.of(LIVE[:2]))
    old = {"format": 1, "tenant": "contoso", "made_at": "x", "policies": 2, "absent": ["New"]}
    (folder / "manifest.json").write_text(json.dumps(old))
    found = read(folder)
    assert (found["format"], found["damage"], found["absent"], len(found["policies"])) == (1, [], ["New"], 2)
    assert found["surface"] == "office_configuration"
    (folder / "definitions/five.yml").unlink()
    assert read(folder)["damage"] == ["it holds 1 policies, and its manifest says 2"]


def test_a_payload_that_cannot_be_compared_is_an_error() -> None:
    with pytest.raises(PoliciesError, match="cannot compare its policy_payload: it is not base64"):
        _backup.differing({"display_name": "A", "policy_payload_base64": "?"}, {"display_name": "A"})


@pytest.mark.parametrize("name", ["manifest.json", f"{_backup.FOLDER}/a.yml"])
def test_a_file_beyond_all_bounds_is_refused_before_it_is_read(tmp_path: Path, name: str) -> None:
    folder = back_up(tmp_path, MemoryTenant.of([policy("A", 1)]))
    with (folder / name).open("ab") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(AnsibleError, match=f"{name}: it is larger than 64 MiB"):
        read(folder)
