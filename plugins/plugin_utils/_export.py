# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From live policies to definition files: which options, in which order, under which name."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
import unicodedata
from collections import Counter
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import TAG_NAMES
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.fields import BYTES_OPTIONS
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import MAX_PRIORITY
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import ENDINGS, Form, rendered
from ansible_collections.m365.apps.plugins.plugin_utils._places import is_device, readable_stem
from ansible_collections.m365.apps.plugins.plugin_utils._portable import NAME_MAPS, portable
from ansible_collections.m365.apps.plugins.plugin_utils._records import blank_record, recorded

Config = t.Mapping[str, t.Any]

_LONGEST_SLUG = 80


@dataclass(frozen=True)
class File:
    """One definition file: its name in the folder, its bytes, and the policy in it."""

    name: str
    data: bytes
    display_name: str
    id: str | None


@dataclass(frozen=True)
class Export:
    """The files of all policies, by name, and what could not be exported."""

    files: tuple[File, ...]
    warnings: tuple[str, ...]


def export(
    configs: t.Sequence[Config], group_names: t.Mapping[str, str], form: Form, all_ids: bool, source: str = ""
) -> Export:
    """Return the files of policies as office_client_config_info returns them.

    ``group_names`` maps ids to names, beside the ``group_name`` of assignments; ``source`` is what the policies come
    from. With ``all_ids`` filters and scope tags are told by their ids, with their names beside them. Raises UserError
    for two configs of one id, and for one without a name and an id.
    """
    _check_ids(configs)
    live_names = Counter(config.get("display_name") for config in configs)
    known = {group_id.lower(): name for group_id, name in group_names.items() if name}
    files, warnings = [], []
    for config, stem in zip(
        configs,
        stems_of([config.get("display_name") or "" for config in configs], list(map(_digest, configs))),
        strict=True,
    ):
        with_id = all_ids or live_names[config.get("display_name")] > 1
        policy, lost = definition(config if all_ids else portable(config), known, with_id)
        lost += () if all_ids else _numbered(policy)
        warnings += [f"policy '{config.get('display_name')}' (id {config.get('id')}): {what}" for what in lost]
        file_name = stem + ENDINGS[form.file_format]
        data = recorded(file_name, rendered(policy, form, blank_record(source)))
        files.append(File(file_name, data, config.get("display_name") or "", config.get("id")))
    return Export(tuple(sorted(files, key=lambda file: file.name)), tuple(warnings))


def definition(
    config: Config, group_names: t.Mapping[str, str], with_id: bool
) -> tuple[dict[str, t.Any], tuple[str, ...]]:
    """Return the options of one policy, in the order of a definition file, and what of it cannot be one."""
    policy, lost = {}, []
    name = config.get("display_name") or ""
    if config.get("id") and (with_id or not name.strip()):
        policy["id"] = config["id"]
    if name.strip():
        policy["display_name"] = name
    if config.get("kind"):
        policy["kind"] = config["kind"]
    elif not is_of_catalog(config):
        lost.append("its kind is not known, so the definition has none, and would create one of the kind windows")
    policy["description"] = config.get("description") or ""
    if 0 <= config.get("priority", -1) <= MAX_PRIORITY:
        policy["priority"] = config["priority"]
    if "groups" in config:
        policy["groups"], strange = _groups(config, group_names)
        lost += ["it has an assignment that is not a group, which is not in the definition"] if strange else []
    policy |= _of_catalog(config, group_names)
    for field in BYTES_OPTIONS:
        if isinstance(config.get(field), (dict, list)):
            policy[field] = config[field]
        elif config.get(BYTES_OPTIONS[field]):
            policy[BYTES_OPTIONS[field]] = config[BYTES_OPTIONS[field]]
        elif config.get(field):
            lost.append(f"its {field} is not a JSON object or array, so it is not in the definition")
    return policy, tuple(lost)


def _numbered(policy: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return why scope tags of a definition may be others in another tenant, where a rollout cannot always tell."""
    return tuple(
        f"its scope tag '{name}' is in the definition by its number {key}, since the name does not tell which one is "
        "meant; another tenant has numbers of its own, so correct it there"
        for key, name in policy.get(TAG_NAMES, {}).items()
    )


def _groups(config: Config, group_names: t.Mapping[str, str]) -> tuple[t.Any, bool]:
    """Return the option groups of a policy, and whether it has an assignment that is not a group."""
    assignments = config.get("assignments") or []
    groups = _with_names(config["groups"], config, group_names)
    strange = any(each.get("target", "unknown") == "unknown" and not each.get("group_id") for each in assignments)
    # A plain list means exactly these, which the modules refuse where there is more than groups.
    return ({"add": groups} if strange else groups), strange


def _with_names(groups: t.Sequence[t.Any], config: Config, group_names: t.Mapping[str, str]) -> list[dict[str, t.Any]]:
    """Return groups as objects with what is known of their names, sorted by these; a filter stays with its group."""
    assignments = config.get("assignments") or []
    names = {**group_names, **{each["group_id"]: each["group_name"] for each in assignments if each.get("group_name")}}
    members = [each if isinstance(each, dict) else {"id": each} for each in groups]
    named = [
        {"id": each["id"], **({"display_name": names[each["id"]]} if each["id"] in names else {}), **each}
        for each in members
    ]
    return sorted(named, key=lambda group: (group.get("display_name", ""), group["id"]))


def is_of_catalog(config: Config) -> bool:
    """Tell whether a policy is one of the settings catalog, which have no kinds: they always have scope tags."""
    return "scope_tags" in config


def _of_catalog(config: Config, group_names: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return the options that policies of the settings catalog alone have."""
    found = {name: config[name] for name in ("settings", "scope_tags", "all_users", "all_devices") if name in config}
    if "exclude_groups" in config:
        found["exclude_groups"] = _with_names(config["exclude_groups"], config, group_names)
    return found | {name: config[name] for name in NAME_MAPS if config.get(name)}


def _check_ids(configs: t.Sequence[Config]) -> None:
    ids = Counter(config.get("id") for config in configs if config.get("id"))
    twice = next((policy_id for policy_id, count in ids.items() if count > 1), None)
    if twice is not None:
        raise UserError(f"policy {twice}", "export it", "it is listed twice in configs", "List it once")
    for place, config in enumerate(configs):
        name = config.get("display_name") or ""
        if not isinstance(name, str) or not (name.strip() or config.get("id")):
            cause, step = "it has no display_name and no id", "Give what office_client_config_info returns"
            raise UserError(f"configs[{place}]", "export it", cause, step)


def stems_of(names: t.Sequence[str], digests: t.Sequence[str]) -> list[str]:
    """Return a file name without ending for each name: its slug, with its digest where that is not unique."""
    slugs = list(map(slug_of, names))
    hashed = [f"{slug or 'policy'}-{digest}" for slug, digest in zip(slugs, digests, strict=True)]
    counts = Counter(slugs)
    stems = [
        slug if slug and counts[slug] == 1 and not is_device(slug) else with_hash
        for slug, with_hash in zip(slugs, hashed, strict=True)
    ]
    # A policy may be called like another one's slug with its digest.
    return stems if len(set(stems)) == len(stems) else hashed


def slug_of(name: str) -> str:
    """Return the name of a policy as the readable part of a file name, "" where nothing of it can be in one."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST_SLUG].strip("-")
    # A name in another script stays readable.
    return slug or readable_stem(name).replace("_", "-")


def _digest(config: Config) -> str:
    identity = config.get("id") or json.dumps([config.get("display_name"), config.get("kind")])
    return hashlib.sha256(identity.encode()).hexdigest()[:8]
