# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings in their canonical form: a frozen mapping from definition id to what it is set to, to any depth.

It holds no indices, nulls, template references, audit fields, and no types that follow from the place. Lists without
an order are compared as multisets, ids without case; each keeps the spelling and the order that it was given in.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .definitions import CHOICE, CHOICE_LIST, GROUP, GROUP_LIST, SECRET, SIMPLE, SIMPLE_LIST

# Members that Graph showed and this collection does not know: name and JSON text.
Unknown = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Choice:
    """An option, by its id in lower case, and the children that it has. ``spelled`` is the id as it was given."""

    option: str
    children: Settings
    unknown: Unknown = ()
    spelled: str = field(default="", compare=False)

    kind: t.ClassVar[str] = CHOICE


@dataclass(frozen=True)
class Simple:
    """A simple value of a type (string, integer, ...). ``more`` is what else such a value says, as a note."""

    value_type: str
    value: t.Any
    more: Unknown = ()
    unknown: Unknown = ()

    kind: t.ClassVar[str] = SIMPLE


@dataclass(frozen=True)
class Group:
    """Children that belong together."""

    children: Settings
    unknown: Unknown = ()

    kind: t.ClassVar[str] = GROUP


@dataclass(frozen=True)
class Members:
    """A list without an order: ``ordered`` are the members sorted, ``given`` as they were given."""

    kind: str
    ordered: tuple[t.Any, ...]
    given: tuple[t.Any, ...] = field(compare=False)

    @classmethod
    def of(cls, kind: str, members: t.Iterable[t.Any]) -> Members:
        """Return a list of this kind of these members."""
        given = tuple(members)
        return cls(kind, tuple(sorted(given, key=sort_key)), given)


@dataclass(frozen=True)
class Other:
    """A setting of a type that this collection does not know: its whole instance but for the id, as JSON text."""

    text: str

    kind: t.ClassVar[str] = "other"


Value = t.Union[Choice, Simple, Group, Members, Other]


@dataclass(frozen=True)
class Setting:
    """What one definition is set to. ``id`` is its id as it was given; ``unknown`` belongs to the instance."""

    id: str = field(compare=False)
    value: Value
    unknown: Unknown = ()


class Settings(t.Mapping[str, Setting]):
    """Settings by definition id in lower case; as a key, any case will do."""

    __slots__ = ("_by_key",)

    def __init__(self, settings: t.Iterable[Setting] = ()) -> None:
        found = {setting.id.lower(): setting for setting in settings}
        self._by_key = {key: found[key] for key in sorted(found)}

    def __getitem__(self, key: str) -> Setting:
        return self._by_key[key.lower()]

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._by_key == other._by_key

    def __hash__(self) -> int:
        return hash(tuple(self._by_key.items()))

    def __repr__(self) -> str:
        return f"Settings({list(self._by_key.values())!r})"

    def with_settings(self, settings: t.Iterable[Setting]) -> Settings:
        """Return these settings with others, each in the place of the one of the same definition."""
        return Settings([*self.values(), *settings])

    def without(self, ids: t.Iterable[str]) -> Settings:
        """Return these settings but for those of these definitions."""
        gone = {each.lower() for each in ids}
        return Settings(setting for key, setting in self.items() if key not in gone)


EMPTY = Settings()


def plain(settings: Settings) -> dict[str, t.Any]:
    """Return settings as JSON values: the same for the same settings, whatever their spelling and order."""
    return {key: [_plain_value(setting.value), *setting.unknown] for key, setting in settings.items()}


def sort_key(value: Value) -> str:
    """Return a text that is the same for equal values, and else another one."""
    return repr(_plain_value(value))


def _plain_value(value: Value) -> t.Any:
    if isinstance(value, Choice):
        return [CHOICE, value.option, plain(value.children), *value.unknown]
    if isinstance(value, Simple):
        return [SIMPLE, value.value_type, value.value, *value.more, *value.unknown]
    if isinstance(value, Group):
        return [GROUP, plain(value.children), *value.unknown]
    if isinstance(value, Members):
        return [value.kind, *map(_plain_value, value.ordered)]
    return [Other.kind, value.text]


