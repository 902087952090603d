# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the role that are lists, dicts or booleans, which extra variables and surveys hand over as text.

ansible-core checks such a text against the role's argument specs as if it were split at its commas, and then leaves the
variable as it is. So the role takes each of them through here; what it may be stands in the argument specs alone.
"""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._module.given import read_option, word_for
from ansible_collections.m365.apps.plugins.module_utils._policy.values import number_warnings, refusal, typed

ROLE = Path(__file__).resolve().parents[2] / "roles" / "rollout"
# Checked by the module, which knows more of them than Ansible does; only their values become what it takes.
_POLICIES = ("rollout_policies",)
# How ansible-core before 2.19 writes the variable omit.
_OMITTED = "__omit_place_holder__"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Spec = dict[str, t.Any]


def role_input(value: t.Any, name: str) -> t.Any:
    """Return the list, dict or boolean that a variable of the role holds; omit stays omit. Raises UserError."""
    if is_omit(value):
        return value
    option = specs().get(name)
    if option is None:
        raise UserError(
            f"the option {name}", "use it", "the role has no list, dict or boolean of this name", "Check the name"
        )
    if value is None:
        raise UserError(f"the option {name}", "use it", "it is null", "Leave it out, or give it a value")
    if option["type"] == "bool":
        return _boolean(value, name)
    read = read_option(_plain(value), name, option)
    if option.get("elements") == "dict":
        _refuse_others(read, name)
    if name in _POLICIES:
        return _typed_policies(read, name)
    return read if "options" not in option else _checked(read, name, option)


def is_omit(value: t.Any) -> bool:
    """Tell whether a value is Ansible's omit."""
    return type(value).__name__ == "_OmitType" or (isinstance(value, str) and value.startswith(_OMITTED))


@functools.cache
def entry_points() -> dict[str, Spec]:
    """Return the argument specs of the role by its entry points."""
    document = yaml.load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"), _LOADER)
    return t.cast("dict[str, Spec]", document["argument_specs"])


@functools.cache
def specs() -> dict[str, Spec]:
    """Return what the argument specs say of the variables that are lists, dicts or booleans.

    One whose text could not pass the check of ansible-core is raw there; with options of its own it is a list of dicts.
    """
    options: dict[str, Spec] = {}
    for entry in entry_points().values():
        for name, option in entry["options"].items():
            if option["type"] == "raw":
                options.setdefault(name, {**option, "type": "list", "elements": "dict"})
            elif option["type"] in ("list", "dict", "bool"):
                options.setdefault(name, option)
    return options


def _boolean(value: t.Any, name: str) -> bool:
    """Return a boolean by the words of the argument specs, of which Ansible's own filter knows but some."""
    try:
        return bool(boolean(str(value) if isinstance(value, str) else value))
    except TypeError:
        step = "Give true or false"
        raise UserError(f"the option {name}", "use it", "it is neither true nor false", step) from None


def _plain(value: t.Any) -> t.Any:
    """Return a tuple or another sequence of Ansible's as a list, and a dict of Ansible's as a dict."""
    if isinstance(value, t.Mapping):
        return dict(value)
    if isinstance(value, str):
        return str(value)
    return list(value) if isinstance(value, t.Sequence) else value


def _refuse_others(items: t.Sequence[t.Any], name: str) -> None:
    for place, item in enumerate(items):
        if not isinstance(item, t.Mapping):
            cause = f"it is {word_for(item)}, not a dict"
            raise UserError(f"the option {name}[{place}]", "use it", cause, "Give a dict")


def _typed_policies(policies: t.Sequence[t.Any], name: str) -> list[t.Any]:
    """Return policies with texts and numbers as the module takes them. Raises UserError that names all misfits."""
    read = [typed(policy, POLICY_IN_LIST, f"{name}[{place}].") for place, policy in enumerate(policies)]
    misfits = [misfit for _policy, found in read for misfit in found]
    if misfits:
        raise refusal(misfits, f"the option {name}")
    for warning in number_warnings({"policies": list(policies)}, "rollout_"):
        Display().warning(warning)
    return [{**policy, **_as_numbers(policy)} for policy, _misfits in read]


def _as_numbers(policy: Spec) -> Spec:
    return {"priority": int(policy["priority"])} if isinstance(policy.get("priority"), str) else {}


def _checked(value: t.Any, name: str, option: Spec) -> t.Any:
    """Return a value with the types that the argument specs name, as far as it was given. Raises UserError."""
    value = _own_containers(value)
    result = ArgumentSpecValidator({name: option}).validate({name: value})
    if result.error_messages:
        raise UserError(f"the option {name}", "use it", result.error_messages[0].rstrip("."), "Correct the value")
    return _given_only(result.validated_parameters[name], value)


def _own_containers(value: t.Any) -> t.Any:
    """Return a value in Python's own dicts and lists: a copy of Ansible's lazy ones copies their templar with them."""
    if isinstance(value, t.Mapping):
        return {key: _own_containers(member) for key, member in value.items()}
    return [_own_containers(member) for member in value] if isinstance(value, (list, tuple)) else value


def _given_only(checked: t.Any, given: t.Any) -> t.Any:
    """Return what was given, without what the check adds for that which was not."""
    if isinstance(given, t.Mapping) and isinstance(checked, t.Mapping):
        return {key: _given_only(value, given[key]) for key, value in checked.items() if key in given}
    if isinstance(given, list) and isinstance(checked, list):
        return [_given_only(*pair) for pair in zip(checked, given, strict=True)]
    return checked
