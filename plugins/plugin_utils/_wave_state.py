# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state file of a rollout in waves: read it, or say why it cannot tell how far they got. Never taken for less."""

from __future__ import annotations

import itertools
import json
import os
import re
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain, system_reason
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING
from ansible_collections.m365.apps.plugins.plugin_utils._places import file_name
from ansible_collections.m365.apps.plugins.plugin_utils._policies.wave_record import record_problem
from ansible_collections.m365.apps.plugins.plugin_utils._reading import read_bytes

FORMAT = 1
ENDING = ".waves.json"
STATUSES = ("waiting", "applying", AWAITING, "applied", "passed", "breached", "failed")
_LONGEST = 600
_STEP = "Fix or delete it, and say by rollout_from_wave where to go on"
# The longest state file that is read: thousands of waves.
_MOST_BYTES = 16 * 1024 * 1024

Record = dict[str, t.Any]
# What each part of a state file, and of a wave in it, may be; the words tell it.
_Parts = t.Mapping[str, tuple[tuple[type, ...], str]]
_NONE = type(None)
_FILE: _Parts = {
    "tenant": ((str,), "a text"),
    "rollout": ((str,), "a text"),
    "backup": ((str,), "a text"),
    "waves": ((list,), "a list"),
}
_WAVE: _Parts = {
    "name": ((str,), "a text"),
    "status": ((str,), "a text"),
    "started": ((str, _NONE), "a time or null"),
    "finished": ((str, _NONE), "a time or null"),
    "counts": ((dict,), "a dict"),
    "gate": ((dict, _NONE), "a dict or null"),
}


def read_state(path: str, tenant: str, rollout: str, names: t.Sequence[str], old_folder: str = "") -> Record:
    """Return what the state file of a tenant says of a rollout with waves of these names, {} where it says nothing.

    ``rollout`` is the digest of what is rolled out, ``old_folder`` the folder that an earlier version used. Raises
    UserError.
    """
    text = _text_of(path)
    if text is None:
        _refuse_old_files(path, tenant, old_folder)
        return {}
    record = _parsed(path, text)
    if record["tenant"] != tenant:
        cause = f"it is of the tenant {plain(record['tenant'], 200)}, and this is {plain(tenant, 200)}"
        raise _unclear(path, cause, "Give each tenant a state file of its own")
    if record["rollout"] != rollout:
        return {}
    found = [wave["name"] for wave in record["waves"]]
    if found != list(names):
        cause = f"it has the waves {_listed(found)}, and this rollout has {_listed(names)}"
        raise _unclear(path, cause)
    return record


def old_file_name(tenant: str) -> str:
    """Return the name of a state file as earlier versions made it."""
    return re.sub(r"^[.]+", "_", re.sub(r"[^A-Za-z0-9._-]", "_", tenant)) + ENDING


def _text_of(path: str) -> str | None:
    """Return the text of a file, None where there is none. Raises UserError: what cannot be read is not absent."""
    if not os.path.lexists(path):
        return None
    try:
        return read_bytes(path, _MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unclear(path, "it is not UTF-8") from None
    except OSError as error:
        cause = system_reason(error)
        raise _unclear(path, f"it cannot be read: {cause}", "Check its permissions, fix or delete it") from None


def _parsed(path: str, text: str) -> Record:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise _unclear(path, "it is not JSON; it may be truncated") from None
    problem = _problem(record)
    if problem is not None:
        raise _unclear(path, problem)
    return t.cast(Record, record)


def _problem(record: t.Any) -> str | None:
    """Return why a document is not a state file of this version; None where it is."""
    if not isinstance(record, dict):
        return "it does not hold a dict"
    found = record.get("format")
    if not isinstance(found, int) or isinstance(found, bool) or found != FORMAT:
        return f"its format is {_shown(found)}, not {FORMAT}"
    problem = _wrong_part(record, _FILE, "")
    if problem is None and not record["waves"]:
        problem = "it has no waves"
    return (
        problem
        or next(filter(None, map(_wave_problem, range(len(record["waves"])), record["waves"])), None)
        or (_order_problem(record["waves"]))
    )


def _wave_problem(place: int, wave: t.Any) -> str | None:
    if not isinstance(wave, dict):
        return f"its waves[{place}] is not a dict"
    problem = _wrong_part(wave, _WAVE, f"waves[{place}].")
    if problem is None and (kept := record_problem(wave)) is not None:
        problem = f"waves[{place}].{kept}"
    if problem is None and wave["status"] not in STATUSES:
        problem = f"waves[{place}].status is {_shown(wave['status'])}, not one of {', '.join(STATUSES)}"
    return problem


def _order_problem(waves: t.Sequence[Record]) -> str | None:
    names = [wave["name"] for wave in waves]
    if len(set(names)) < len(names):
        return "two of its waves have one name"
    for before, wave in itertools.pairwise(waves):
        if before["status"] != "passed" and wave["status"] != "waiting":
            return (
                f"its wave {plain(wave['name'], 200)} is {wave['status']}, and {plain(before['name'], 200)} before it"
                f" is {before['status']}"
            )
    return None


def _wrong_part(holder: Record, parts: _Parts, where: str) -> str | None:
    for name, (kinds, words) in parts.items():
        if name not in holder:
            return f"{where}{name} is missing"
        if not isinstance(holder[name], kinds):
            return f"{where}{name} is {_shown(holder[name])}, not {words}"
    return None


def _refuse_old_files(path: str, tenant: str, old_folder: str) -> None:
    """Refuse to begin where an earlier version kept a state for this tenant under another name. Raises UserError."""
    folders = dict.fromkeys([os.path.dirname(path), *([os.path.normpath(old_folder)] if old_folder else [])])
    names = (old_file_name(tenant), os.path.basename(path))
    for old in dict.fromkeys(os.path.join(folder, name) for folder in folders for name in names):
        text = _text_of(old) if old != path else None
        if text is None:
            continue
        owner = _parsed(old, text)["tenant"]
        new = os.path.join(os.path.dirname(path), file_name(owner) + ENDING)
        cause = f"an earlier version kept the state of the tenant {plain(owner, 200)} there"
        raise _unclear(old, cause, f"Move it to {plain(new, _LONGEST)} to go on with it, or delete it to begin")


def _unclear(path: str, cause: str, step: str = _STEP) -> UserError:
    return UserError("The waves", "tell how far they got", f"{plain(path, _LONGEST)}: {cause}", step)


def _listed(names: t.Sequence[str]) -> str:
    return ", ".join(plain(str(name), 100) for name in names)


def _shown(value: t.Any) -> str:
    return plain(json.dumps(value, ensure_ascii=False, default=str), 100)
