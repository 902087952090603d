# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are lists or dicts, before Ansible's checks: those split any text at its commas, which names may hold.

Extra variables, surveys and ad-hoc commands hand lists over as text. JSON text of a list is that list; any other text
could protect, order or change something else than was meant.
"""

from __future__ import annotations

import typing as t

from .._errors import UserError, all_at_once
from .._policy.payload import BEFORE_TEXT, PayloadError
from .._policy.texts import value_of_text
from .arguments import Spec, with_aliases

# Options with choices, of which none holds a comma: Ansible may split their text, as in gather=payloads,assignments.
_MAY_BE_SPLIT = ("gather",)
_WORDS = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "a dict"}
_FORMS = {"list": "Give a list, or the JSON text of one", "dict": "Give a dict, or the JSON text of one"}


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
