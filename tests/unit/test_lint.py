# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lint of files: by the lookup of the role and by the program, with one result, and without a tenant."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.m365.apps.plugins.lookup.lint import LookupModule
from ansible_collections.m365.apps.plugins.plugin_utils import _lint_command
from ansible_collections.m365.apps.plugins.plugin_utils._lint import Options, lint
from ansible_collections.m365.apps.plugins.plugin_utils._rollout_state import refused_findings

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "extensions" / "lint.py"
GOOD = "display_name: A\ngroups: [G]\nsettings: [{setting: excel16/L_VBAWarningsPolicy, value: 3}]\n"
OTHER = GOOD.replace("A\n", "B\n", 1)
AGAINST = OTHER.replace("value: 3", "value: 4")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("M365_SURFACE", raising=False)
    (tmp_path / "definitions").mkdir()
    return tmp_path / "definitions"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text)
    return folder


def look_up(*terms: t.Any, loader: DataLoader | None = None, **options: t.Any) -> dict[str, t.Any]:
    [result] = LookupModule(loader=loader or DataLoader()).run(list(map(str, terms)), {}, **options)
    return t.cast("dict[str, t.Any]", result)


def rules(result: dict[str, t.Any]) -> list[tuple[str, str, list[str]]]:
    return [(each["level"], each["rule"], [Path(file).name for file in each["files"]]) for each in result["findings"]]


def test_a_result_has_the_shape_of_other_entry_points(folder: Path) -> None:
    result = look_up(write(folder, a=GOOD, b=AGAINST))
    assert (result["format"], result["mode"], result["surface"], result["failed"]) == (
        1,
        "lint",
        "settings_catalog",
        False,
    )
    assert result["verdict"] == {"level": "warning", "text": "2 policies: 1 warning."}
    assert result["counts"] == {"policies": 2, "error": 0, "warning": 1, "note": 0}
    assert [policy["display_name"] for policy in result["policies"]] == ["A", "B"]
    assert rules(result) == [("warning", "conflict", ["a.yml", "b.yml"])]


def test_each_item_that_is_wrong_is_a_finding_of_its_own(folder: Path) -> None:
    result = look_up(write(folder, a="- {id: a, kind: linux}\n- {id: b}\n- {id: c, prioriti: 1}\n"))
    assert rules(result)[:2] == [("error", "unreadable_file", ["a.yml"])] * 2
    assert result["counts"]["error"] == 2
    # What can be read is looked at all the same.
    assert [policy["id"] for policy in result["policies"]] == ["c", "b"]


def test_a_misspelled_option_hides_nothing_of_its_policy(folder: Path) -> None:
    bad = GOOD.replace("groups", "gruops").replace("value: 3", "value: 9")
    both = "display_name: B\ngroups: [G]\ngruops: [H]\n"
    result = look_up(write(folder, a=bad, b=both, c="display_name: C\nowner: me\n"))
    assert rules(result) == [
        ("error", "unreadable_file", ["a.yml"]),
        ("error", "unreadable_file", ["b.yml"]),
        ("error", "unreadable_file", ["c.yml"]),
        ("error", "wrong_setting", ["a.yml"]),
    ]


def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(folder: Path) -> None:
    bad = GOOD.replace("value: 3", "value: 9")
    result = look_up(write(folder, a="id: a: b", b="groups: [x", c=bad, d="id: x\nkind: linux\n"))
    assert rules(result) == [
        ("error", "unreadable_file", ["a.yml"]),
        ("error", "unreadable_file", ["b.yml"]),
        ("error", "unreadable_file", ["d.yml"]),
        ("error", "wrong_setting", ["c.yml"]),
    ]
    assert result["failed"] is True
    assert result["verdict"] == {"level": "failed", "text": "1 policy: 4 errors."}


@pytest.mark.parametrize(("fail_on", "failed"), [("error", False), ("warning", True), ("never", False)])
def test_a_run_fails_on_what_it_is_told_to(folder: Path, fail_on: str, failed: bool) -> None:
    write(folder, a=GOOD, b=AGAINST)
    assert look_up(folder, fail_on=fail_on)["failed"] is failed
    assert _lint_command.main([str(folder), "--fail-on", fail_on]) == int(failed)


def test_an_encrypted_file_is_looked_into_with_the_secret_of_the_run(folder: Path) -> None:
    secret = [("default", VaultSecret(b"canary-of-the-vault"))]
    (folder / "a.yml").write_bytes(VaultLib(secret).encrypt(AGAINST.encode(), secret[0][1]))
    write(folder, b=GOOD)
    assert rules(look_up(folder)) == [("warning", "encrypted_file", ["a.yml"])]
    loader = DataLoader()
    loader.set_vault_secrets(secret)
    assert rules(look_up(folder, loader=loader)) == [("warning", "conflict", ["a.yml", "b.yml"])]
    assert rules(lint([folder])) == [("warning", "encrypted_file", ["a.yml"])]


