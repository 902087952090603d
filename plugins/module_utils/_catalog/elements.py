# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of elements: from what users write to the canonical form, and back to the shortest spelling."""

from __future__ import annotations

import re
import typing as t

from .._policy.payload import HALF_CHARACTER
from .catalog import Catalog
from .definitions import CHOICE, GROUP_LIST, INTEGER, SECRET, SIMPLE, SIMPLE_LIST, STRING, Definition, Option
from .problems import listed
from .settings import EMPTY, Choice, Group, Members, Setting, Settings, Simple, Value
from .validate import allowed

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}")
# How a number is written where its text means the same.
_PLAIN_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")


class ValueProblem(ValueError):
    """A value that an element cannot have; the text says why, and what it can have."""


class NameProblem(ValueProblem):
    """A text that may be the display name of an option, of a choice whose display names the catalog does not hold."""


def is_toggle(definition: Definition) -> bool:
    """Tell whether a setting is enabled or disabled: a choice of 0 and 1, as every policy of an ADMX file is."""
    return definition.kind == CHOICE and sorted(str(option.value) for option in definition.options) == ["0", "1"]


def option_of(definition: Definition, value: int) -> Option:
    """Return the option of a toggle that has this value."""
    return next(option for option in definition.options if str(option.value) == str(value))


def elements_of(definition: Definition, catalog: Catalog, above: tuple[str, ...] = ()) -> list[Definition]:
    """Return the elements below a definition, to any depth; members of lists are not among them.

    Raises ValueProblem for one that is below itself.
    """
    above = (*above, definition.id.lower())
    found: list[Definition] = []
    for child in (child for option in definition.options for child in option.children):
        if child.id.lower() in above:
            raise ValueProblem(f"the catalog says that {definition.name} is an element of itself")
        known = catalog.get(child.id)
        if known is not None:
            found += [known, *elements_of(known, catalog, above)]
    return found


def pair_of(definition: Definition, catalog: Catalog) -> tuple[Definition, Definition] | None:
    """Return the definitions of name and value of a list of them, None for any other."""
    members = [catalog.get(child.id) for child in definition.children]
    if definition.kind != GROUP_LIST or len(members) != 2:
        return None
    texts = [each for each in members if each and each.kind == SIMPLE and each.value_type == STRING]
    names = [each for each in texts if each.id.lower().endswith("_key")]
    values = [each for each in texts if each.id.lower().endswith("_value")]
    return (names[0], values[0]) if len(names) == len(values) == 1 else None


def choice_of(definition: Definition, given: t.Any) -> Option:
    """Return the option that a user means: by registry value, by id, or by display name. Raises ValueProblem, and
    NameProblem where the catalog cannot tell whether it is a display name.

    They are compared in this order, in upper and lower case alike, with one blank as with several.
    True and False mean 1 and 0 where these two are all that there is.
    """
    wrong = f"{definition.name} must be {allowed(definition)}, not {given!r}"
    if isinstance(given, bool):
        if not is_toggle(definition):
            raise ValueProblem(wrong)
        given = int(given)
    if not isinstance(given, (str, int, float)):
        raise ValueProblem(wrong)
    text = _folded(str(given))
    named = [option for option in definition.options if text and _folded(option.title) == text]
    for found in (
        [option for option in definition.options if _folded(str(option.value)) == text],
        [option for option in definition.options if _folded(option.id) == text],
        named,
    ):
        if len(found) > 1:
            several = f"{given!r} is more than one option of {definition.name}: give one of"
            if found is named:
                values = (f"{spelled_option(definition, option)} ({option.title.strip()})" for option in found)
                raise ValueProblem(f"{several} {listed(values)}")
            raise ValueProblem(f"{several} the ids {listed(option.id for option in found)}")
        if found:
            return found[0]
    raise (NameProblem if isinstance(given, str) and _may_be_a_name(definition, text) else ValueProblem)(wrong)


