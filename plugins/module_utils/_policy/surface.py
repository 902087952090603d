# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Graph surface is: what it can do, and what is asked of it. Some have no priorities, or no streams."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._errors import UserError
from .policy import Policy
from .reads import Readable
from .writes import Write, Written


@dataclass(frozen=True)
class Capabilities:
    """``priorities``: policies have a number that is unique in the tenant. ``inline_payloads``: payloads travel inside
    create and update, so they cost no call of their own. ``batch_size``: how many independent calls one request can
    carry.
    """

    priorities: bool = True
    inline_payloads: bool = False
    batch_size: int = 1


class Surface(t.Protocol):
    """Policies of one tenant.

    Reads raise UserError; one that fails is never an empty answer. ``look`` returns the error in the place of what
    could not be read. ``begin_writes`` hears how many writes the run has. ``write`` takes writes that do not depend on
    each other and returns what each brought or why it failed.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def list_policies(self) -> tuple[Policy, ...]: ...

    def read(self, parts: t.Sequence[Readable]) -> list[t.Any]: ...

    def look(self, parts: t.Sequence[Readable]) -> list[t.Any]: ...

    def begin_writes(self, total: int) -> None: ...

    def write(self, writes: t.Sequence[Write], known_ids: t.Collection[str]) -> list[Written | UserError]: ...

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None: ...


class Directory(t.Protocol):
    """Groups of one tenant. ``look_up`` asks for many at once; ``id_of`` and ``check`` raise UserError."""

    def look_up(self, names: t.Iterable[str], ids: t.Iterable[str] = ()) -> None: ...

    def id_of(self, name: str) -> str: ...

    def check(self, group_id: str) -> None: ...

    def name_of(self, group_id: str) -> str | None: ...

    def is_gone(self, group_id: str) -> bool: ...
