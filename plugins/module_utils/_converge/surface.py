# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the engine needs of a Graph surface. officeConfiguration is the first; others may lack priorities or streams."""

from __future__ import annotations

import typing as t

from .._office.capabilities import Capabilities
from .._office.payload import Json, Payload, Slot
from .._office.policy import Assignment, Policy


class Surface(t.Protocol):
    """Policies of one tenant. Every method raises UserError; a read that fails is never an empty answer."""

    @property
    def capabilities(self) -> Capabilities: ...

    def list_policies(self) -> tuple[Policy, ...]: ...

    def read_payload(self, policy: Policy, slot: Slot) -> Payload: ...

    def read_assignments(self, policy: Policy) -> tuple[Assignment, ...]: ...

    def create(self, draft: Policy, known_ids: t.Collection[str]) -> str: ...

    def update(self, policy: Policy, fields: t.Mapping[str, t.Any]) -> None: ...

    def write_payload(self, policy: Policy, slot: Slot, value: Json) -> None: ...

    def assign(self, policy: Policy, assignments: t.Sequence[Assignment]) -> tuple[Assignment, ...]: ...

    def update_priorities(self, numbers: t.Mapping[str, int]) -> None: ...

    def delete(self, policy: Policy) -> None: ...


class Directory(t.Protocol):
    """Groups of one tenant. Both methods raise UserError."""

    def id_of(self, name: str) -> str: ...

    def check(self, group_id: str) -> None: ...
