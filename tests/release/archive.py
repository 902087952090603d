# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a tarball of ansible-galaxy the same bytes wherever and whenever it is built: python archive.py TARBALL.

ansible-galaxy takes order and times from the file system. Here files stand by name, their time is SOURCE_DATE_EPOCH
(seconds since 1970; see reproducible-builds.org), and the list in FILES.json, with its sum in MANIFEST.json, is in
the same order. The standard library is enough, since `make demo` builds, too.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sys
import tarfile
import typing as t
from pathlib import Path

# Two that ansible-galaxy writes itself; they come first.
OWN = ("MANIFEST.json", "FILES.json")


def normalised(tarball: Path, epoch: int) -> None:
    """Write the tarball anew in its normal form. Raises OSError, tarfile.TarError and KeyError for a foreign one."""
    members: dict[str, tuple[bool, int, bytes]] = {}
    with tarfile.open(tarball) as given:
        for member in given.getmembers():
            file = given.extractfile(member)
            members[member.name] = (
                member.isdir(),
                0o755 if member.mode & 0o100 else 0o644,
                file.read() if file else b"",
            )
    for name, content in _listed(members["FILES.json"][2], members["MANIFEST.json"][2]).items():
        members[name] = (False, 0o644, content)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as new:
        for name in [*OWN, *sorted(members.keys() - set(OWN))]:
            is_folder, mode, content = members[name]
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE if is_folder else tarfile.REGTYPE
            entry.mode, entry.mtime, entry.size = mode, epoch, len(content)
            new.addfile(entry, io.BytesIO(content))
    tarball.write_bytes(gzip.compress(plain.getvalue(), compresslevel=9, mtime=epoch))


def _listed(files: bytes, manifest: bytes) -> dict[str, bytes]:
    """Return FILES.json by name, and MANIFEST.json with the sum of that."""
    listed: dict[str, t.Any] = json.loads(files)
    listed["files"].sort(key=lambda entry: entry["name"])
    listed_bytes = _json(listed)
    held: dict[str, t.Any] = json.loads(manifest)
    held["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(listed_bytes).hexdigest()
    return {"FILES.json": listed_bytes, "MANIFEST.json": _json(held)}


def _json(content: dict[str, t.Any]) -> bytes:
    return json.dumps(content, indent=1).encode()


if __name__ == "__main__":
    # Outside of git and without the variable: the earliest time that every archiver knows.
    normalised(Path(sys.argv[1]), int(os.environ.get("SOURCE_DATE_EPOCH") or 315532800))
