# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition files of imported policies: their names and bytes, and that none of them is in anybody's way."""

from __future__ import annotations

import json
import os
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import with_masks
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain
from ansible_collections.m365.apps.plugins.module_utils._module.surfaces import CATALOG
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import parse_given
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import ENDINGS, Form, rendered
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.files import is_definition, read_definition
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._export import stems_of
from ansible_collections.m365.apps.plugins.plugin_utils._places import short_digest
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes
from ansible_collections.m365.apps.plugins.plugin_utils._records import is_as_written
from ansible_collections.m365.apps.plugins.plugin_utils._refusals import refusals

from .found import Left, LeftError, Reason
from .policies import Taken

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Made:
    """One definition file: its name in the folder, its bytes, and the policy in it."""

    file: str
    data: bytes
    policy: Taken
    # What is shown of it: without secrets in clear text.
    shown: bytes


def each_once(taken: t.Iterable[Taken]) -> tuple[list[Taken], list[Left], list[str]]:
    """Return policies of which none is there twice, those that repeat another one, and warnings on equal names.

    Of policies that share a name, each gets the id that its export has: the name alone would not lead to it.
    """
    kept: dict[str, list[Taken]] = {}
    left: list[Left] = []
    for policy in taken:
        named = kept.setdefault(policy.name, [])
        same = next((each for each in named if each.definition == policy.definition), None)
        if same is None:
            named.append(policy)
        else:
            left.append(Left(policy.place, Reason.DUPLICATE, f"it is the same policy as in {same.place}", policy.name))
    warnings = [_same_name(name, named) for name, named in kept.items() if len(named) > 1]
    found = [_with_id(policy) if len(named) > 1 else policy for named in kept.values() for policy in named]
    return found, left, warnings


def made_files(taken: t.Sequence[Taken], form: Form) -> tuple[list[Made], list[Left]]:
    """Return the files of policies, by name, and the policies that no file can say without a loss.

    Each file is read back: it must be a definition, of exactly the options whose settings compile to what was exported,
    that modules and lint take without a tenant.
    """
    made: list[Made] = []
    left: list[Left] = []
    stems = stems_of([policy.name for policy in taken], [short_digest(_as_text(policy.definition)) for policy in taken])
    for policy, stem in zip(taken, stems, strict=True):
        file = stem + ENDINGS[form.file_format]
        try:
            data = rendered(policy.definition, form)
            _check(file, data, policy, form)
        except (LeftError, ValueError, UserError, DefinitionsError, yaml.YAMLError) as error:
            reason = error.reason if isinstance(error, LeftError) else Reason.INVALID
            left.append(Left(policy.place, reason, str(error).rstrip(". "), policy.name))
        else:
            shown = rendered(with_masks(policy.definition), form) if policy.secrets else data
            made.append(Made(file, data, policy, shown))
    return sorted(made, key=lambda each: each.file), left


def without_those_there(folder: Path, made: t.Sequence[Made]) -> tuple[dict[str, str], list[Left], list[str]]:
    """Return the status of each file to be in the folder, by its name, those in the way of others, and warnings.

    A file that is there is never written over, and a policy that another definition of the folder describes is not
    described a second time. Raises UserError where the folder cannot be one, and OSError.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise UserError(plain(str(folder), 600), "import to it", "it is not a folder", "Choose another path")
    statuses = {each.file: _status(folder / each.file, each.data) for each in made}
    ours = {file for file, status in statuses.items() if status == "unchanged"}
    described, warnings = _described(folder, ours, {each.policy.name for each in made})
    left: list[Left] = []
    for each in made:
        status, other = statuses[each.file], described.get(each.policy.name)
        if status in ("created", "unchanged") and (other is None or status == "unchanged"):
            continue
        del statuses[each.file]
        cause = (
            f"{other} describes a policy of this name" if other not in (None, each.file) else f"{each.file} {status}"
        )
        step = "it is never written over: remove it, or choose another folder, to have the export"
        left.append(Left(each.policy.place, Reason.EXISTS, f"{cause}, and {step}", each.policy.name))
    return statuses, left, warnings


def _status(path: Path, data: bytes) -> str:
    """Return what becomes of a file, or what is in its way."""
    if not os.path.lexists(path):
        return "created"
    if path.is_symlink():
        return "is there as a link"
    if not path.is_file():
        return "is there, and is not a file"
    return "unchanged" if is_as_written(read_bytes(path), data) else "is there with another content"


def _described(folder: Path, ours: t.Collection[str], names: t.Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Return which file of a folder describes a policy of one of these names, but for the files that are ours."""
    found: dict[str, str] = {}
    warnings: list[str] = []
    for path in _definitions_in(folder):
        name = os.path.relpath(path, folder)
        if name in ours:
            continue
        try:
            policies = read_definitions(str(path), read_definition(path))
        except DefinitionsError as error:
            warnings.append(f"It is not known whether it describes one of the imported policies: {error}")
            continue
        for policy in policies:
            if policy.get("display_name") in names:
                found.setdefault(policy["display_name"], plain(name, 200))
    return found, warnings


def _definitions_in(folder: Path) -> t.Iterator[Path]:
    for above, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(files):
            if is_definition(name) and not name.startswith("."):
                yield Path(above) / name


def _check(file: str, data: bytes, policy: Taken, form: Form) -> None:
    """Raise LeftError or DefinitionsError unless a file says exactly what was exported, and lint takes it."""
    read = parse_given(data.decode()) if form.file_format == "json" else yaml.load(data, _LOADER)
    read = {key: value for key, value in read.items() if key != "$schema"} if isinstance(read, dict) else {}
    if _as_text(read) != _as_text(policy.definition):
        raise LeftError(Reason.INVALID, "what was written is not what is read back; please report this policy")
    for definition in read_definitions(file, data):
        for _rule, sentence in refusals(definition, CATALOG):
            raise LeftError(Reason.INVALID, sentence)


def _as_text(value: t.Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _same_name(name: str, policies: t.Sequence[Taken]) -> str:
    places = " and ".join(str(policy.place) for policy in policies)
    return (
        f"{len(policies)} different exports hold a policy '{name}' ({places}), and each has its file. A rollout needs "
        "one of each name, or IDs that the tenant has: rename or remove what you do not need."
    )


def _with_id(policy: Taken) -> Taken:
    return replace(policy, definition={"id": policy.id, **policy.definition}) if policy.id else policy
