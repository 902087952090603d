# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The execution environment: what ansible-builder makes of it, and that pip can fulfil what it asks for.

Images are not built, that needs a container engine; each step that the build would take inside is done here.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.tests.integration.support.processes import BIN, ROOT
from ansible_collections.m365.apps.tests.runners.programs import EXTENSIONS, PROGRAMS, run

DEFINITION = EXTENSIONS / "ee" / "execution-environment.yml"
# Those that the ansible-core of the example runs on.
BASE_PYTHONS = ["3.12", "3.13"]
VERSION = str(yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"])


@functools.cache
def pythons() -> dict[str, str]:
    """Return the interpreters that really run on this machine, by minor version."""
    shown = subprocess.run(
        ["sh", str(ROOT / "tests" / "tools" / "pythons.sh")], capture_output=True, text=True, check=True
    )
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    found = shown.stdout.split()
    return {
        subprocess.run([one, "-c", asked], capture_output=True, text=True, check=True).stdout.strip(): one
        for one in found
    }


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build context that ansible-builder makes, with a tarball of the checkout."""
    folder = tmp_path_factory.mktemp("ee")
    shutil.copy(DEFINITION, folder)
    run(folder, [BIN / "ansible-galaxy", "collection", "build", "--output-path", folder, ROOT]).ok()
    run(folder, [PROGRAMS / "ansible-builder", "create", "--context", folder / "context"]).ok()
    return folder / "context"


@pytest.fixture(scope="module")
def collections(context: Path) -> Path:
    """The collections of the image, installed as its build does it."""
    made = context / "_build" / "made"
    command = [BIN / "ansible-galaxy", "collection", "install", "--offline", "-r", "requirements.yml", "-p", made]
    run(context, command, cwd=context / "_build", ANSIBLE_COLLECTIONS_PATH=str(made)).ok()
    return made


@pytest.fixture(scope="module")
def wanted(context: Path, collections: Path) -> list[str]:
    """What ansible-builder finds that the collections want of Python."""
    shown = run(context, [PROGRAMS / "ansible-builder", "introspect", collections]).ok()
    needs = yaml.safe_load(shown.stdout)
    assert set(needs) <= {"python", "system"}, shown.stdout
    assert not needs.get("system")
    return [line.partition("#")[0].strip() for line in needs["python"]]


def test_the_context_is_whole(context: Path) -> None:
    steps = (context / "Dockerfile" if (context / "Dockerfile").exists() else context / "Containerfile").read_text()
    assert "python:3.12-slim-bookworm" in steps
    assert "ansible-galaxy collection install" in steps
    assert (context / "_build" / "files" / f"m365-apps-{VERSION}.tar.gz").is_file()


def test_the_collection_is_whole(collections: Path, context: Path) -> None:
    command = [BIN / "ansible-galaxy", "collection", "list", "--format", "json", "-p", collections]
    shown = run(context, command, ANSIBLE_COLLECTIONS_PATH=str(collections)).ok()
    listed = json.loads(shown.stdout)[str(collections / "ansible_collections")]
    assert listed == {"m365.apps": {"version": VERSION}}


def test_the_requirements_are_those_of_the_collection(wanted: list[str]) -> None:
    lines = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    assert wanted == [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(
    "version", [*(pytest.param(version, marks=pytest.mark.full) for version in BASE_PYTHONS[:-1]), BASE_PYTHONS[-1]]
)
def test_pip_can_fulfil_them(wanted: list[str], tmp_path: Path, version: str) -> None:
    """With wheels only, beside the ansible-core that the example takes, in a fresh venv."""
    if version not in pythons():
        pytest.skip(f"there is no Python {version} on this machine")
    subprocess.run([pythons()[version], "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    core = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))["dependencies"]["ansible_core"]["package_pip"]
    command = [
        *(str(BIN / "python"), "-m", "pip", "--python", str(tmp_path / "venv/bin/python")),
        "install",
        "--dry-run",
        "--only-binary",
        ":all:",
        "--quiet",
    ]
    subprocess.run([*command, "--report", str(tmp_path / "report.json"), *wanted, core], check=True, timeout=300)
    report: dict[str, t.Any] = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    taken = {one["metadata"]["name"].lower() for one in report["install"]}
    assert {"requests", "msal", "cryptography", "ansible-core"} <= taken
