# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups: their manifest, what is damaged, what brings a tenant back, and what still differs. Pure.

A *saved* policy has the options of a definition, and a name, which may be empty. A *config* is a live policy as
office_client_config_info returns it.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import SettingsError
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import same
from ansible_collections.m365.apps.plugins.module_utils._ids import id_key
from ansible_collections.m365.apps.plugins.module_utils._office.fields import BYTES_OPTIONS
from ansible_collections.m365.apps.plugins.module_utils._policy.compare import same_payload
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import (
    Payload,
    PayloadError,
    decode_base64,
    parse_given,
    parse_text,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._portable import same_names

Document = t.Mapping[str, t.Any]
Documents = t.Sequence[Document]

FORMAT = 2
# Backups of the first format have no checksums.
FORMATS = (1, FORMAT)
FOLDER = "definitions"
MANIFEST = "manifest.json"
_TYPES: dict[str, type | tuple[type, ...]] = {"format": int, "tenant": str, "policies": int, "absent": list}
_SCALARS = ("display_name", "kind", "description", "priority")
# What policies of the settings catalog alone have.
_CATALOG = ("settings", "scope_tags", "exclude_groups", "all_users", "all_devices")
_WORDS = {"policy_payload": "policy payload", "user_preference_payload": "user preference payload"}


@dataclass(frozen=True)
class Entry:
    """A file of a backup as its manifest has it, and the policy in it. ``sha256`` is that of its bytes."""

    file: str
    sha256: str
    id: str | None
    display_name: str


def digest(data: bytes) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(data).hexdigest()


# The manifest


def manifest(
    files: Documents, live: Documents, planned: Documents, tenant: str, made_at: str, surface: str
) -> dict[str, t.Any]:
    """Return the manifest of a backup.

    ``files`` are those that definition_files wrote, ``live`` all policies of the tenant on the ``surface``, ``planned``
    the definitions that are rolled out next.
    """
    written = {
        "format": FORMAT,
        "tenant": str(tenant),
        "surface": surface,
        "made_at": made_at,
        "policies": len(files),
        "absent": _to_be_created(planned, live),
        "files": [
            {**{name: each.get(name) for name in ("id", "display_name", "sha256")}, "file": f"{FOLDER}/{each['file']}"}
            for each in files
        ],
    }
    return {**written, "checksum": checksum_of(written)}


def checksum_of(written: Document) -> str:
    """Return the checksum of a manifest, whatever it says its own is."""
    rest = {name: value for name, value in written.items() if name != "checksum"}
    return digest(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode())


def _to_be_created(planned: Documents, live: Documents) -> list[str]:
    """Return the names that a rollout creates: one with an id is there already, whatever name it gets."""
    there = {str(config.get("display_name") or "") for config in live}
    wanted = {
        str(item["display_name"])
        for item in planned
        if item.get("id") in (None, "") and item.get("state", "present") != "absent" and item.get("display_name")
    }
    return sorted(wanted - there)


def read_manifest(text: bytes) -> dict[str, t.Any]:
    """Return a manifest. Raises PoliciesError with the cause for what is not one."""
    try:
        found = parse_text(text.decode())
    except ValueError:
        raise PoliciesError("its manifest.json is not complete JSON") from None
    if not isinstance(found, dict):
        raise PoliciesError("its manifest.json is not a JSON object")
    for name, wanted in _TYPES.items():
        if not isinstance(found.get(name), wanted) or isinstance(found.get(name), bool):
            raise PoliciesError(f"its manifest.json has no fitting '{name}'")
    if found["format"] not in FORMATS:
        cause = f"its format is {found['format']}, and this version knows {' and '.join(map(str, FORMATS))}"
        raise PoliciesError(cause)
    if not isinstance(found.get("surface", ""), str):
        raise PoliciesError("its manifest.json has no fitting 'surface'")
    if not all(isinstance(name, str) for name in found["absent"]) or found["policies"] < 0:
        raise PoliciesError("its manifest.json has no fitting 'absent' and 'policies'")
    return found


def entries(found: Document) -> list[Entry]:
    """Return the files that a manifest names. Raises PoliciesError."""
    listed = found.get("files", [])
    if not isinstance(listed, list):
        raise PoliciesError("its manifest.json has no fitting 'files'")
    made = []
    for each in listed:
        fits = isinstance(each, dict) and all(
            isinstance(each.get(name), str) for name in ("file", "sha256", "display_name")
        )
        if not fits or not isinstance(each.get("id"), (str, type(None))) or not _is_inside(each["file"]):
            raise PoliciesError("its manifest.json has no fitting 'files'")
        made.append(Entry(each["file"], each["sha256"], each["id"], each["display_name"]))
    return made


def _is_inside(name: str) -> bool:
    folder, _slash, file = name.partition("/")
    return folder == FOLDER and bool(file) and "/" not in file and "\0" not in file and file not in (".", "..")


def damage(found: Document, files: t.Mapping[str, bytes]) -> list[str]:
    """Return what is not as the manifest says; ``files`` are those of the backup by their names in it."""
    # The first format has no checksum: what has one was of another.
    if found["format"] == 1 and "checksum" not in found:
        return []
    told = [] if found.get("checksum") == checksum_of(found) else ["manifest.json was changed"]
    known = {entry.file: entry for entry in entries(found)}
    if len(known) != found["policies"]:
        told.append(f"manifest.json names {len(known)} files for {found['policies']} policies")
    for name in sorted(known.keys() | files.keys()):
        if name not in files:
            told.append(f"{name} is missing")
        elif name not in known:
            told.append(f"{name} was added")
        elif digest(files[name]) != known[name].sha256:
            told.append(f"{name} was changed")
    return told


# The way back


@dataclass(frozen=True)
class Steps:
    """What brings a tenant back: items of office_client_configs, and what cannot be brought back, with the cause."""

    policies: list[dict[str, t.Any]]
    left: list[dict[str, str]]


def pairs(saved: Documents, live: Documents) -> list[tuple[Document, Document | None]]:
    """Return each saved policy with the config that it is now: by its id, else by its name and kind.

    A config is one saved policy at most. Of several with the name, the one with the number goes first.
    """
    by_id = {id_key(config["id"]): config for config in live}
    ours = [by_id.get(id_key(item["id"])) if item.get("id") else None for item in saved]
    taken = {id_key(config["id"]) for config in ours if config is not None}
    for place, item in enumerate(saved):
        if ours[place] is not None:
            continue
        alike = [config for config in live if id_key(config["id"]) not in taken and _is_alike(item, config)]
        same_number = [config for config in alike if config.get("priority") == item.get("priority")]
        for config in [*same_number, *alike][:1]:
            ours[place] = config
            taken.add(id_key(config["id"]))
    return list(zip(saved, ours, strict=True))


def _is_alike(item: Document, config: Document) -> bool:
    return (_name(item), item.get("kind")) == (_name(config), config.get("kind"))


def _name(document: Document) -> str:
    return str(document.get("display_name") or "")


def steps(saved: Documents, absent: t.Collection[str], live: Documents) -> Steps:
    """Return what brings a tenant back. ``absent`` are the names of policies that were not there."""
    found = pairs(saved, live)
    made = Steps([], [])
    for item, config in found:
        wanted = {name: value for name, value in item.items() if name != "id"}
        wanted["display_name"] = _name(item)
        if config is not None:
            made.policies.append({**wanted, "id": config["id"]})
        elif item.get("kind") or "scope_tags" in item:
            made.policies.append(wanted)
        else:
            made.left.append(
                {"display_name": _name(item), "msg": f"{_named(item)}: its kind is not known, so it cannot be created"}
            )
    kept = {id_key(config["id"]) for _item, config in found if config is not None}
    for name in absent:
        strangers = [config for config in live if _name(config) == name and id_key(config["id"]) not in kept]
        if len(strangers) == 1:
            made.policies.append({"id": strangers[0]["id"], "state": "absent"})
        elif strangers:
            ids = ", ".join(sorted(str(config["id"]) for config in strangers))
            cause = f"{len(strangers)} new policies have this name (ids {ids}), and one of them is the rollout's"
            made.left.append({"display_name": name, "msg": f"policy '{name}': {cause}. Delete the right one by its id"})
    return made


def _named(document: Document) -> str:
    return f"policy '{_name(document)}'" + (f" (id {document['id']})" if document.get("id") else "")


# The comparison


def differences(
    saved: Documents, absent: t.Collection[str], live: Documents, left: Documents = ()
) -> list[dict[str, t.Any]]:
    """Return each policy that is not as it was saved, with its ``display_name``, ``fields`` and ``text``.

    ``left`` are policies that are known not to be: by their ids, or by their names where they have none.
    """
    ids = {id_key(each["id"]) for each in left if each.get("id")}
    names = {_name(each) for each in left if not each.get("id")}
    found = pairs(saved, live)
    told = []
    for item, config in found:
        fields = ["missing"] if config is None else differing(item, config)
        is_left = _name(item) in names if config is None else id_key(config["id"]) in ids
        if fields and not is_left:
            what = "it is not there" if config is None else f"another {', '.join(fields)}"
            told.append({"display_name": _name(item), "fields": fields, "text": f"{_named(config or item)}: {what}"})
    kept = {id_key(config["id"]) for _item, config in found if config is not None}
    for config in live:
        if _name(config) in absent and id_key(config["id"]) not in kept | ids and _name(config) not in names:
            text = f"{_named(config)}: it is still there"
            told.append({"display_name": _name(config), "fields": ["new"], "text": text})
    return told


def differing(item: Document, config: Document) -> list[str]:
    """Return the names of the fields in which a live policy is not as it was saved. Raises PoliciesError."""
    fields = [name for name in _SCALARS if _is_other_scalar(name, item, config)]
    for field in BYTES_OPTIONS:
        was = _payload(item, field)
        if was is not None and not same_payload(was, _payload(config, field) or {}):
            fields.append(_WORDS[field])
    item = same_names(item, config)
    if "groups" in item and not _same_groups(item["groups"], config):
        fields.append("groups")
    return fields + [name for name in _CATALOG if name in item and not _same(name, item[name], config.get(name))]


def _same(name: str, was: t.Any, now: t.Any) -> bool:
    """Tell whether two values of a field mean the same. Another version may spell entries of settings otherwise."""
    is_same: bool = _meaning(was) == _meaning(now)
    if is_same or name != "settings":
        return is_same
    try:
        return same(compile_settings(was, built_in(), suggest=0), compile_settings(now, built_in(), suggest=0))
    except SettingsError:
        return False


def _meaning(value: t.Any) -> t.Any:
    """Return what values of the same meaning share: a list is a set, and names of groups beside ids are nothing."""
    return {json.dumps(_member(each), sort_keys=True) for each in value} if isinstance(value, list) else value


def _member(member: t.Any) -> t.Any:
    if not isinstance(member, dict) or "id" not in member:
        return member
    rest = {name: each for name, each in member.items() if name not in ("id", "display_name")}
    return {"id": str(member["id"]).lower(), **rest} if rest else str(member["id"]).lower()


def _is_other_scalar(name: str, item: Document, config: Document) -> bool:
    if name == "display_name":
        return _name(item) != _name(config)
    return name in item and item[name] != config.get(name, "" if name == "description" else None)


def _payload(document: Document, field: str) -> Payload | None:
    """Return a payload, None where nothing is known of it. Raises PoliciesError."""
    try:
        if document.get(BYTES_OPTIONS[field]) is not None:
            return decode_base64(document[BYTES_OPTIONS[field]])
        return None if document.get(field) is None else parse_given(document[field])
    except PayloadError as error:
        raise PoliciesError(f"{_named(document)}: cannot compare its {field}: {error}") from None


def _same_groups(groups: t.Any, config: Document) -> bool:
    have = _groups(config.get("groups") or ())
    if isinstance(groups, dict):
        # Beside an assignment that is not a group, the backup names those that it knows.
        return _groups(groups.get("add", [])) <= have
    return _groups(groups) == have


def _groups(groups: t.Iterable[t.Any]) -> set[str]:
    return set(_meaning([each.lower() if isinstance(each, str) else each for each in groups]))
