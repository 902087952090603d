# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the variables that an entry point of the role was given: all of it at once, a sentence each.

ansible-core lets null pass where an option is not required, and checks texts of lists and dicts otherwise than the role
reads them. What a variable may be stands in the argument specs alone.
"""

from __future__ import annotations

import math
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain
from ansible_collections.m365.apps.plugins.module_utils._module.given import word_for
from ansible_collections.m365.apps.plugins.plugin_utils import _role_inputs
from ansible_collections.m365.apps.plugins.plugin_utils._places import is_file_name

# Compared with other names, so a number that YAML made of it is another name.
_NAMES = ("rollout_from_wave", "rollout_stop_after_wave", "rollout_tenant_name", "rollout_report_name")
# Names of files, to which the role adds an ending.
_FILE_NAMES = ("rollout_report_name",)
# A dict of anything, for which null is documented.
_FREE = ("rollout_report",)
_LONGEST = 60


def role_problems(entry_point: str, values: t.Mapping[str, t.Any]) -> list[str]:
    """Return a sentence for each variable of an entry point that cannot be used. ``values`` are the given ones.

    What is required and was not given is found by ansible-core.
    """
    options = _role_inputs.entry_points()[entry_point]["options"]
    problems: list[str] = []
    for name, option in options.items():
        if name in values and not _role_inputs.is_omit(values[name]):
            problems += _problems_of(name, values[name], option)
    return problems


def _problems_of(name: str, value: t.Any, option: _role_inputs.Spec) -> list[str]:
    if value is None:
        return [f"{name} is null. Leave it out, or give {_WANTED[option['type']]}."]
    if name in _role_inputs.specs() and name not in _FREE:
        return _problems_of_list(name, value)
    fits = _FITS.get(option["type"], lambda _value: True)
    choices = option.get("choices") or [value]
    if not fits(value):
        step = f"Give {_WANTED[option['type']]}"
    elif name in _NAMES and not isinstance(value, str):
        step = "Quote it, to make it a text"
    elif name in _FILE_NAMES and not is_file_name(value):
        step = "Give the name of a file without its ending, no path and none that Windows takes for a device"
    elif value not in choices:
        step = f"Give one of {', '.join(choices)}"
    else:
        return []
    return [f"{name} is {_shown(value)}. {step}."]


def _problems_of_list(name: str, value: t.Any) -> list[str]:
    try:
        read = _role_inputs.role_input(value, name)
    except UserError as error:
        return [str(error)]
    if name != "rollout_waves":
        return []
    # Nothing of a wave may be null: the role would take it for something else.
    return [
        f"rollout_waves[{place}].{where} is null. Leave it out, or give it a value."
        for place, wave in enumerate(read)
        for where in _nulls(wave)
    ]


def _nulls(wave: t.Mapping[str, t.Any]) -> list[str]:
    """Return where null is in a wave, its groups and its gate."""
    found = [str(key) for key, member in wave.items() if member is None]
    found += [f"groups[{place}]" for place, group in enumerate(wave.get("groups") or []) if group is None]
    gate = wave.get("gate")
    return found + [f"gate.{key}" for key, term in gate.items() if term is None] if isinstance(gate, dict) else found


def _is_number(value: t.Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: t.Any) -> bool:
    try:
        return not isinstance(value, bool) and float(value) == int(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _is_float(value: t.Any) -> bool:
    try:
        return not isinstance(value, bool) and math.isfinite(float(value))
    except (TypeError, ValueError, OverflowError):
        return False


_FITS: dict[str, t.Callable[[t.Any], bool]] = {
    "str": lambda value: isinstance(value, str) or _is_number(value),
    "path": lambda value: isinstance(value, str) and "\0" not in value,
    "int": _is_whole,
    "float": _is_float,
    "dict": lambda value: isinstance(value, dict),
}
_WANTED = {
    "str": "a text",
    "path": "a path as text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "dict": "a dict",
    "raw": "a list",
}


def _shown(value: t.Any) -> str:
    """Return a value for a sentence: a scalar as it is, of others what they are."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return f"'{plain(str(value), _LONGEST)}'" if isinstance(value, str) else str(value)[:_LONGEST]
    return word_for(value)
