# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release in a checkout of its own with a throw-away key: what it leaves, and what it refuses without a trace."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible.utils.version import SemanticVersion

from ansible_collections.m365.apps.tests.release.archive import normalised
from ansible_collections.m365.apps.tests.release.checks import (
    DEVELOPMENT,
    VERSIONED,
    Refused,
    current,
    following,
    last_release,
)
from ansible_collections.m365.apps.tests.release.make import MATRIX, built
from ansible_collections.m365.apps.tests.release.sbom import bill_of_materials, hold_to_schema, locked_venv

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
KEY = "releases@example.org"
PARTS = [
    *("galaxy.yml", ".gitignore", "README.md", "LICENSE", "CHANGELOG.rst", "changelogs", "meta", "plugins", "roles"),
    *("playbooks", "extensions", "schemas", "docs"),
]
VERSION = "7.8.9"


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def git(folder: Path, *arguments: str) -> str:
    return run(folder, "git", *arguments)


@pytest.fixture(scope="module")
def keyring() -> t.Iterator[Path]:
    """A keyring with one secret key, for every gpg that is started; its agent ends with it."""
    if not shutil.which("gpg"):
        pytest.fail("gpg is not installed: a release is signed by it")
    # The paths of its sockets must be short.
    with tempfile.TemporaryDirectory(prefix="gpg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", folder)
        run(Path(folder), "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", KEY, "default", "sign")
        try:
            yield Path(folder)
        finally:
            run(Path(folder), "gpgconf", "--kill", "all")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the product with one change that was not released."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".plugin-cache.yaml")
            )
        else:
            shutil.copy(ROOT / name, folder)
    (folder / MATRIX).parent.mkdir(parents=True)
    (folder / MATRIX).write_text("What the rows of the test found.\n")
    (folder / "changelogs" / "fragments" / "one.yml").write_text("minor_changes:\n  - A change of the test.\n")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "config", "user.name", "Releases")
    git(folder, "config", "user.email", KEY)
    git(folder, "config", "commit.gpgsign", "false")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Begin")
    return folder


def make_release(checkout: Path, version: str = VERSION, key: str = KEY) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ansible_collections.m365.apps.tests.release", version, key]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, check=False)


def trace(checkout: Path) -> tuple[str, str, str, bool]:
    """Return what a release could have changed."""
    listed = git(checkout, "log", "--all", "--format=%H"), git(checkout, "tag"), git(checkout, "status", "--porcelain")
    return (*listed, (checkout / ".ansible" / "release").exists())


@pytest.mark.full  # a release begins with make test-all
def test_a_release_leaves_a_commit_a_tag_and_signed_files(checkout: Path, keyring: Path) -> None:
    before = git(checkout, "rev-parse", "HEAD")
    done = make_release(checkout)
    assert done.returncode == 0, done.stderr
    assert (git(checkout, "rev-parse", "HEAD~2"), git(checkout, "status", "--porcelain")) == (before, "")
    assert current(checkout) == "7.9.0-dev0"
    assert set(git(checkout, "diff", "--name-only", "HEAD~1", "HEAD").splitlines()) == set(VERSIONED)
    git(checkout, "switch", "--quiet", "--detach", f"v{VERSION}")
    assert git(checkout, "rev-parse", "HEAD") == git(checkout, "rev-parse", "main~1")
    git(checkout, "tag", "--verify", f"v{VERSION}")
    assert "- A change of the test." in git(checkout, "tag", "--list", "--format=%(contents)")
    assert current(checkout) == VERSION
    assert (checkout / "docs" / "matrix.md").read_text() == "What the rows of the test found.\n"
    assert f"v{VERSION}\n======\n" in (checkout / "CHANGELOG.rst").read_text()
    made = checkout / ".ansible" / "release" / VERSION
    stem = f"m365-apps-{VERSION}"
    files = [f"{stem}.MANIFEST.json.asc", f"{stem}.cdx.json", f"{stem}.tar.gz"]
    assert sorted(path.name for path in made.iterdir()) == sorted([*files, "SHA256SUMS", "SHA256SUMS.asc"])
    run(made, "sha256sum", "--check", "--strict", "SHA256SUMS")
    assert [line.split()[1] for line in (made / "SHA256SUMS").read_text().splitlines()] == files
    run(made, "gpg", "--verify", "SHA256SUMS.asc", "SHA256SUMS")
    holds_to_its_signature(made, stem, keyring)
    builds_again(checkout, made / f"{stem}.tar.gz")
    bill(json.loads((made / f"{stem}.cdx.json").read_text()), made / f"{stem}.tar.gz")


