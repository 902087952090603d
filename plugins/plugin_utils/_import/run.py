# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One import: from a folder of exports to what is written, and the report of all that was found."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import listed
from ansible_collections.m365.apps.plugins.module_utils._errors import printable
from ansible_collections.m365.apps.plugins.plugin_utils._backup import digest
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._policies.group_map import mapped_groups

from .folder import Made, each_once, made_files, without_those_there
from .found import Left, LeftError
from .policies import Options, Taken, name_of, taken
from .reading import Read, read_exports

Result = dict[str, t.Any]
# So many policies of each group are named.
_SHOWN = 5


@dataclass(frozen=True)
class Request:
    """What is asked: where exports are and definitions go, how these are written, and what counts beside exports."""

    source: Path
    folder: Path
    form: Form
    catalog: Catalog
    group_map: t.Mapping[str, t.Any]
    group_names: t.Mapping[str, str]
    unknown_as_raw: bool = False
    # Whether ``group_names`` are all that the tenant knows of the groups that no export names.
    groups_asked: bool = False


@dataclass(frozen=True)
class Import:
    """What an import does: the files that are or will be in the folder, and what is left."""

    files: tuple[Made, ...]
    statuses: t.Mapping[str, str]
    left: tuple[Left, ...]
    warnings: tuple[str, ...]
    # Ids of groups of which no name is known; those of policies that have their files already, too.
    unnamed_groups: tuple[str, ...] = ()

    @property
    def private(self) -> dict[str, bytes]:
        """The files to write that hold secrets in clear text: what may be shown of each."""
        return {made.file: made.shown for made in self.files if made.policy.secrets and made.file in self.created}

    @property
    def created(self) -> dict[str, bytes]:
        """The files to write."""
        return {made.file: made.data for made in self.files if self.statuses[made.file] == "created"}


def planned(request: Request) -> Import:
    """Return what an import does; nothing is written. Raises UserError, PoliciesError and OSError."""
    read = read_exports(request.source, request.folder)
    names = {**read.group_names, **{key.lower(): name for key, name in request.group_names.items() if name}}
    policies, left = _taken(read, Options(request.catalog, names, request.unknown_as_raw))
    mapped = mapped_groups([policy.definition for policy in policies], request.group_map)
    policies = [replace(policy, definition=new) for policy, new in zip(policies, mapped, strict=True)]
    policies, repeated, same_names = each_once(policies)
    files, unfit = made_files(policies, request.form)
    statuses, in_the_way, doubts = without_those_there(request.folder, files)
    notes = [f"{policy.place} ('{policy.name}'): {note}." for policy in policies for note in policy.notes]
    return Import(
        files=tuple(made for made in files if made.file in statuses),
        statuses=statuses,
        left=tuple(sorted([*read.left, *left, *repeated, *unfit, *in_the_way], key=_order)),
        warnings=(
            *notes,
            *_on_secrets(files, statuses),
            *same_names,
            *doubts,
            *(_of_no_name(files) if request.groups_asked else ()),
        ),
        unnamed_groups=_unnamed(files),
    )


def result_of(done: Import, folder: Path) -> Result:
    """Return the report of an import as JSON values, with nothing in them that a terminal obeys."""
    return {
        "changed": bool(done.created),
        "path": str(folder),
        "files": [_file_result(made, done.statuses[made.file]) for made in done.files],
        "left": [_left_result(each) for each in done.left],
        "counts": {
            "imported": len(done.files),
            **{name: list(done.statuses.values()).count(name) for name in ("created", "unchanged")},
            "left": len(done.left),
            "left_by_reason": dict(sorted(Counter(each.reason.value for each in done.left).items())),
        },
        "unnamed_groups": list(done.unnamed_groups),
    }


def _taken(read: Read, options: Options) -> tuple[list[Taken], list[Left]]:
    policies: list[Taken] = []
    left: list[Left] = []
    for export in read.exports:
        try:
            policies.append(taken(export, options))
        except LeftError as error:
            left.append(Left(export.place, error.reason, str(error), name_of(export)))
    return policies, left


def _file_result(made: Made, status: str) -> Result:
    policy = made.policy
    return {
        "file": made.file,
        "display_name": policy.name,
        "status": status,
        "source": printable(str(policy.place)),
        "format": policy.format,
        "settings": len(policy.settings),
        "raw": policy.raw,
        "sha256": digest(made.data),
    }


def _left_result(left: Left) -> Result:
    return {
        "source": printable(str(left.place)),
        "display_name": left.name,
        "reason": left.reason.value,
        "message": printable(left.message),
    }


def _unnamed(files: t.Iterable[Made]) -> tuple[str, ...]:
    """Return the ids of the groups of which no name is known."""
    return tuple(sorted({group_id for made in files for group_id in _bare_ids(made.policy.definition)}))


def _on_secrets(files: t.Iterable[Made], statuses: t.Mapping[str, str]) -> list[str]:
    """Return the warnings about files that hold secrets in clear text."""
    return [
        f"{made.policy.place} ('{made.policy.name}'): {made.file} holds a secret in clear text, of "
        f"{listed(made.policy.secrets, _SHOWN)}. Encrypt the file with ansible-vault before you commit it."
        for made in files
        if made.policy.secrets and made.file in statuses
    ]


def _of_no_name(files: t.Iterable[Made]) -> tuple[str, ...]:
    """Return the warning about groups that the tenant was asked of and knows no name of, if there are any."""
    policies: dict[str, list[str]] = {}
    for made in files:
        for group_id in sorted(_bare_ids(made.policy.definition)):
            policies.setdefault(group_id, []).append(f"'{made.policy.name}'")
    if not policies:
        return ()
    told = "; ".join(f"{group_id} of {listed(names, _SHOWN)}" for group_id, names in sorted(policies.items()))
    step = (
        "A rollout needs groups that the tenant has: give others by rollout_group_map, or check what the login may read"
    )
    return (f"The tenant told no name of these groups, so the definitions have their IDs alone: {told}. {step}.",)


def _bare_ids(definition: t.Mapping[str, t.Any]) -> set[str]:
    """Return the ids of the groups of a definition that stand there without a name."""
    groups = [group for option in ("groups", "exclude_groups") for group in _members(definition.get(option, []))]
    return {group["id"] for group in groups if isinstance(group, dict) and "display_name" not in group}


def _members(groups: t.Any) -> list[t.Any]:
    return list(groups["add"] if isinstance(groups, dict) else groups)


def _order(left: Left) -> tuple[str, str]:
    return left.place.file, left.place.item