def _may_be_a_name(definition: Definition, text: str) -> bool:
    """Tell whether a text that is no option here may be the display name of one: not a number, and not an id."""
    titled = any(option.title for option in definition.options)
    return bool(text) and not titled and not _NUMBER.fullmatch(text) and not text.startswith(definition.id.lower())


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def value_of(definition: Definition, given: t.Any, catalog: Catalog) -> Value:
    """Return the value of an element but for its own elements. Raises ValueProblem."""
    if definition.kind == CHOICE:
        option = choice_of(definition, given)
        return Choice(option.id.lower(), EMPTY, (), option.id)
    if definition.kind == SIMPLE:
        return _simple(definition, given)
    if definition.kind == SIMPLE_LIST:
        if not isinstance(given, (list, tuple)):
            raise ValueProblem(f"{definition.name} must be {allowed(definition)}, not {given!r}: give [..]")
        wrong = [f"member {number}" for number, each in enumerate(given, 1) if not isinstance(each, (str, int, float))]
        if wrong:
            raise ValueProblem(f"{definition.name}: {listed(wrong, 5)} must be a text")
        return Members.of(SIMPLE_LIST, [_simple(definition, each) for each in given])
    if definition.kind == GROUP_LIST:
        return _groups(definition, given, catalog)
    raise ValueProblem(f"{definition.name} has a form that the settings language does not know: give it as raw")


def _simple(definition: Definition, given: t.Any) -> Simple:
    wrong = f"{definition.name} must be {allowed(definition)}, not {given!r}"
    is_number = isinstance(given, int) and not isinstance(given, bool)
    if definition.value_type == INTEGER:
        if is_number:
            return Simple(INTEGER, given)
        if isinstance(given, str) and _NUMBER.fullmatch(given.strip()):
            return Simple(INTEGER, int(given))
        raise ValueProblem(wrong)
    if isinstance(given, str) and HALF_CHARACTER.search(given):
        raise ValueProblem(f"{definition.name} must be text that UTF-8 can carry, and it holds an unpaired surrogate")
    if definition.value_type == STRING and (is_number or isinstance(given, str)):
        return Simple(STRING, str(given))
    if definition.value_type == SECRET:
        raise ValueProblem(f"{definition.name} is a secret, which the settings language does not hold: give it as raw")
    hint = ": write it in quotes" if isinstance(given, (bool, float)) and definition.value_type == STRING else ""
    raise ValueProblem(wrong + hint)


def _groups(definition: Definition, given: t.Any, catalog: Catalog) -> Members:
    pair = pair_of(definition, catalog)
    if pair is None:
        raise ValueProblem(f"{definition.name} has a form that the settings language does not know: give it as raw")
    if not isinstance(given, dict):
        raise ValueProblem(f"{definition.name} must be {allowed(definition)}, not {given!r}: give {{name: value}}")
    names, values = pair
    return Members.of(
        GROUP_LIST,
        [
            Group(Settings([Setting(names.id, _simple(names, name)), Setting(values.id, _simple(values, value))]))
            for name, value in given.items()
        ],
    )


def default_of(definition: Definition) -> Value | None:
    """Return the value that Graph's definition has by default, but for its own elements; None where it has none."""
    default = definition.default
    if definition.kind == CHOICE:
        option = next((each for each in definition.options if each.id == default), None)
        return Choice(option.id.lower(), EMPTY, (), option.id) if option else None
    if definition.kind == SIMPLE and default is not None and definition.value_type in (STRING, INTEGER):
        return Simple(definition.value_type, default)
    return None


class NoSpelling(Exception):
    """A value that the language has no words for: it is written as raw."""


def spelled(definition: Definition, value: Value, catalog: Catalog) -> t.Any:
    """Return the shortest spelling of an element's value but for its own elements. Raises NoSpelling."""
    if isinstance(value, Choice):
        option = next((each for each in definition.options if each.id.lower() == value.option), None)
        if option is None:
            raise NoSpelling
        return spelled_option(definition, option)
    if isinstance(value, Simple):
        return value.value
    if isinstance(value, Members) and value.kind == SIMPLE_LIST:
        return [member.value for member in value.ordered]
    pair = pair_of(definition, catalog)
    if pair is None or not isinstance(value, Members) or value.kind != GROUP_LIST:
        raise NoSpelling
    found = {_member(group, pair[0]): _member(group, pair[1]) for group in value.ordered}
    if len(found) < len(value.ordered):
        raise NoSpelling
    return dict(sorted(found.items()))


def spelled_option(definition: Definition, option: Option) -> t.Any:
    """Return the shortest spelling of an option: its registry value, its id where another option has that value."""
    text = str(option.value)
    value = int(text) if _PLAIN_NUMBER.fullmatch(text) else text
    try:
        return value if choice_of(definition, value) == option else option.id
    except ValueProblem:
        return option.id


def _member(group: Group, definition: Definition) -> str:
    setting = group.children.get(definition.id)
    if setting is None or not isinstance(setting.value, Simple) or not isinstance(setting.value.value, str):
        raise NoSpelling
    return setting.value.value