def same(one: Settings, other: Settings) -> bool:
    """Tell whether settings mean the same. Members that this collection does not know are no reason to write."""
    return one == other or without_unknown(one) == without_unknown(other)


def is_shown(wanted: Settings, read: Settings) -> bool:
    """Tell whether Graph shows settings as they were written: of a secret it shows a token, which tells nothing."""
    return same(wanted, read) or _simplified(wanted, _hidden) == _simplified(read, _hidden)


def without_unknown(settings: Settings) -> Settings:
    """Return settings without the members that this collection does not know."""
    return _simplified(settings, _known)


def _simplified(settings: Settings, simple: t.Callable[[Simple], Simple]) -> Settings:
    """Return settings without unknown members, and with what ``simple`` leaves of simple values."""
    return Settings(Setting(each.id, _simplified_value(each.value, simple)) for each in settings.values())


def _simplified_value(value: Value, simple: t.Callable[[Simple], Simple]) -> Value:
    if isinstance(value, Choice):
        return Choice(value.option, _simplified(value.children, simple), (), value.spelled)
    if isinstance(value, Simple):
        return simple(value)
    if isinstance(value, Group):
        return Group(_simplified(value.children, simple))
    if isinstance(value, Members):
        return Members.of(value.kind, (_simplified_value(each, simple) for each in value.given))
    return value


def _known(value: Simple) -> Simple:
    return Simple(value.value_type, value.value, value.more)


def _hidden(value: Simple) -> Simple:
    return Simple(SECRET, None) if value.value_type == SECRET else _known(value)


def unknown_members(settings: Settings) -> frozenset[tuple[str, str]]:
    """Return what Graph showed and this collection does not know: the id of the setting, and what of it it is.

    It is a member of the JSON by its name, or the whole instance. Writing the settings would drop none of it as long as
    they hold it, so compare with what is to be written.
    """
    found: set[tuple[str, str]] = set()
    for setting in settings.values():
        found |= {(setting.id, what) for what in _unknown_of(setting)}
    return frozenset(found)


def _unknown_of(setting: Setting) -> set[str]:
    value = setting.value
    names = {name for name, _text in setting.unknown}
    if isinstance(value, Other):
        return names | {"an instance of an unknown type"}
    for part in value.given if isinstance(value, Members) else (value,):
        names |= {name for name, _text in part.unknown}
        if isinstance(part, (Choice, Group)):
            names |= {name for child in part.children.values() for name in _unknown_of(child)}
    return names


def hidden_secrets(settings: Settings) -> frozenset[str]:
    """Return the ids of the settings with a secret that Graph shows as a token, which cannot be written back."""
    return frozenset(setting.id for setting in settings.values() if _has(_is_token, setting.value))


def clear_secrets(settings: Settings) -> frozenset[str]:
    """Return the ids of the settings with a secret in clear text."""
    return frozenset(setting.id for setting in settings.values() if _has(_is_clear_secret, setting.value))


def _is_token(value: Simple) -> bool:
    return ("valueState", '"encryptedValueToken"') in value.more


def _is_clear_secret(value: Simple) -> bool:
    return value.value_type == SECRET and value.value not in (None, "") and not _is_token(value)


def _has(holds: t.Callable[[Simple], bool], value: Value) -> bool:
    """Tell whether a value is, or has to any depth, a simple one of this sort."""
    if isinstance(value, Simple):
        return holds(value)
    if isinstance(value, Members):
        return any(_has(holds, each) for each in value.given)
    children = value.children.values() if isinstance(value, (Choice, Group)) else ()
    return any(_has(holds, child.value) for child in children)


LIST_KINDS = {SIMPLE_LIST: SIMPLE, CHOICE_LIST: CHOICE, GROUP_LIST: GROUP}