def holds_to_its_signature(made: Path, stem: str, keyring: Path) -> None:
    """ansible-galaxy finds what is installed as it was signed, and sees another file and another signature."""
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    where = ["-p", str(made.parent / "here")]
    run(made, *galaxy, "install", "--offline", *where, str(made / f"{stem}.tar.gz"))
    check = [*galaxy, "verify", "--offline", *where, "m365.apps", "--keyring", str(keyring / "pubring.kbx")]
    check += ["--required-valid-signature-count", "+all", "--signature"]
    signature = (made / f"{stem}.MANIFEST.json.asc").as_uri()
    run(made, *check, signature)
    foreign = subprocess.run([*check, (made / "SHA256SUMS.asc").as_uri()], capture_output=True, text=True, check=False)
    assert foreign.returncode != 0
    (made.parent / "here" / "ansible_collections" / "m365" / "apps" / "README.md").write_text("changed\n")
    changed = subprocess.run([*check, signature], capture_output=True, text=True, check=False)
    assert changed.returncode != 0
    assert "README.md" in changed.stdout + changed.stderr


def builds_again(checkout: Path, tarball: Path) -> None:
    """The same bytes come of the commit, in another folder at another time."""
    epoch = int(git(checkout, "log", "-1", "--format=%ct"))
    again = built(checkout, checkout / ".ansible" / "again", VERSION, epoch)
    assert again.read_bytes() == tarball.read_bytes()
    with tarfile.open(tarball) as held:
        members = held.getmembers()
        assert {(member.mtime, member.uid, member.uname) for member in members} == {(epoch, 0, "")}
        held.extractall(checkout / ".ansible" / "open", filter="data")
    listed = (checkout / ".ansible" / "open" / "FILES.json").read_bytes()
    manifest = json.loads((checkout / ".ansible" / "open" / "MANIFEST.json").read_bytes())
    assert manifest["file_manifest_file"]["chksum_sha256"] == hashlib.sha256(listed).hexdigest()
    names = {entry["name"] for entry in json.loads(listed)["files"]} - {"."}
    assert {member.name for member in members} == {*names, "MANIFEST.json", "FILES.json"}
    assert manifest["collection_info"]["version"] == VERSION


