# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of a release. All is done in a clone; the checkout gets a commit and a tag when everything is right."""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
import tempfile
from pathlib import Path

from ansible_collections.m365.apps.tests.release.archive import normalised
from ansible_collections.m365.apps.tests.release.checks import VERSIONED, Refused, current, following, git, refuse, run
from ansible_collections.m365.apps.tests.release.sbom import bill_of_materials

# What a release's commit may change.
ITS_OWN = re.compile(r"CHANGELOG\.rst|changelogs/(changelog\.yaml|fragments/.+)|docs/matrix\.md")
# What make matrix has written for this release.
MATRIX = Path(".ansible/matrix/page.md")


def release(checkout: Path, version: str, key: str) -> Path:
    """Release a version of a checkout, and return the folder with its files.

    key is what gpg finds a secret key by. Raises Refused, before anything in the checkout has changed.
    """
    refuse(checkout, version, key)
    if not (checkout / MATRIX).exists():
        raise Refused(
            f"There is no {MATRIX}: a release has the results of all its rows; run make matrix PAGE={MATRIX}."
        )
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "clone"
        git(checkout, "clone", "--quiet", "--no-hardlinks", str(checkout), str(clone))
        commit(clone, checkout, version, key)
        made = Path(scratch) / version
        made.mkdir()
        furnish(clone, made, version, key)
        go_on(clone, following(version))
        git(checkout, "fetch", "--quiet", str(clone), "HEAD")
        git(checkout, "merge", "--quiet", "--ff-only", "FETCH_HEAD")
        git(checkout, "fetch", "--quiet", str(clone), f"refs/tags/v{version}:refs/tags/v{version}")
        kept = checkout / ".ansible" / "release" / version
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(made, kept)
    return kept


def commit(clone: Path, checkout: Path, version: str, key: str) -> None:
    """Set the version, write changelog and results of the matrix, commit that, tag it with the changelog's words."""
    set_version(clone, version)
    shutil.copy(checkout / MATRIX, clone / "docs" / "matrix.md")
    run(clone, "antsibull-changelog", "release", "--version", version)
    git(clone, "add", "--all")
    changed = git(clone, "diff", "--cached", "--name-only").splitlines()
    if foreign := [name for name in changed if name not in VERSIONED and not ITS_OWN.fullmatch(name)]:
        raise Refused(f"The changelog tool changed {foreign[0]}, which is no part of a release; see what it did there.")
    for name in ("user.name", "user.email"):
        git(clone, "config", name, git(checkout, "config", name))
    git(clone, "commit", "--quiet", "--no-gpg-sign", "--message", f"Release {version}")
    text = tag_text((clone / "CHANGELOG.rst").read_text(encoding="utf-8"), version)
    git(clone, "tag", "--local-user", key, "--cleanup", "verbatim", "--file", "-", f"v{version}", given=text)


def go_on(clone: Path, version: str) -> None:
    """Commit the version that the checkout has until the next release, on top of the commit that is tagged."""
    set_version(clone, version)
    git(clone, "commit", "--quiet", "--no-gpg-sign", "--all", "--message", f"Begin {version}")


def set_version(clone: Path, version: str) -> None:
    """Write a version to every file that says it."""
    for name, pattern in VERSIONED.items():
        text = (clone / name).read_text(encoding="utf-8")
        (clone / name).write_text(pattern.sub(version, text), encoding="utf-8")


def tag_text(changelog: str, version: str) -> str:
    """Return what a tag says: the changelog of its version, out of CHANGELOG.rst."""
    parts = re.split(r"^v(\S+)\n=+\n", changelog, flags=re.MULTILINE)
    entries = dict(zip(parts[1::2], parts[2::2], strict=True))
    return f"m365.apps {version}\n\n{entries[version].strip()}\n"


def furnish(clone: Path, made: Path, version: str, key: str) -> None:
    """Fill a folder with the tarball, its bill of materials, checksums and signatures."""
    epoch = int(git(clone, "log", "-1", "--format=%ct"))
    tarball, again = (built(clone, folder, version, epoch) for folder in (made, clone.parent / "again"))
    if tarball.read_bytes() != again.read_bytes():
        raise Refused("Two builds of the same commit differ, so the tarball is not reproducible; compare them first.")
    stem = tarball.name.removesuffix(".tar.gz")
    list_materials(clone, tarball)
    with tarfile.open(tarball) as held:
        # ansible-galaxy checks the signature of this file, and by it the sums of all others.
        held.extract("MANIFEST.json", made, filter="data")
    sign(made / "MANIFEST.json", made / f"{stem}.MANIFEST.json.asc", key)
    (made / "MANIFEST.json").unlink()
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(made.iterdir())]
    (made / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    sign(made / "SHA256SUMS", made / "SHA256SUMS.asc", key)


def list_materials(checkout: Path, tarball: Path) -> Path:
    """Write the bill of materials of a tarball beside it, and return the file. Raises Refused."""
    epoch = int(git(checkout, "log", "-1", "--format=%ct"))
    requirements = (checkout / "meta" / "ee-requirements.txt").read_text(encoding="utf-8")
    bill = tarball.with_name(f"{tarball.name.removesuffix('.tar.gz')}.cdx.json")
    bill.write_text(bill_of_materials(tarball, current(checkout), requirements, epoch), encoding="utf-8")
    return bill


def built(clone: Path, folder: Path, version: str, epoch: int) -> Path:
    """Build the collection of what is committed, in its normal form, and return the tarball."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "source.tar"
        git(clone, "archive", "--output", str(exported), "HEAD")
        with tarfile.open(exported) as source:
            source.extractall(scratch, filter="data")
        exported.unlink()
        run(Path(scratch), "ansible-galaxy", "collection", "build", "--output-path", str(folder))
    tarball = folder / f"m365-apps-{version}.tar.gz"
    normalised(tarball, epoch)
    return tarball


def sign(file: Path, signature: Path, key: str) -> None:
    """Make a detached, armored signature and check it. Raises Refused with gpg's own words."""
    gpg = ["gpg", "--batch", "--yes"]
    run(file.parent, *gpg, "--armor", "--local-user", key, "--output", str(signature), "--detach-sign", str(file))
    run(file.parent, *gpg, "--verify", str(signature), str(file))
