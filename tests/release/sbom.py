# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bill of materials of a release, in the form CycloneDX 1.6 (cyclonedx.org/docs/1.6/json).

The collection ships none of its libraries. Listed is what meta/ee-requirements.txt asks for and what that brings
along, at the versions of tests/runtime.txt, which the release was tested with.

cyclonedx-py tells components, licences and what needs what, of a venv with nothing else. A venv does not keep the
hashes of the files it was made of, so those come from the lock, all of a version: there is one file for each platform.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import sys
import tempfile
import typing as t
import uuid
from pathlib import Path

from packaging.utils import canonicalize_name

from ansible_collections.m365.apps.tests.release.checks import Refused, run

LOCKS = Path(__file__).resolve().parents[1]
# Its own check is before hashes and the collection are in.
_CHECK = """\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
with open(sys.argv[1], encoding="utf-8") as document:
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document.read())
sys.exit(str(wrong)[:2000] if wrong else 0)
"""


def bill_of_materials(tarball: Path, version: str, requirements: str, epoch: int) -> str:
    """Return the document for a tarball and the text of its requirements, the same text for the same release.

    Raises Refused when a tool fails, when a component lacks a licence or hashes, or when the document is not valid.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tools, needed = (locked_venv(Path(scratch) / name, name) for name in ("sbom", "runtime"))
        document = _environment(tools, needed, version, requirements)
        _complete(document, tarball, version, epoch)
        text = json.dumps(document, indent=2, sort_keys=True) + "\n"
        hold_to_schema(tools, text)
    return text


def locked_venv(folder: Path, lock: str) -> Path:
    """Make a venv with what a lock pins and nothing else, and return it. Raises Refused."""
    run(folder.parent, sys.executable, "-m", "venv", "--without-pip", str(folder))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    run(folder.parent, *pip, "install", "--quiet", "--require-hashes", "-r", str(LOCKS / f"{lock}.txt"))
    return folder


def hold_to_schema(tools: Path, text: str) -> None:
    """Check a document by the schema that the tool carries. Raises Refused with what it says."""
    with tempfile.TemporaryDirectory() as scratch:
        (file := Path(scratch) / "bom.json").write_text(text, encoding="utf-8")
        run(file.parent, str(tools / "bin" / "python"), "-c", _CHECK, str(file))


def _environment(tools: Path, needed: Path, version: str, requirements: str) -> dict[str, t.Any]:
    """Return what the tool tells of a venv; the collection needs what its requirements ask for."""
    asked = [line for line in requirements.splitlines() if line.strip() and not line.startswith("#")]
    project = f'[project]\nname = "m365.apps"\nversion = "{version}"\ndependencies = {json.dumps(asked)}\n'
    (pyproject := needed / "pyproject.toml").write_text(project, encoding="utf-8")
    made = needed / "bom.json"
    options = ["--mc-type", "library", "--pyproject", str(pyproject), "--spec-version", "1.6"]
    options += ["--output-reproducible", "--output-format", "JSON", "--output-file", str(made)]
    run(needed, str(tools / "bin" / "cyclonedx-py"), "environment", *options, str(needed / "bin" / "python"))
    document: dict[str, t.Any] = json.loads(made.read_text(encoding="utf-8"))
    return document


def _complete(document: dict[str, t.Any], tarball: Path, version: str, epoch: int) -> None:
    """Add the hashes, and what only a release knows: its tarball and its time."""
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    purl = f"pkg:generic/m365/apps@{version}?checksum=sha256:{digest}"
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, purl)}"
    document["metadata"]["timestamp"] = datetime.datetime.fromtimestamp(epoch, datetime.UTC).isoformat()
    document["metadata"]["component"] |= {
        "group": "m365",
        "name": "apps",
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"license": {"id": "GPL-3.0-or-later"}}],
    }
    known = _hashes((LOCKS / "runtime.txt").read_text(encoding="utf-8"))
    for component in document["components"]:
        pin = f"{canonicalize_name(component['name'])}=={component['version']}"
        component["hashes"] = [{"alg": "SHA-256", "content": one} for one in known.get(pin, [])]
        for part in ("hashes", "licenses"):
            if not component.get(part):
                raise Refused(f"The bill of materials has no {part} of {pin}; see its metadata and tests/runtime.txt.")


def _hashes(lock: str) -> dict[str, list[str]]:
    """Return the hashes that a lock has for each pin."""
    pins = re.findall(r"^([\w.-]+==[^\s;\\]+)(.*(?:\n[ ].*)*)", lock, re.MULTILINE)
    return {pin: sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)) for pin, rest in pins}
