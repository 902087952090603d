# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that backs a tenant up: what its parts are asked, in which order, and what it tells of them."""

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.action import private_backup
from ansible_collections.m365.apps.plugins.action.private_backup import ActionModule

Dict = dict[str, t.Any]

MACROS = "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_macros"
OFFICE = {"id": "1", "display_name": "Ours", "settings": [{"raw": {"settingDefinitionId": MACROS}}]}
OTHERS = {"id": "2", "display_name": "Theirs", "settings": [{"raw": {"settingDefinitionId": "device_printers"}}]}
READ = {"changed": False, "configs": [OFFICE, OTHERS], "warnings": ["one"]}
FILES = [{"file": "ours.yml", "display_name": "Ours", "id": "1", "sha256": "aa", "status": "created"}]
DEFINITIONS = {"changed": True, "path": "/b/definitions", "files": FILES, "warnings": ["two"], "diff": [{"after": "1"}]}
MANIFEST = {"changed": True, "path": "/b/manifest.json", "diff": {"after": "2"}}


def backed_up(
    monkeypatch: pytest.MonkeyPatch, folder: Path, surface: str | None = "settings_catalog", /, **results: Dict
) -> tuple[Dict, list[tuple[str, Dict]]]:
    """Return the result of the task, and what its parts were asked, where the parts answer so."""
    answers = {
        "office_client_config_info": READ,
        "definition_files": DEFINITIONS,
        "private_file": MANIFEST,
        **results,
    }
    asked: list[tuple[str, Dict]] = []

    def run_part(_action: t.Any, _task_vars: Dict, module: str, arguments: Dict) -> Dict:
        asked.append((module, arguments))
        return answers[module]

    monkeypatch.setattr(private_backup, "run_part", run_part)
    monkeypatch.setattr(ActionBase, "run", lambda *_arguments: {})
    own = {"folder": str(folder), "planned": [{"display_name": "New"}], "tenant": "contoso"}
    action = ActionModule.__new__(ActionModule)
    given = {"surface": surface} if surface else {}
    action._task = SimpleNamespace(args={**own, **given, "client_id": "app"})
    return action.run(task_vars={}), asked


def test_the_policies_are_read_and_written_and_last_of_all_the_manifest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result, asked = backed_up(monkeypatch, tmp_path)
    assert [module for module, _arguments in asked] == ["office_client_config_info", "definition_files", "private_file"]
    login, definitions, file = (arguments for _module, arguments in asked)
    assert login == {"surface": "settings_catalog", "client_id": "app", "gather": ["content", "group_names"]}
    assert definitions == {"path": str(tmp_path / "definitions"), "configs": [OFFICE], "ids": "always"}
    assert file["path"] == str(tmp_path / "manifest.json")
    manifest = file["data"]
    assert (manifest["tenant"], manifest["surface"], manifest["policies"]) == ("contoso", "settings_catalog", 1)
    assert manifest["absent"] == ["New"]
    assert result == {
        **DEFINITIONS,
        "warnings": ["one", "two"],
        "diff": [{"after": "1"}, {"after": "2"}],
        "changed": True,
    }


@pytest.mark.parametrize(("given", "told"), [(None, "office_configuration"), ("settings_catalog", "settings_catalog")])
def test_the_manifest_has_the_surface_that_was_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str | None, told: str
) -> None:
    monkeypatch.delenv("M365_SURFACE", raising=False)
    _result, asked = backed_up(monkeypatch, tmp_path, given)
    assert asked[-1][1]["data"]["surface"] == told


def test_options_that_cannot_be_used_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda *_arguments: {})
    action = ActionModule.__new__(ActionModule)
    for given in ({}, {"folder": "/b", "planned": [], "tenant": "contoso", "surface": "other"}):
        action._task = SimpleNamespace(args=given)
        result = action.run(task_vars={})
        assert result["failed"]
        assert result["msg"].startswith("the task: cannot use its options: ")


FAILED = {"failed": True, "msg": "It: cannot be done: no. Do it."}


@pytest.mark.parametrize("module", ["office_client_config_info", "definition_files", "private_file"])
def test_what_fails_is_told_and_nothing_follows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str) -> None:
    result, asked = backed_up(monkeypatch, tmp_path, **{module: FAILED})
    assert asked[-1][0] == module
    assert result["failed"]
    assert result["msg"] == FAILED["msg"]


def test_a_failed_read_tells_the_facts_of_its_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failed = {**FAILED, "changed": False, "error": {"status": 403}}
    assert backed_up(monkeypatch, tmp_path, office_client_config_info=failed)[0] == failed


def test_no_backup_is_written_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    result, asked = backed_up(monkeypatch, tmp_path)
    assert not asked
    assert result == {
        "failed": True,
        "msg": f"The backup: cannot be made: {tmp_path} holds one already, and none is ever written over. "
        "Give it a folder of its own.",
    }
