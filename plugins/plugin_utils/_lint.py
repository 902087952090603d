# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lint of definition files as one result, for the entry point lint of the role and for the program: no tenant is asked.

A file that cannot be read is a finding like any other, so that it hides nothing of the others.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._errors import plain, printable
from ansible_collections.m365.apps.plugins.plugin_utils import _surface_rules
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.files import definition_files, read_definition
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._policies.findings import LEVELS, RULES
from ansible_collections.m365.apps.plugins.plugin_utils._policies.group_map import mapped_groups
from ansible_collections.m365.apps.plugins.plugin_utils._policies.payloads import SETTING_KEY
from ansible_collections.m365.apps.plugins.plugin_utils._policies.plain_values import plain_value

Dict = dict[str, t.Any]
# Returns the text of a file, which may be encrypted; None where no secret is at hand.
Decrypt = t.Callable[[Path, bytes], t.Union[bytes, None]]

# Which findings a run fails on, by what stops it.
FAIL_ON: t.Mapping[str, tuple[str, ...]] = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
# How ansible-vault begins a file.
_VAULT = b"$ANSIBLE_VAULT"
_VERDICTS = {"error": "failed", "warning": "warning"}


def without_secrets(_path: Path, text: bytes) -> bytes | None:
    """Return the text of a file that is not encrypted."""
    return None if text.startswith(_VAULT) else text


@dataclass(frozen=True)
class Options:
    """What lint is told beside the policies; None leaves it to the policies, or to the collection. ``layers``: policies
    of the settings catalog have priorities, which are compiled.
    """

    surface: str | None = None
    catalog_file: str | None = None
    setting_key: str = SETTING_KEY
    group_map: t.Mapping[str, t.Any] = field(default_factory=dict)
    fail_on: str = "error"
    layers: bool = False


def lint(
    places: t.Sequence[Path],
    policies: t.Sequence[Dict] = (),
    options: Options | None = None,
    decrypt: Decrypt = without_secrets,
) -> Dict:
    """Return what lint finds in the files at or below these places, and in further policies.

    The result has the shape that the other entry points of the role leave: ``mode``, ``verdict``, ``counts``,
    ``policies`` and ``findings``, here with the ``files`` of each, and ``failed`` by what it is to fail on. Raises
    PoliciesError for what cannot be looked at: a place that is not there, a surface or a catalog that is not one.
    """
    options = options or Options()
    read = _Read()
    for path in definition_files(places).files if places else ():
        read.file(path, decrypt)
    documents = mapped_groups([*read.policies, *policies], options.group_map)
    surface = _surface_rules.surface_of(documents, options.surface, options.layers)
    found = _surface_rules.findings(documents, options.setting_key, None, surface, options.catalog_file, options.layers)
    findings = [*read.findings, *found]
    findings.sort(key=lambda each: LEVELS.index(each["level"]))
    return _result(surface, documents, findings, options.fail_on)


@dataclass
class _Read:
    """The policies with their files, and what is wrong with files."""

    policies: list[Dict] = field(default_factory=list)
    findings: list[Dict] = field(default_factory=list)

    def file(self, path: Path, decrypt: Decrypt) -> None:
        """Read a file."""
        name = str(path)
        try:
            text = decrypt(path, read_definition(path))
            if text is None:
                said = "it is encrypted, and lint has no vault secret here, so it was not looked into"
                self.found("encrypted_file", name, f"definitions {plain(name, 600)}: {said}.")
            else:
                self.policies += [{**policy, "file": name} for policy in read_definitions(name, text)]
        except DefinitionsError as error:
            for problem in error.problems:
                self.found("unreadable_file", name, problem)
            self.policies += [{**policy, "file": name} for policy in error.readable]

    def found(self, rule: str, name: str, message: str) -> None:
        """Keep a finding on a file."""
        own = {"policies": [], "groups": [], "setting": None, "files": [name]}
        self.findings.append({"level": RULES[rule], "rule": rule, "message": message, **own})


def _result(surface: str, documents: t.Sequence[Dict], findings: list[Dict], fail_on: str) -> Dict:
    counts = {level: sum(each["level"] == level for each in findings) for level in LEVELS}
    worst = next((level for level in LEVELS if counts[level]), "note")
    return {
        "format": 1,
        "mode": "lint",
        "surface": surface,
        "failed": any(counts[level] for level in FAIL_ON[fail_on]),
        "verdict": {"level": _VERDICTS.get(worst, "ok"), "text": verdict(counts, len(documents))},
        "counts": {"policies": len(documents), **counts},
        "policies": [
            {name: plain_value(policy.get(name)) for name in ("display_name", "id", "kind", "priority")}
            for policy in documents
        ],
        "findings": [{**each, "message": printable(each["message"])} for each in findings],
    }


def verdict(counts: t.Mapping[str, int], policies: int) -> str:
    """Return how lint came out, as a sentence."""
    parts = [f"{counts[level]} {level}{'' if counts[level] == 1 else 's'}" for level in LEVELS if counts[level]]
    told = f"{policies} {'policy' if policies == 1 else 'policies'}"
    return f"{told}: {', '.join(parts)}." if parts else f"{told}: nothing to complain about."
