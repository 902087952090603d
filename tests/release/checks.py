# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a release from being made, each told in one sentence before anything is touched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml
from ansible.utils.version import SemanticVersion

# A version between releases ends so: 1.3.0-dev0 comes after the release 1.2.x and before 1.3.0.
DEVELOPMENT = "-dev0"
# The version is that of galaxy.yml; these say it as well, in the group of the pattern.
VERSIONED = {
    "galaxy.yml": re.compile(r"(?<=^version: )(?P<version>\S+)$", re.MULTILINE),
    "plugins/module_utils/_version.py": re.compile(r'(?<=^VERSION = ")(?P<version>[^"]+)(?="$)', re.MULTILINE),
    "extensions/ee/execution-environment.yml": re.compile(r"(?<=m365-apps-)(?P<version>\S+)(?=\.tar\.gz)"),
    "extensions/awx/project/collections/requirements.yml": re.compile(
        r"(?<=^    version: v)(?P<version>\S+)$", re.MULTILINE
    ),
}


class Refused(Exception):
    """A release that is not made: one sentence with its cause and the next step."""


def git(folder: Path, *arguments: str, given: str | None = None) -> str:
    """Return what git prints. Raises Refused with git's own words when it fails."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"git {arguments[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def run(folder: Path, *command: str) -> None:
    """Run a program of this venv or of the machine. Raises Refused with its own words when it fails."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    # What was set for the checkout is not meant for the clone.
    kept = {name: value for name, value in os.environ.items() if name not in {"ANSIBLE_COLLECTIONS_PATH", "PYTHONPATH"}}
    env = {**kept, "PATH": path}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{command[0]} failed, and nothing was released: {done.stderr.strip() or done.stdout.strip()}")


def refuse(checkout: Path, version: str, key: str) -> None:
    """Raise Refused when this version cannot be released of the checkout as it is."""
    current(checkout)
    last = last_release(checkout)
    try:
        # SemanticVersion takes an empty text for 0.0.0.
        greater = SemanticVersion(version or "none") > SemanticVersion(last)
    except ValueError:
        raise Refused(
            f"VERSION={version}: this is not a version; give it as MAJOR.MINOR.PATCH, see semver.org."
        ) from None
    if version.partition("-")[2].startswith("dev"):
        raise Refused(f"VERSION={version}: this is a version between releases; give the one of the release.")
    if not greater:
        raise Refused(f"VERSION={version}: {last} is released, and a release must be greater; give a greater one.")
    if not key:
        raise Refused("SIGNING_KEY is empty: a release is signed; give the ID or address of a secret key that gpg has.")
    if subprocess.run(["gpg", "--batch", "--list-secret-keys", key], capture_output=True, check=False).returncode:
        raise Refused(f"SIGNING_KEY={key}: gpg has no such secret key; see gpg --list-secret-keys, or set GNUPGHOME.")
    for cause in _causes(checkout, version):
        raise Refused(cause)


def current(checkout: Path) -> str:
    """Return the version of a checkout. Raises Refused when its files do not agree."""
    found = {
        (match["version"], name)
        for name, pattern in VERSIONED.items()
        for match in pattern.finditer((checkout / name).read_text(encoding="utf-8"))
    }
    versions = {version for version, _name in found}
    if len(versions) != 1 or {name for _version, name in found} != VERSIONED.keys():
        said = ", ".join(f"{name} says {version}" for version, name in sorted(found))
        raise Refused(f"The files of the checkout do not agree on its version ({said}); make them say the same.")
    return versions.pop()


def last_release(checkout: Path) -> str:
    """Return the greatest version that the changelog knows; 0.0.0 when nothing was released yet."""
    changelog = yaml.safe_load((checkout / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    return max(changelog["releases"], key=SemanticVersion, default="0.0.0")


def following(version: str) -> str:
    """Return the version of the checkout after a release: 1.3.0-dev0 after 1.2.3, and 1.3.0-dev0 after 1.3.0-rc1."""
    released = SemanticVersion(version)
    minor = released.minor + (0 if released.is_prerelease else 1)
    return f"{released.major}.{minor}.0{DEVELOPMENT}"


def _causes(checkout: Path, version: str) -> t.Iterator[str]:
    if changed := git(checkout, "status", "--porcelain"):
        first = changed.splitlines()[0].split()[-1]
        yield f"The checkout has changes that are not committed ({first}): commit them or put them away first."
    if not git(checkout, "branch", "--show-current"):
        yield "The checkout is on no branch, and a release is a commit on one: switch to the branch of the release."
    if git(checkout, "tag", "--list", f"v{version}"):
        yield f"The tag v{version} is there already: give a version that was not released yet."
    if not any(path.name[0] != "." for path in (checkout / "changelogs" / "fragments").iterdir()):
        yield "There is nothing to release: changelogs/fragments is empty; describe there what users will see."
