# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README is short and names the modules, playbooks and guides; ansible-doc lists the filters and lookups."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Of the other playbooks, and not started by itself. Modules that begin with private_ are the role's own.
SHARED = "entry_point.yml"
CONTENT = [
    path
    for folder in ("plugins/modules", "playbooks", "docs/docsite/rst")
    for path in sorted((ROOT / folder).iterdir())
    if path.suffix in (".py", ".yml", ".rst") and not path.name.startswith(("__", "private_")) and path.name != SHARED
]


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_in_the_readme(path: Path) -> None:
    name = str(path.relative_to(ROOT)) if path.suffix == ".rst" else f"`m365.apps.{path.stem}`"
    assert name in README


def test_it_is_short_and_begins_with_the_two_commands() -> None:
    lines = README.splitlines()
    assert len(lines) <= 120
    assert [command for command in ("$ make demo ", "$ make test ") if command not in "\n".join(lines[:20])] == []


# What certified content has, in this order.
SECTIONS = [
    *("Description", "Requirements", "Installation", "Use cases", "Testing", "Support", "Release notes"),
    *("Related information", "License"),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def test_it_has_the_sections_of_certified_content() -> None:
    assert re.findall(r"^## (.+)$", README, re.MULTILINE) == SECTIONS


def test_its_links_work_on_galaxy() -> None:
    """They are absolute, and those into the repository lead to what is there."""
    repository = re.search(r"^repository: (\S+)$", (ROOT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert repository
    links = LINK.findall(README)
    into = [link.removeprefix(f"{repository[1]}/blob/main/") for link in links if "/blob/" in link]
    assert len(into) > 25
    assert [link for link in into if not (ROOT / link).is_file()] == []
    assert [link for link in links if not link.startswith("https://")] == []


@pytest.mark.parametrize("seed", ["contoso", "contoso-intune"])
def test_the_seeds_that_first_steps_name_have_their_groups(seed: str) -> None:
    guide = ROOT / "docs" / "docsite" / "rst" / "guide_first_rollout.rst"
    named = set(re.findall(r"groups: \[(.+)\]", guide.read_text(encoding="utf-8")))
    named |= set(re.findall(r"^  - (Contoso.*)$", README, re.MULTILINE))
    assert len(named) == 2
    [tenant] = json.loads((ROOT / "examples" / seed / "seed.json").read_text(encoding="utf-8"))["tenants"].values()
    assert named <= {group["displayName"] for group in tenant["groups"]}
    assert f"SEED=examples/{seed}/seed.json" in guide.read_text(encoding="utf-8")
