# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Graph surface is: what it can do, and what is asked of it. Some have no priorities, or no streams."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .fields import FIELDS, Field
from .policy import Policy, PolicyType
from .reads import Readable
from .writes import PolicyWrite, Result


@dataclass(frozen=True)
class Capabilities:
    """What a surface can do.

    ``fields`` are what its policies have, and which of it has a URL of its own. ``priorities``: policies have a number
    that is unique in the tenant. ``batch_size``: how many independent calls one request can carry. ``page_size``: how
    many policies a page of the list holds as far as anybody saw; it decides only what is cheaper to read. ``kinds`` are
    the types that users can ask for, ``new_type`` is that of a new policy where they ask for none.
    """

    fields: tuple[Field, ...] = FIELDS
    priorities: bool = True
    batch_size: int = 1
    page_size: int = 100
    kinds: t.Mapping[str, PolicyType] = field(default_factory=dict)
    new_type: PolicyType = PolicyType("")

    @property
    def parts(self) -> tuple[Field, ...]:
        """The fields that have a URL of their own."""
        return tuple(each for each in self.fields if each.part)

    def type_for(self, kind: str | None) -> PolicyType:
        """Return the type of a new policy of which this kind is asked, or none."""
        return self.kinds[kind] if kind else self.new_type


class Surface(t.Protocol):
    """Policies of one tenant.

    Reads raise UserError; one that fails is never an empty answer. ``look`` returns the error in the place of what
    could not be read. ``begin_writes`` hears how many writes the run has. ``write`` takes writes that do not depend on
    each other and returns the result of each.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def list_policies(self) -> tuple[Policy, ...]: ...

    def read(self, parts: t.Sequence[Readable]) -> list[t.Any]: ...

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]: ...

    def begin_writes(self, total: int) -> None: ...

    def write(self, writes: t.Sequence[PolicyWrite], known_ids: t.Collection[str]) -> list[Result]: ...

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None: ...


class Directory(t.Protocol):
    """Groups of one tenant. ``look_up`` asks for many at once; ``id_of`` and ``check`` raise UserError."""

    def look_up(self, names: t.Iterable[str], ids: t.Iterable[str] = ()) -> None: ...

    def id_of(self, name: str) -> str: ...

    def check(self, group_id: str) -> None: ...

    def name_of(self, group_id: str) -> str | None: ...

    def is_gone(self, group_id: str) -> bool: ...