def test_policies_and_a_map_of_groups_count_too(folder: Path) -> None:
    policy = {
        "display_name": "B",
        "groups": ["H"],
        "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 4}],
    }
    write(folder, a=GOOD)
    assert rules(look_up(folder, policies=[policy], group_map={"H": "G"})) == [("warning", "conflict", ["a.yml"])]
    assert rules(look_up(policies=[policy])) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"surface": "intune"}, "surface: cannot use it: it is 'intune'"),
        ({"catalog_file": "/nowhere.jsonl"}, "the option catalog_file: cannot use it"),
        ({"layers": True, "surface": "office_configuration"}, "layers: cannot make them"),
        ({"fail_on": "notes"}, "fail_on: cannot use it: it is 'notes'"),
    ],
)
def test_what_cannot_be_looked_at_is_one_sentence(folder: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(AnsibleError) as caught:
        look_up(write(folder, a=GOOD), **options)
    assert said in str(caught.value)
    with pytest.raises(AnsibleError, match="nothing: cannot lint them: there is no such folder or file"):
        look_up(folder / "nothing")


def test_a_priority_is_an_error_unless_there_are_layers(folder: Path) -> None:
    write(folder, a=f"{GOOD}priority: 1\n")
    assert rules(look_up(folder, surface="settings_catalog")) == [("error", "foreign_option", ["a.yml"])]
    assert look_up(folder, layers="yes") == look_up(folder, layers=True)
    assert rules(look_up(folder, layers=True)) == []
    assert _lint_command.main([str(folder), "--surface", "settings_catalog"]) == 1
    assert _lint_command.main([str(folder), "--layers"]) == 0


def test_what_graph_may_know_better_does_not_stop_a_run_that_asks_it() -> None:
    found = [{"level": "error", "rule": rule} for rule in ("unknown_setting", "wrong_setting", "same_setting")]
    assert [each["rule"] for each in refused_findings(found, "error")] == ["same_setting"]


# The program


def test_the_program_prints_what_compilers_print(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, a=GOOD.replace("value: 3", "value: 9").replace("A\n", '"\\e[31mA"\n', 1), b="id: x\n")
    assert _lint_command.main([str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{folder / 'a.yml'}: error: policy '\\x1b[31mA': cannot use its settings: item 1 of 1")
    assert lines[0].endswith("(wrong_setting)")
    assert lines[1:] == ["2 policies: 1 error, 2 notes."]
    assert _lint_command.main([str(folder), "--notes"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_the_program_gives_the_result_of_the_entry_point(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, a=GOOD, b=AGAINST)
    assert _lint_command.main([str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == look_up(folder)


def test_the_program_takes_the_surface_of_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, a=GOOD)
    monkeypatch.setenv("M365_SURFACE", "office_configuration")
    assert _lint_command.main([str(folder)]) == 1
    assert _lint_command.main([str(folder), "--surface", "settings_catalog"]) == 0
    monkeypatch.setenv("M365_SURFACE", "")
    assert _lint_command.main([str(folder)]) == 0


@pytest.mark.parametrize("arguments", [["nowhere"], ["definitions", "--catalog-file", "nowhere"], ["empty"]])
def test_the_program_says_where_it_could_not_look(
    folder: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write(folder, a=GOOD).parent)
    (folder.parent / "empty").mkdir()
    assert _lint_command.main(arguments) == 2
    assert "cannot" in capsys.readouterr().out


def test_the_program_starts_by_itself_and_loads_nothing_that_speaks_to_servers(folder: Path, tmp_path: Path) -> None:
    """A start of Ansible, and the libraries of the wire, take longer than the lint of hundreds of policies."""
    script = (
        "import runpy, sys\n"
        f"sys.argv = ['lint.py', {str(write(folder, a=GOOD))!r}]\n"
        "try:\n"
        f"    runpy.run_path({str(PROGRAM)!r}, run_name='__main__')\n"
        "except SystemExit as ended:\n"
        "    slow = ('requests', 'msal', 'urllib3', 'ansible.cli', 'ansible.plugins', 'ansible.constants', 'jinja2')\n"
        "    print(ended.code, [name for name in slow if name in sys.modules])\n"
    )
    # No path leads to the collection but that of the program itself.
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.stdout.splitlines() == ["1 policy: nothing to complain about.", "0 []"], done.stderr


def test_a_terminal_may_lack_letters(folder: Path) -> None:
    write(folder, a=GOOD.replace("A\n", "Büro 🙂\n", 1).replace("value: 3", "value: 9"))
    environment = {"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder)], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"policy 'B\\xfcro \\U0001f642': cannot use its settings" in done.stdout


def test_a_python_without_ansible_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout.startswith(f"lint: the Python {sys.executable} has no ")
    assert done.stderr == ""


def test_defaults_are_those_of_the_role() -> None:
    assert Options() == Options(None, None, "settingId", {}, "error")


def test_the_program_ends_quietly_where_nobody_reads_on(folder: Path) -> None:
    write(folder, **{f"p{number}": f"id: x{number}\ngroup: G\n" for number in range(30)})
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, PROGRAM, folder], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")
