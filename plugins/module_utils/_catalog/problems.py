# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with settings: all of it at once, each problem a sentence with its place."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from .._errors import FactsError, plain
from .._json import is_too_deep

# So many problems are told; the number of the others is.
SHOWN = 20
_PLACE_LIMIT, _TEXT_LIMIT = 320, 700


@dataclass(frozen=True)
class Ask:
    """What Graph may know better than the catalog: definitions by id, and policies by ADMX file and name."""

    ids: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.ids or self.names)

    def __or__(self, other: Ask) -> Ask:
        return Ask(self.ids | other.ids, self.names | other.names)

    def __sub__(self, other: Ask) -> Ask:
        return Ask(self.ids - other.ids, self.names - other.names)

    def __len__(self) -> int:
        return len(self.ids) + len(self.names)


def union(asks: t.Iterable[Ask]) -> Ask:
    """Return all that is to be read."""
    found = tuple(asks)
    return Ask(frozenset().union(*(ask.ids for ask in found)), frozenset().union(*(ask.names for ask in found)))


def first_of(asks: t.Iterable[Ask], most: int) -> Ask:
    """Return the first ones of what is to be read, so many at most."""
    found = Ask()
    for ask in asks:
        if len(found | ask) > most:
            break
        found |= ask
    return found


class Kind(enum.Enum):
    """What a problem is about: a key that leads nowhere, a setting that is listed twice, a value that may be a display
    name which the catalog does not hold, or anything else.
    """

    UNKNOWN = "unknown"
    TWICE = "twice"
    NAME = "name"
    WRONG = "wrong"


@dataclass(frozen=True)
class Problem:
    """One problem. ``place`` says which setting, ``text`` what is wrong and what would be right.

    ``ask`` is what to read from Graph before the problem is believed, since a catalog can be older than the tenant.
    ``key`` is the setting as it is written, "" where it is not about one.
    """

    place: str
    text: str
    ask: Ask = Ask()
    kind: Kind = Kind.WRONG
    key: str = ""

    def __str__(self) -> str:
        return f"{plain(self.place, _PLACE_LIMIT)}: {plain(self.text, _TEXT_LIMIT)}"


class SettingsError(FactsError, Exception):
    """Settings that cannot be used; ``problems`` are all that is wrong with them, ``note`` is what to know of them."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: t.Iterable[Problem], note: str = "") -> None:
        found = tuple(problems)
        texts: dict[str, list[str]] = {}
        for problem in found[:SHOWN]:
            texts.setdefault(problem.place, []).append(plain(problem.text, _TEXT_LIMIT))
        told = [f"{plain(place, _PLACE_LIMIT)}: {'; '.join(each)}" for place, each in texts.items()]
        rest = len(found) - SHOWN
        more = [f"{rest} more problem{'' if rest == 1 else 's'}"] if rest > 0 else []
        super().__init__(". ".join([*told, *more, *([note] if note else [])]) + ".", problems=found)

    @property
    def ask(self) -> Ask:
        """What to read from Graph before any of the problems is believed."""
        return union(problem.ask for problem in self.problems)


def refusal(subject: str, error: SettingsError, step: str = "Correct them") -> str:
    """Return the sentence for settings that cannot be used, with all that is wrong with them."""
    return f"{subject}: cannot use its settings: {str(error).rstrip('. ')}. {step}."


def unfit(value: t.Any) -> str:
    """Return why a value cannot even be shown in a message, "" where it can."""
    if is_too_deep(value):
        return "it is nested too deeply"
    try:
        repr(value)
    except (ValueError, RecursionError):
        # Python makes no text of such a number.
        return "it holds a number of thousands of digits, and no setting takes one"
    return ""


def type_of(value: t.Any) -> str:
    """Return the type of a value for a message."""
    return "null" if value is None else type(value).__name__


def listed(names: t.Iterable[t.Any], most: int = 12) -> str:
    """Return names in a row, and how many more there are."""
    texts = [str(name) for name in names]
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")
