# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as the user gave them, made ready for AnsibleModule's checks and copies.

Extra variables, surveys and ad-hoc commands hand lists and dicts over as text. Ansible's checks split any text at its
commas, which names may hold. JSON text of a list is that list; any other text could protect, order or change something
else than was meant.
"""

from __future__ import annotations

import contextlib
import decimal
import json
import typing as t

from .._errors import UserError, all_at_once
from .._policy.payload import BEFORE_TEXT, PayloadError
from .._policy.texts import value_of_text
from .._policy.values import refusal, typed
from .arguments import Spec, with_aliases

# Options with choices, of which none holds a comma: Ansible may split their text, as in gather=payloads,assignments.
_MAY_BE_SPLIT = ("gather",)
_WORDS = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "a dict"}
_FORMS = {"list": "Give a list, or the JSON text of one", "dict": "Give a dict, or the JSON text of one"}
# Decimal digits before the point of the largest number that an option may mean.
_LONGEST_NUMBER = 15


def read_lists(params: t.Mapping[str, t.Any], spec: Spec) -> tuple[dict[str, t.Any], UserError | None]:
    """Return the options with the list or dict in the place of each text of one, and the error for what is neither.

    An option that cannot be used is then empty, so that AnsibleModule does not complain about it in other words.
    """
    read = dict(params)
    errors = []
    for name, option in with_aliases(spec).items():
        if option.get("type") in _FORMS and params.get(name) is not None:
            try:
                read[name] = read_option(params[name], name, option)
            except UserError as error:
                errors.append(error)
                read[name] = [] if option["type"] == "list" else {}
    return read, all_at_once(errors) if errors else None


def read_option(value: t.Any, name: str, option: t.Mapping[str, t.Any]) -> t.Any:
    """Return the list or dict that an option of such a type holds, or that its text is. Raises UserError."""
    if isinstance(value, str):
        value = _of_text(value, name, option["type"])
    if option["type"] == "dict":
        return _read_dict(value, name, option)
    if not isinstance(value, list):
        if name in _MAY_BE_SPLIT:
            return value
        raise _unusable(name, f"it is {word_for(value)}, not a list", option["type"])
    reader = {"str": _text, "dict": _item}.get(option.get("elements", ""))
    return value if reader is None else [reader(item, f"{name}[{place}]", option) for place, item in enumerate(value)]


def _item(member: t.Any, name: str, option: t.Mapping[str, t.Any]) -> t.Any:
    """Return a dict of a list of them. What is neither that nor text is refused by Ansible."""
    if not isinstance(member, (str, dict)):
        return member
    return read_option(member, name, {"type": "dict", "options": option.get("options")})


def _read_dict(value: t.Any, name: str, option: t.Mapping[str, t.Any]) -> t.Any:
    if not isinstance(value, dict):
        raise _unusable(name, f"it is {word_for(value)}, not a dict", "dict")
    inner = option.get("options") or {}
    return {
        key: read_option(member, f"{name}.{key}", inner[key])
        if member is not None and inner.get(key, {}).get("type") in _FORMS
        else member
        for key, member in value.items()
    }


def _of_text(text: str, name: str, kind: str) -> t.Any:
    if name in _MAY_BE_SPLIT and not text.lstrip(BEFORE_TEXT).startswith("["):
        return text
    if text.lstrip(BEFORE_TEXT)[:1] not in ("[", "{"):
        raise _unusable(name, f"it is text, not a {kind}" if text.strip() else "it is empty text", kind)
    try:
        value = value_of_text(text)
    except PayloadError as error:
        raise _unusable(name, str(error), kind) from error
    if not isinstance(value, list if kind == "list" else dict):
        raise _unusable(name, f"its text is {word_for(value)}, not that of a {kind}", kind)
    return value


def _text(member: t.Any, name: str, _option: t.Mapping[str, t.Any]) -> str:
    """Return a member that is text, or a whole number, which means the same in every spelling that it has left."""
    if isinstance(member, int) and not isinstance(member, bool):
        return str(member)
    if not isinstance(member, str):
        raise UserError(
            f"the option {name}", "use it", f"it is {word_for(member)}, not text", "Quote it, or take it out"
        )
    if not member.strip():
        raise UserError(f"the option {name}", "use it", "it is empty", "Give a text, or take it out")
    return member


def word_for(value: t.Any) -> str:
    """Return what users call a value of this type."""
    return "null" if value is None else _WORDS.get(type(value), f"of type {type(value).__name__}")


def _unusable(name: str, cause: str, kind: str) -> UserError:
    return UserError(f"the option {name}", "use it", cause, _FORMS[kind])


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
