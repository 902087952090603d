# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that users start the collection with; ansible-playbook and ansible themselves are in tests/integration."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import BIN, ROOT, Ansible, look_through
from ansible_collections.m365.apps.tests.runners.programs import EXTENSIONS, PROGRAMS, run

Dict = dict[str, t.Any]
PLUGINS = {
    kind: sorted(path.stem for path in (ROOT / "plugins" / folder).glob("*.py"))
    for kind, folder in (("module", "modules"), ("filter", "filter"), ("lookup", "lookup"))
}
SITE = [
    {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "roles": [{"role": "m365.apps.rollout"}],
        "vars": {"rollout_policies": [{"display_name": "By {{ way }}", "description": "{{ way }}"}]},
    }
]


def names(emulator: Emulator) -> list[str]:
    return [policy["displayName"] for policy in emulator.tenant(tenant.TENANT)["policies"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a playbook of the role and an inventory."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "site.yml").write_text(json.dumps(SITE))
    (folder / "hosts.yml").write_text(
        json.dumps({"all": {"hosts": {"localhost": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}}})
    )
    return folder


def test_ansible_runner_with_its_folders(ansible: Ansible, emulator: Emulator, project: Path, tmp_path: Path) -> None:
    """The command line, with everything in the private data folder; results are read from the artifacts."""
    private = tmp_path / "private"
    (private / "env").mkdir(parents=True)
    (private / "inventory").mkdir()
    shutil.copy(project / "hosts.yml", private / "inventory" / "hosts.yml")
    project.rename(private / "project")
    (private / "env" / "envvars").write_text(json.dumps(ansible.login))
    (private / "env" / "extravars").write_text(json.dumps({"way": "runner"}))
    (private / "env" / "settings").write_text(json.dumps({"suppress_env_files": True}))
    for ident in ("first", "again"):
        run(tmp_path, [BIN / "ansible-runner", "run", private, "-p", "site.yml", "--ident", ident]).ok()
        artifacts = private / "artifacts" / ident
        assert (artifacts / "rc").read_text() == "0"
        assert (artifacts / "status").read_text() == "successful"
        events = [json.loads(path.read_text()) for path in (artifacts / "job_events").glob("*.json")]
        stats = max(events, key=lambda event: int(event["counter"]))
        assert stats["event"] == "playbook_on_stats"
        assert stats["event_data"]["changed"] == ({"localhost": 1} if ident == "first" else {})
        for path in artifacts.rglob("*"):
            # What was given, with the environment, stands in command, which is the user's to read only.
            if path.is_file() and path.name != "command":
                look_through(path.read_text())
        assert (artifacts / "command").stat().st_mode & 0o077 == 0
    assert names(emulator) == ["By runner"]


def test_ansible_navigator(ansible: Ansible, emulator: Emulator, project: Path, tmp_path: Path) -> None:
    """Without a container, as text. It starts plays by ansible-runner; what a second one changes is shown above."""
    command = [
        PROGRAMS / "ansible-navigator",
        "run",
        project / "site.yml",
        "-i",
        project / "hosts.yml",
        "-e",
        "way=navigator",
    ]
    plain = ["--execution-environment", "false", "-m", "stdout", "--playbook-artifact-enable", "false"]
    log = ["--log-file", tmp_path / "navigator.log"]
    done = run(tmp_path, [*command, *plain, *log], **ansible.login).ok()
    assert re.search(r"localhost\s*: ok=\d+ +changed=1", done.stdout), done.output
    look_through((tmp_path / "navigator.log").read_text())
    assert names(emulator) == ["By navigator"]


def test_ansible_navigator_shows_documentation(tmp_path: Path) -> None:
    command = [PROGRAMS / "ansible-navigator", "doc", "m365.apps.office_client_configs", "-m", "stdout"]
    shown = run(tmp_path, [*command, "--execution-environment", "false", "--log-file", tmp_path / "navigator.log"]).ok()
    assert "prune_scope" in shown.stdout


def test_ansible_pull(ansible: Ansible, emulator: Emulator, project: Path, tmp_path: Path) -> None:
    """A fresh checkout each time; a change in the repository comes with the next pull."""
    commit = ["-c", "user.name=tests", "-c", "user.email=tests@example", "commit", "--quiet", "-am"]
    for arguments in (["init", "--quiet", "-b", "main"], ["add", "."], [*commit, "first"]):
        subprocess.run(["git", *arguments], cwd=project, check=True)
    pull = [
        BIN / "ansible-pull",
        "-U",
        project,
        "-C",
        "main",
        "-d",
        tmp_path / "checkout",
        "-i",
        "hosts.yml",
        "-e",
        "way=pull",
    ]
    # ansible-pull starts ansible without the interpreter of the inventory.
    more = {**ansible.login, "ANSIBLE_PYTHON_INTERPRETER": str(BIN / "python")}
    run(tmp_path, [*pull, "site.yml"], **more).ok()
    assert names(emulator) == ["By pull"]
    changed = [{**SITE[0], "vars": {"rollout_policies": [{"display_name": "By pull", "description": "changed"}]}}]
    (project / "site.yml").write_text(json.dumps(changed))
    subprocess.run(["git", *commit, "second"], cwd=project, check=True)
    run(tmp_path, [*pull, "--only-if-changed", "site.yml"], **more).ok()
    [policy] = emulator.tenant(tenant.TENANT)["policies"]
    assert policy["description"] == "changed"
    emulator.clear_journal()
    run(tmp_path, [*pull, "--only-if-changed", "site.yml"], **more).ok()
    assert emulator.journal() == []


def test_molecule(ansible: Ansible, emulator: Emulator, tmp_path: Path) -> None:
    """The scenario for the role: syntax, converge, idempotence, verify, cleanup."""
    shutil.copytree(EXTENSIONS, tmp_path / "extensions", ignore=shutil.ignore_patterns("awx", "ee"))
    more = {"MOLECULE_EPHEMERAL_DIRECTORY": str(tmp_path / "molecule"), **ansible.login}
    done = run(tmp_path, [PROGRAMS / "molecule", "test"], cwd=tmp_path / "extensions", **more).ok()
    for step in ("syntax", "converge", "idempotence", "verify", "cleanup"):
        assert re.search(rf"default.*{step}", done.output), step
    writes = [write.split("/")[-1].split("(")[0] for write in emulator.writes()]
    assert len(writes) >= 3, writes
    assert names(emulator) == []


def test_galaxy_builds_installs_and_verifies(tmp_path: Path) -> None:
    """Offline; a file that was changed after the installation is found."""
    there = {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections")}
    galaxy = [BIN / "ansible-galaxy", "collection"]
    run(tmp_path, [*galaxy, "build", "--output-path", tmp_path, ROOT]).ok()
    [tarball] = tmp_path.glob("*.tar.gz")
    run(tmp_path, [*galaxy, "install", "--offline", tarball, "-p", tmp_path / "collections"], **there).ok()
    verify = [*galaxy, "verify", "--offline", "m365.apps"]
    assert "verified" in run(tmp_path, verify, **there).ok().output
    role = tmp_path / "collections/ansible_collections/m365/apps/roles/rollout/tasks/main.yml"
    role.write_text(role.read_text() + "# changed\n")
    assert "roles/rollout/tasks/main.yml" in run(tmp_path, verify, **there).failed().output


LOGIN_OPTIONS = {"client_secret", "graph_url", "payload_transport"}


@pytest.mark.parametrize("kind", PLUGINS)
def test_documentation_of_every_plugin(tmp_path: Path, kind: str) -> None:
    full = [f"m365.apps.{name}" for name in PLUGINS[kind]]
    assert full
    listed = run(tmp_path, [BIN / "ansible-doc", "--json", "-t", kind, "-l", "m365.apps"]).ok()
    assert set(json.loads(listed.stdout)) == set(full)
    shown = run(tmp_path, [BIN / "ansible-doc", "--json", "-t", kind, *full]).ok()
    for name, about in json.loads(shown.stdout).items():
        assert about["doc"]["short_description"], name
        assert about["examples"].strip(), name
        if kind == "module":
            assert about["return"], name
            assert about["doc"]["attributes"]["check_mode"]["support"] == "full", name
            # What asks nothing of a tenant needs no login.
            local = name.endswith((".definition_files", ".run_info")) or ".private_" in name
            assert set(about["doc"]["options"]) >= LOGIN_OPTIONS or local, name
    # Every page as text, too; Ansible would warn of what it cannot lay out.
    pages = run(tmp_path, [BIN / "ansible-doc", "-t", kind, *full]).ok()
    assert pages.stdout.count("EXAMPLES:") >= len(full)
    assert "m365" not in pages.stderr


def test_documentation_of_the_role(tmp_path: Path) -> None:
    specs = yaml.safe_load((ROOT / "roles" / "rollout" / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    shown = run(tmp_path, [BIN / "ansible-doc", "--json", "-t", "role", "m365.apps.rollout"]).ok()
    assert set(json.loads(shown.stdout)["m365.apps.rollout"]["entry_points"]) == set(specs["argument_specs"])
    pages = run(tmp_path, [BIN / "ansible-doc", "-t", "role", "m365.apps.rollout"]).ok()
    for entry, spec in specs["argument_specs"].items():
        assert re.search(rf"ENTRY POINT: \W*{entry}\b", pages.stdout), entry
        assert [option for option in spec["options"] if option not in pages.stdout] == [], entry


# What is given and the words that say what is wrong with it.
WRONG_OPTIONS: list[tuple[Dict, str]] = [
    (
        {"m365.apps.office_client_config": {"display_name": "x", "prio": 1}},
        "Unsupported parameters for (m365.apps.office_client_config) module: prio.",
    ),
    (
        {"m365.apps.office_client_config": {"display_name": "x", "priority": "high"}},
        "priority is 'high', not a whole number",
    ),
    (
        {"m365.apps.office_client_config": {"display_name": "x", "kind": "mac"}},
        "value of kind must be one of: windows, windows_security, office, got: mac",
    ),
    (
        {"vars": {"rollout_policies": "no list"}},
        "the option rollout_policies: cannot use it: it is text, not a list.",
    ),
    (
        {"vars": {"rollout_policies": [{"display_name": "x", "prio": 1}]}},
        "policy 'x': there is no option prio.",
    ),
]


def test_wrong_options(ansible: Ansible, emulator: Emulator) -> None:
    """Unknown options and wrong types are told in a sentence before anything is called, by modules and by the role."""
    role = {"ansible.builtin.include_role": {"name": "m365.apps.rollout"}}
    passed = [{"ansible.builtin.debug": {"msg": "it went on"}}]
    tasks = [
        {"block": [{**role, **given}], "rescue": passed} if "vars" in given else {**given, "ignore_errors": True}
        for given, _words in WRONG_OPTIONS
    ]
    (ansible.folder / "wrong.yml").write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    )
    said = ansible.playbook("wrong.yml", **ansible.login).ok()
    assert [words for _given, words in WRONG_OPTIONS if words not in said.output] == [], said.output[-3000:]
    assert re.search(r"rescued=2 +ignored=3", said.stdout), said.output[-3000:]
    assert emulator.journal() == []
