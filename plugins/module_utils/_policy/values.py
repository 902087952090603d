# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts and numbers as options mean them: one rule for modules, definition files and policies inside of plays.

A text option takes a text, or a whole number for its digits (``display_name: 2024``). Ansible would make a text of
anything: of ``no`` "False", of ``1.10`` "1.1", of a list its Python form. All of that is refused.
"""

from __future__ import annotations

import datetime
import math
import re
import typing as t

from .._errors import UserError, plain

# What options may be, as argument specs say it.
Spec = t.Mapping[str, t.Mapping[str, t.Any]]

# Misfits that one error names; the rest is counted.
_MOST_NAMED = 8
_LONGEST = 40
_LONGEST_WARNING = 600
# Options in which a number is more likely a slip of YAML than meant.
_PLAIN_TEXTS = ("id", "display_name", "description")
# Texts that are times: a date with a time, as filters of Ansible make it, is one in the form of Ansible's own.
_TIMES = ("since",)
_WHOLE = re.compile(r"\s*[-+]?[0-9]+\s*", re.ASCII)
# Python makes no text of longer ones.
_MOST_DIGITS = 4000
_DATE = "a date"
_WORDS: tuple[tuple[t.Any, str], ...] = (
    (bool, "a boolean"),
    (int, "a number of too many digits"),
    (float, "a number that is not whole"),
    (datetime.date, _DATE),
    (dict, "a dict"),
    ((list, tuple), "a list"),
)


class Misfit(t.NamedTuple):
    """A value that an option cannot mean: where it is, what it is, and what was wanted."""

    path: str
    found: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.path} is {self.found}, not {self.wanted}"


def typed(given: t.Mapping[str, t.Any], spec: Spec, where: str = "") -> tuple[dict[str, t.Any], list[Misfit]]:
    """Return options with whole numbers as texts where texts are wanted, and what cannot be meant.

    In the place of a misfit there is something that Ansible's own checks let pass. Null, choices and values of other
    types are left to those who check them.
    """
    values: dict[str, t.Any] = dict(given)
    misfits: list[Misfit] = []
    for name, value in given.items():
        option = spec.get(name)
        if option is not None and value is not None and "choices" not in option:
            values[name], found = _typed_option(value, option, f"{where}{name}")
            misfits += found
    return values, misfits


def refusal(misfits: t.Sequence[Misfit], subject: str) -> UserError:
    """Return the error that names all misfits."""
    more = f"; and {len(misfits) - _MOST_NAMED} more" if len(misfits) > _MOST_NAMED else ""
    cause = "; ".join(map(str, misfits[:_MOST_NAMED])) + more
    texts = any(misfit.wanted == "a text" for misfit in misfits)
    return UserError(subject, "use its values", cause, "Quote what is a text" if texts else "Give a number")


def number_warnings(given: t.Mapping[str, t.Any], where: str = "") -> list[str]:
    """Return the warning for names and descriptions that are numbers, none for no such number.

    Who wrote ``0123`` in a playbook gave 83, and nobody can see it any more.
    """
    policies = given.get("policies")
    listed = [(f"{where}policies[{place}].", policy) for place, policy in enumerate(_members(policies))]
    found = [
        f"{path}{name} {policy[name]}"
        for path, policy in [(where, given), *listed]
        if isinstance(policy, dict)
        for name in _PLAIN_TEXTS
        if isinstance(policy.get(name), int) and not isinstance(policy[name], bool)
    ]
    if not found:
        return []
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    shown = plain(", ".join(found[:_MOST_NAMED]), _LONGEST_WARNING)
    return [f"numbers are taken as texts: {shown}{more}. Quote them, since YAML reads 0123 as 83 and 1_000 as 1000."]


def refused_dates(given: t.Mapping[str, t.Any], spec: Spec) -> UserError | None:
    """Return the error for dates where texts are wanted: a module gets them as texts in a form of Ansible's own."""
    dates = [misfit for misfit in typed(given, spec)[1] if misfit.found == _DATE and misfit.path not in _TIMES]
    return refusal(dates, "the task") if dates else None


def _typed_option(value: t.Any, option: t.Mapping[str, t.Any], path: str) -> tuple[t.Any, list[Misfit]]:
    kind, inner = option.get("type"), option.get("options")
    if kind in ("str", "path"):
        return _text(value, path)
    if kind in ("int", "float"):
        return _number(value, kind, path)
    if kind == "dict" and inner and isinstance(value, dict):
        return typed(value, inner, f"{path}.")
    if kind == "list" and inner and isinstance(value, list):
        option = {"type": option.get("elements"), "options": inner}
        read = [_typed_option(member, option, f"{path}[{place}]") for place, member in enumerate(value)]
        return [member for member, _found in read], [misfit for _member, found in read for misfit in found]
    return value, []


def _members(value: t.Any) -> t.Sequence[t.Any]:
    return value if isinstance(value, list) else ()


def _text(value: t.Any, path: str) -> tuple[t.Any, list[Misfit]]:
    if value is None or isinstance(value, str):
        return value, []
    if isinstance(value, int) and not isinstance(value, bool) and math.log10(abs(value) + 1) < _MOST_DIGITS:
        return str(int(value)), []
    return value, [Misfit(path, _word(value), "a text")]


def _number(value: t.Any, kind: str, path: str) -> tuple[t.Any, list[Misfit]]:
    """Return a number as it is. For a whole number newer cores take more than older ones: 20.0, 1_000 and 1e3."""
    if isinstance(value, bool):
        return 0, [Misfit(path, f"the boolean {str(value).lower()}", "a number")]
    if kind == "float" or isinstance(value, int):
        return value, []
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return value, []
    found = (
        repr(value[:_LONGEST]) if isinstance(value, str) else str(value) if isinstance(value, float) else _word(value)
    )
    return 0, [Misfit(path, found, "a whole number")]


def _word(value: t.Any) -> str:
    return next((word for kinds, word in _WORDS if isinstance(value, kinds)), f"of type {type(value).__name__}")
