# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""$filter and $orderby on lists of Intune: the expressions that public tools send.

Names of properties are read in any case (a widely used tool writes ``Name eq``); texts compare without case (ours).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import total_ordering
from typing import Any

from ...errors import Refused

Json = Mapping[str, Any]
Test = Callable[[Json], bool]
TOKEN = re.compile(
    r"\s*(?:(?P<text>(?:microsoft\.graph\.\w+)?'(?:[^']|'')*')|(?P<mark>[(),])|(?P<word>[^\s(),']+))", re.ASCII
)
FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": lambda value, part: value.startswith(part),
    "endswith": lambda value, part: value.endswith(part),
    "contains": lambda value, part: part in value,
}
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: bool(value == wanted),
    "ne": lambda value, wanted: bool(value != wanted),
    "gt": lambda value, wanted: value is not None and wanted is not None and value > wanted,
    "ge": lambda value, wanted: value is not None and wanted is not None and value >= wanted,
    "lt": lambda value, wanted: value is not None and wanted is not None and value < wanted,
    "le": lambda value, wanted: value is not None and wanted is not None and value <= wanted,
    "has": lambda value, wanted: flags(str(wanted)) <= flags(str(value)),
}
CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
DEEPEST = 50


def flags(text: str) -> set[str]:
    """The members of a value of flags, such as ``mdm,microsoftSense``."""
    return {part.strip().casefold() for part in text.split(",") if part.strip()}


def _bad(text: str, why: str) -> Refused:
    return Refused(400, "BadRequest", f"Invalid filter clause: {why} in '{text}'.")


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def reader(known: Json, path: str) -> Callable[[Json], Any]:
    """What reads a path such as ``templateReference/templateFamily``, in any case, out of entities like ``known``.

    What an entity lacks at the first step is null; it raises KeyError where one has nothing at a later step.

    :raises KeyError: ``known`` has no such property.
    """
    first, *rest = _spelled(known, path)
    if not rest:
        return lambda entity: entity.get(first)

    def read(entity: Json) -> Any:
        value = entity.get(first)
        for step in rest:
            if not isinstance(value, Mapping):
                raise KeyError(path)
            value = value[step]
        return value

    return read


def _spelled(known: Json, path: str) -> Iterator[str]:
    value: Any = known
    for step in path.split("/"):
        names = value if isinstance(value, Mapping) else ()
        found = next((name for name in names if name.casefold() == step.casefold()), None)
        if found is None:
            raise KeyError(path)
        yield found
        value = value[found]


@dataclass(slots=True)
class Parser:
    """Reads one expression: ``or`` binds weaker than ``and``, that weaker than ``not``."""

    text: str
    known: Json
    tokens: list[str]
    depth: int = 0

    def parse(self) -> Test:
        """The test of the whole expression."""
        test = self._either()
        if self.tokens:
            raise _bad(self.text, f"unexpected '{self.tokens[0]}'")
        return test

    def _next(self, expected: str | None = None) -> str:
        if not self.tokens:
            raise _bad(self.text, "unexpected end")
        token = self.tokens.pop(0)
        if expected is not None and token != expected:
            raise _bad(self.text, f"'{expected}' expected, not '{token}',")
        return token

    def _follows(self, word: str) -> bool:
        if self.tokens and self.tokens[0].casefold() == word:
            self.tokens.pop(0)
            return True
        return False

    def _either(self) -> Test:
        tests = [self._both()]
        while self._follows("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda entity: any(test(entity) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._follows("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda entity: all(test(entity) for test in tests)

    def _one(self) -> Test:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _bad(self.text, "too many levels")
        try:
            if self._follows("not"):
                inner = self._one()
                return lambda entity: not inner(entity)
            if self._follows("("):
                inner = self._either()
                self._next(")")
                return inner
            return self._comparison()
        finally:
            self.depth -= 1

    def _comparison(self) -> Test:
        word = self._next()
        function = FUNCTIONS.get(word.casefold())
        if function is not None:
            self._next("(")
            read = self._reader(self._next())
            self._next(",")
            part = str(_folded(self._literal()))
            self._next(")")
            return lambda entity: function(str(_folded(read(entity)) or ""), part)
        read = self._reader(word)
        name = self._next()
        operator = OPERATORS.get(name.casefold())
        if operator is None:
            raise _bad(self.text, f"unknown operator '{name}'")
        wanted = _folded(self._literal())
        return lambda entity: _compared(operator, _folded(read(entity)), wanted)

    def _reader(self, word: str) -> Callable[[Json], Any]:
        try:
            return reader(self.known, word)
        except KeyError:
            text = f"Could not find a property named '{word}'"
            raise Refused(400, "BadRequest", f"Invalid filter clause: {text}.") from None

    def _literal(self) -> Any:
        token = self._next()
        if token.endswith("'"):
            return token[token.index("'") + 1 : -1].replace("''", "'")
        if token in CONSTANTS:
            return CONSTANTS[token]
        if re.fullmatch(r"-?\d{1,18}", token):
            return int(token)
        if re.fullmatch(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?", token):
            return token
        raise _bad(self.text, f"'{token}' is not a value")


def _compared(operator: Callable[[Any, Any], bool], value: Any, wanted: Any) -> bool:
    try:
        return operator(value, wanted)
    except TypeError:
        return False


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise _bad(text, f"unexpected '{text[place:].strip()[:20]}'")
        found.append(next(part for part in match.groups() if part is not None))
        place = match.end()
    return found


def test_of(text: str | None, known: Json) -> Test:
    """The test for a $filter; ``known`` is an entity with all properties that it may name.

    :raises Refused: 400 for an expression that cannot be read, or names another property.
    """
    if text is None:
        return lambda _entity: True
    return Parser(text, known, _tokens(text)).parse()


@total_ordering
@dataclass(frozen=True, slots=True)
class Rank:
    """A value in an order: nulls first, texts without case; ``down`` turns it round."""

    value: Any
    down: bool = False

    def _key(self) -> tuple[bool, str]:
        return (self.value is not None, str(_folded(self.value)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rank) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: Rank) -> bool:
        return other._key() < self._key() if self.down else self._key() < other._key()


@dataclass(frozen=True, slots=True)
class Order:
    """One part of a $orderby."""

    read: Callable[[Json], Any]
    down: bool = False

    def rank(self, entity: Json) -> Rank:
        """Where an entity stands by this part."""
        return Rank(self.read(entity), self.down)


def order_of(text: str | None, known: Json, default: str) -> list[Order]:
    """The parts of a $orderby, else the order by ``default``.

    :raises Refused: 400 for what is not ``property [asc|desc], ...``.
    """
    orders: list[Order] = []
    for part in text.split(",") if text is not None else [default]:
        words = part.split()
        direction = words[1].casefold() if len(words) == 2 else "asc"
        if len(words) not in (1, 2) or direction not in ("asc", "desc"):
            raise Refused(400, "BadRequest", f"Invalid $orderby clause '{part.strip()}'.")
        try:
            read = reader(known, words[0])
        except KeyError:
            read = None
        if read is None or isinstance(read(known), Mapping | list):
            raise Refused(400, "BadRequest", f"Invalid $orderby clause: there is no property '{words[0]}' to sort by.")
        orders.append(Order(read, direction == "desc"))
    return orders
