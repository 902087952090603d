# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the options of a task, kept until all of them were looked at, so that it is told at once."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field

from .._errors import UserError, all_at_once
from .surfaces import foreign_in_task

Value = t.TypeVar("Value")


def problems_of_task(params: t.Mapping[str, t.Any]) -> Problems:
    """Return what is wrong with a task before its policies are looked at: options that its surface does not have."""
    problems = Problems()
    problems.add_foreign(foreign_in_task(params))
    return problems


@dataclass
class Problems:
    """Errors in the order of the options; beside those that are ``foreign`` to a surface all else can be checked."""

    found: list[UserError] = field(default_factory=list)
    foreign: list[UserError] = field(default_factory=list)
    _misunderstood: bool = False

    @contextlib.contextmanager
    def kept(self) -> t.Iterator[None]:
        """Keep an error of what is inside, which must not matter to what comes after it."""
        try:
            yield
        except UserError as error:
            self.add(error)

    def add(self, error: UserError) -> None:
        """Keep an error."""
        self.found.append(error)
        self._misunderstood = True

    def add_foreign(self, errors: t.Iterable[UserError]) -> None:
        """Keep errors about what the surface does not have."""
        more = list(errors)
        self.found += more
        self.foreign += more

    def of(self, read: t.Callable[[], Value], otherwise: Value) -> Value:
        """Return what is read; where that fails, the error is kept, and the other value stands in its place."""
        try:
            return read()
        except UserError as error:
            self.add(error)
            return otherwise

    def told(self) -> tuple[UserError, ...]:
        """Return what is foreign, which the task must be refused for. Raises UserError for all that is wrong where
        something of it is more than that: what the task asks for is then not known.
        """
        if self._misunderstood:
            raise all_at_once(self.found)
        return tuple(self.foreign)
