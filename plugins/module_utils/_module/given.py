# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as the user gave them, made ready for AnsibleModule's checks and copies."""

from __future__ import annotations

import contextlib
import decimal
import json
import typing as t

from .._errors import UserError, all_at_once
from .._policy.values import refusal, typed
from .arguments import Spec, with_aliases
from .lists import read_lists

# Decimal digits before the point of the largest number that an option may mean.
_LONGEST_NUMBER = 15


class HeldDict(dict[str, t.Any]):
    """A dict that is its own deep copy. Nobody changes payloads, and AnsibleModule copies all its arguments twice."""

    def __deepcopy__(self, _memo: t.Any) -> HeldDict:
        return self


class HeldList(list[t.Any]):
    """A list that is its own deep copy."""

    def __deepcopy__(self, _memo: t.Any) -> HeldList:
        return self


def taken(params: t.Mapping[str, t.Any], own: Spec, spec: Spec) -> tuple[dict[str, t.Any], UserError | None]:
    """Return the options as AnsibleModule can take them in, and the error for what cannot be meant.

    ``own`` are a module's own options, ``spec`` all of them. What dicts in lists hold is held as one object each.
    """
    given, unreadable = readable(params, own, spec)
    held = {
        name: [_held_item(item) for item in given[name]]
        for name in _lists_of_dicts(own)
        if isinstance(given.get(name), list)
    }
    return {**given, **held}, unreadable


def readable(
    params: t.Mapping[str, t.Any], own: Spec, spec: Spec, subject: str = "the task"
) -> tuple[dict[str, t.Any], UserError | None]:
    """Return the options as Ansible's checks can read them, and the error for what cannot be meant.

    Each JSON text of a list becomes the list (a text passes through Ansible's templating untouched, which for a
    thousand policies is most of a run).
    """
    spec = with_aliases(spec)
    given, unreadable = read_lists(params, own)
    given = {name: _prepared(value, spec.get(name, {})) for name, value in given.items()}
    given, misfits = typed(given, spec)
    errors = [*([unreadable] if unreadable else []), *([refusal(misfits, subject)] if misfits else [])]
    return given, all_at_once(errors) if errors else None


def _held_item(item: t.Any) -> t.Any:
    return {key: _held(value) for key, value in item.items()} if isinstance(item, dict) else item


def _held(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return HeldDict(value)
    return HeldList(value) if isinstance(value, list) else value


def _lists_of_dicts(spec: Spec) -> list[str]:
    return [name for name, option in spec.items() if (option["type"], option.get("elements")) == ("list", "dict")]


def _prepared(value: t.Any, option: t.Mapping[str, t.Any]) -> t.Any:
    """Return an option as Ansible can take it in.

    JSON text of a dict becomes the dict, so that a null in it can be seen. A number that Ansible's conversion would
    stumble over (infinite, or of a million digits) becomes a text that it refuses.
    """
    kind, inner = option.get("type"), option.get("options") or {}
    if kind == "list" and isinstance(value, list) and option.get("elements") == "dict":
        return [_prepared(item, {**option, "type": "dict"}) for item in value]
    if kind == "dict":
        if isinstance(value, str) and value.startswith("{"):
            with contextlib.suppress(ValueError, RecursionError):
                value = json.loads(value)
        if isinstance(value, dict):
            return {key: _prepared(item, inner.get(key, {})) for key, item in value.items()}
        # Ansible refuses a text that is not a dict; other values it takes for one while it checks the options inside.
        return value if value is None or isinstance(value, str) else f"a value of type {type(value).__name__}"
    if (kind == "int" or (kind == "float" and isinstance(value, int))) and _is_too_large(value):
        return f"{value}"[:20] + " (too large)" if isinstance(value, str) else "a number (too large)"
    return value


def _is_too_large(value: t.Any) -> bool:
    """Tell whether a number, or the text of one, is infinite or has too many digits for any option."""
    try:
        number = decimal.Decimal(value)
    except (decimal.DecimalException, TypeError, ValueError):
        return False
    return number.is_infinite() or (number.is_finite() and number.adjusted() > _LONGEST_NUMBER)


def outline(value: t.Any) -> t.Any:
    """Return an option as given, with True in the place of what is nested deeper than the options of a list's items.

    It serves to see what was given and what is null. Payloads are not held twice: thousands of policies are large.
    """
    if isinstance(value, list):
        return [outline(item) if isinstance(item, dict) else item for item in value]
    if isinstance(value, dict):
        return {key: True if isinstance(item, (dict, list)) else item for key, item in value.items()}
    return value