def bill(document: dict[str, t.Any], tarball: Path) -> None:
    """The bill names the tarball by its sum, and every library that it needs, with version, licence and hashes."""
    [digest] = document["metadata"]["component"]["hashes"]
    assert digest["content"] == hashlib.sha256(tarball.read_bytes()).hexdigest()
    components = {one["name"]: one for one in document["components"]}
    asked = re.findall(r"^([\w-]+)>=", (ROOT / "meta" / "ee-requirements.txt").read_text(), flags=re.MULTILINE)
    assert len(asked) > 2
    assert {*asked, "urllib3", "certifi"} <= components.keys()
    assert components.keys().isdisjoint({"pip", "ansible-core", "pytest"})
    assert all(one["version"] and one["licenses"] for one in components.values())
    locked = (ROOT / "tests" / "runtime.txt").read_text(encoding="utf-8")
    assert all(f"--hash=sha256:{sum_['content']}" in locked for one in components.values() for sum_ in one["hashes"])
    assert all(one["hashes"] for one in components.values())
    known = {document["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in components.values())}
    assert {one["ref"] for one in document["dependencies"]} == known
    below = {one["ref"]: set(one.get("dependsOn", [])) for one in document["dependencies"]}
    assert below[document["metadata"]["component"]["bom-ref"]] == {components[name]["bom-ref"] for name in asked}
    assert set().union(*below.values()) == {one["bom-ref"] for one in components.values()}


@pytest.mark.full  # it installs two venvs
def test_a_bill_of_materials_is_the_same_again_and_valid(tmp_path: Path) -> None:
    (tarball := tmp_path / "tarball").write_bytes(b"A tarball of the test.")
    requirements = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8")
    text, again = (bill_of_materials(tarball, VERSION, requirements, 1_000_000_000) for _time in range(2))
    assert text == again
    assert tempfile.gettempdir() not in text
    tools = locked_venv(tmp_path / "tools", "sbom")
    hold_to_schema(tools, text)
    for wrong in (text.replace('"SHA-256"', '"SHA-257"'), text.replace("GPL-3.0-or-later", "GPL-3.0-or-so"), "{}"):
        with pytest.raises(Refused, match="failed, and nothing was released: "):
            hold_to_schema(tools, wrong)


def dirty(checkout: Path) -> None:
    (checkout / "README.md").write_text("changed\n")


def tagged(checkout: Path) -> None:
    git(checkout, "tag", f"v{VERSION}")


def nothing_new(checkout: Path) -> None:
    git(checkout, "rm", "--quiet", "changelogs/fragments/*.yml")
    git(checkout, "commit", "--quiet", "--message", "Take the changes away")


def detached(checkout: Path) -> None:
    git(checkout, "switch", "--quiet", "--detach")


def at_odds(checkout: Path) -> None:
    path = checkout / "plugins" / "module_utils" / "_version.py"
    path.write_text(path.read_text().replace('VERSION = "', 'VERSION = "9'))
    git(checkout, "commit", "--quiet", "--all", "--message", "Another version")


def without_rows(checkout: Path) -> None:
    (checkout / MATRIX).unlink()


def as_it_is(_checkout: Path) -> None:
    pass


REFUSED: dict[str, tuple[t.Callable[[Path], None], str, str, str]] = {
    "dirty": (dirty, VERSION, KEY, r"changes that are not committed \(README\.md\)"),
    "form": (as_it_is, "1.2", KEY, r"VERSION=1\.2: this is not a version"),
    "v": (as_it_is, "v1.2.3", KEY, r"VERSION=v1\.2\.3: this is not a version"),
    "empty": (as_it_is, "", KEY, r"VERSION=: this is not a version"),
    "not greater": (as_it_is, "0.0.9", KEY, r"is released, and a release must be greater"),
    "the same": (as_it_is, last_release(ROOT), KEY, r"is released, and a release must be greater"),
    "between releases": (as_it_is, current(ROOT), KEY, r"is a version between releases; give the one of the release"),
    "no fragments": (nothing_new, VERSION, KEY, r"changelogs/fragments is empty"),
    "tag": (tagged, VERSION, KEY, rf"The tag v{re.escape(VERSION)} is there already"),
    "no branch": (detached, VERSION, KEY, r"is on no branch"),
    "at odds": (at_odds, VERSION, KEY, r"do not agree on its version"),
    "no rows": (without_rows, VERSION, KEY, r"There is no \.ansible/matrix/page\.md: .+; run make matrix PAGE="),
    "no key": (as_it_is, VERSION, "", r"SIGNING_KEY is empty"),
    "foreign key": (
        as_it_is,
        VERSION,
        "nobody@example.org",
        r"SIGNING_KEY=nobody@example\.org: gpg has no such secret key",
    ),
}


@pytest.mark.full
@pytest.mark.parametrize(("spoil", "version", "key", "said"), REFUSED.values(), ids=REFUSED)
def test_a_release_is_refused_without_a_trace(
    checkout: Path, keyring: Path, spoil: t.Callable[[Path], None], version: str, key: str, said: str
) -> None:
    assert keyring.is_dir()
    spoil(checkout)
    before = trace(checkout)
    done = make_release(checkout, version, key)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(said, done.stderr)
    assert "Traceback" not in done.stderr
    assert trace(checkout) == before


def test_every_file_that_says_the_version_says_it_once_more() -> None:
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in VERSIONED}
    assert {name: len(pattern.findall(texts[name])) for name, pattern in VERSIONED.items()} == {
        "galaxy.yml": 1,
        "plugins/module_utils/_version.py": 1,
        "extensions/ee/execution-environment.yml": 2,
        "extensions/awx/project/collections/requirements.yml": 1,
    }


def test_the_checkout_has_a_version_between_releases() -> None:
    assert current(ROOT).endswith(DEVELOPMENT)
    assert SemanticVersion(current(ROOT)) > SemanticVersion(last_release(ROOT))


@pytest.mark.parametrize(
    ("released", "then"),
    [("1.2.3", "1.3.0-dev0"), ("0.2.0", "0.3.0-dev0"), ("1.3.0-rc1", "1.3.0-dev0"), ("2.0.0", "2.1.0-dev0")],
)
def test_after_a_release_the_next_minor_version_is_developed(released: str, then: str) -> None:
    assert following(released) == then


def test_order_and_times_of_a_tarball_do_not_matter(tmp_path: Path) -> None:
    listed = [{"name": "a"}, {"name": "b"}]
    ways = []
    for number, names in enumerate((["a", "b"], ["b", "a"])):
        files = json.dumps({"files": listed[:: 1 - 2 * number]})
        held = {
            "FILES.json": files,
            "MANIFEST.json": '{"file_manifest_file": {"chksum_sha256": ""}}',
            "a": "A",
            "b": "B",
        }
        ways.append(tmp_path / f"{number}.tar.gz")
        with tarfile.open(ways[-1], "w:gz") as archive:
            for name in [*names, "FILES.json", "MANIFEST.json"]:
                source = tmp_path / f"source{number}"
                source.write_text(held[name])
                archive.add(source, name)
        normalised(ways[-1], 1_000_000_000)
    assert ways[0].read_bytes() == ways[1].read_bytes()
    assert gzip.decompress(ways[0].read_bytes())
