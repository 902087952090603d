# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bill of materials of a release, in the form CycloneDX 1.6 (cyclonedx.org/docs/1.6/json).

The collection ships none of its libraries. Listed is what meta/ee-requirements.txt asks for and what that brings
along, at the versions that the release was tested with, those of this venv.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import typing as t
import uuid
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def bill_of_materials(tarball: Path, version: str, requirements: str, epoch: int) -> str:
    """Return the document for a tarball and the text of its requirements, the same text for the same release.

    Raises importlib.metadata.PackageNotFoundError for a library that this venv lacks.
    """
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    collection = f"pkg:generic/m365/apps@{version}?checksum=sha256:{digest}"
    needed = _wanted(requirements.splitlines())
    below = {collection: needed, **_closure(needed)}
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, collection)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(epoch, datetime.UTC).isoformat(),
            "component": {
                "type": "library",
                "bom-ref": collection,
                "group": "m365",
                "name": "apps",
                "version": version,
                "purl": collection,
                "hashes": [{"alg": "SHA-256", "content": digest}],
                "licenses": [{"license": {"id": "GPL-3.0-or-later"}}],
            },
        },
        "components": [_component(name) for name in sorted(below.keys() - {collection})],
        "dependencies": [
            {"ref": name if name == collection else _purl(name), "dependsOn": sorted(map(_purl, on))}
            for name, on in sorted(below.items())
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _wanted(lines: t.Iterable[str]) -> set[str]:
    """Return the names that requirements ask for here, without extras and markers that do not hold."""
    wanted = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(one.name) for one in wanted if not one.marker or one.marker.evaluate({"extra": ""})}


def _closure(names: set[str]) -> dict[str, set[str]]:
    """Return what each of these libraries needs, and what that needs, by name."""
    below: dict[str, set[str]] = {}
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        below[name] = _wanted(metadata.requires(name) or [])
        waiting |= below[name] - below.keys()
    return below


def _purl(name: str) -> str:
    return f"pkg:pypi/{name}@{metadata.version(name)}"


def _component(name: str) -> dict[str, t.Any]:
    return {
        "type": "library",
        "bom-ref": _purl(name),
        "name": name,
        "version": metadata.version(name),
        "purl": _purl(name),
        "scope": "required",
    }
