# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows of GitHub run what make test runs, and no more than they need is granted to them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> dict[str, t.Any]:
    loaded: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def steps(path: Path) -> list[dict[str, t.Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def test_the_checks_are_the_sessions_of_make() -> None:
    listed = re.search(r"^SESSIONS := (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert listed
    matrix = read(ROOT / ".github" / "workflows" / "checks.yml")["jobs"]["session"]["strategy"]["matrix"]
    assert sorted(matrix["session"]) == sorted(listed[1].split())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_targets_of_make_that_exist(path: Path) -> None:
    called = {name for step in steps(path) for name in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))}
    known = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {name for name in called if not re.search(rf"\b{name}\b", known)} == set()
    assert called or "$SESSION" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_only_and_keeps_no_credentials(path: Path) -> None:
    assert read(path)["permissions"] == {"contents": "read"}
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_the_workflows_are_what_github_takes(tmp_path: Path) -> None:
    assert len(WORKFLOWS) > 2
    check = [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*check, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (tmp_path / "wrong.yml").write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on", "run-on"))
    assert subprocess.run([*check, str(tmp_path / "wrong.yml")], capture_output=True, check=False).returncode == 1


def test_the_hooks_of_a_commit_are_programs_of_the_venv() -> None:
    hooks = [hook for repo in read(ROOT / ".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert hooks
    assert [hook["id"] for hook in hooks if not (ROOT / hook["entry"].split()[0]).is_file()] == []


def test_updates_are_looked_for_where_pins_are() -> None:
    updates = {entry["package-ecosystem"]: entry for entry in read(ROOT / ".github" / "dependabot.yml")["updates"]}
    files = {"github-actions": ".github/workflows/checks.yml", "pip": "requirements.txt", "npm": "package-lock.json"}
    assert updates.keys() == files.keys()
    for ecosystem, name in files.items():
        assert (ROOT / updates[ecosystem]["directory"].strip("/") / name).is_file()


def test_every_file_is_owned_by_a_team_of_the_organization() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    organization = read(ROOT / "galaxy.yml")["repository"].split("/")[-2]
    owned = [line.split() for line in lines if not line.startswith("#") and line]
    assert [owners[0] for _pattern, *owners in owned] == [f"@{organization}/maintainers"]
    assert [pattern for pattern, *_owners in owned] == ["*"]


@pytest.mark.parametrize("name", ["bug.yml", "feature.yml"])
def test_a_form_asks_with_fields_that_github_knows(name: str) -> None:
    form = read(ROOT / ".github" / "ISSUE_TEMPLATE" / name)
    assert form.keys() <= {"name", "description", "labels", "body"}
    for field in form["body"]:
        assert field["type"] in {"markdown", "textarea", "input", "dropdown", "checkboxes"}
        assert field["attributes"].get("label") or field["type"] == "markdown"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_hash_with_the_version_beside_it(path: Path) -> None:
    used = re.findall(r"uses: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_what_is_unsafe_in_workflows_is_found(tmp_path: Path) -> None:
    """make lint looks for it with this program, offline; it is quiet about what is there, and not about all."""
    program = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--no-progress", "--quiet"]
    done = subprocess.run([*program, str(ROOT / ".github")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    unsafe = WORKFLOWS[0].read_text(encoding="utf-8").replace('"$SESSION"', "${{ github.head_ref }}")
    (folder / "unsafe.yml").write_text(unsafe)
    assert subprocess.run([*program, str(tmp_path)], capture_output=True, check=False).returncode > 1


def test_a_container_for_development_makes_what_contributing_tells() -> None:
    made = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert made["postCreateCommand"].startswith("make setup tree")


def test_a_release_attests_the_tarball_and_its_bill_of_materials() -> None:
    path = ROOT / ".github" / "workflows" / "release.yml"
    [attest] = [step for step in steps(path) if step.get("uses", "").startswith("actions/attest-build-provenance@")]
    [kept] = [step for step in steps(path) if step.get("uses", "").startswith("actions/upload-artifact@")]
    made = [".ansible/dist/*.tar.gz", ".ansible/dist/*.cdx.json"]
    assert attest["with"]["subject-path"].split() == kept["with"]["path"].split() == made
    assert [step for step in steps(path) if step.get("run", "").startswith("make sbom ")]


def test_the_emulator_says_how_the_collection_of_the_checkout_is_run() -> None:
    """Who has cloned it has installed nothing; ``make demo`` has put it where this points."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installed = re.search(r"^INSTALLED := (.+)/ansible_collections/", makefile, flags=re.MULTILINE)
    assert installed
    told = subprocess.run(["make", "-n", "emulator"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"# export ANSIBLE_COLLECTIONS_PATH={ROOT / installed[1]} " in told
