# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be read of a tenant, as values: who asks makes them, the surface reads them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .fields import Field
from .policy import Policy


@dataclass(frozen=True)
class Part:
    """A field of a live policy that the listing does not carry."""

    policy: Policy
    field: Field


@dataclass(frozen=True)
class Entity:
    """A policy as the listing shows it, read alone: a Policy, or None when there is none with its id."""

    policy: Policy


Readable = t.Union[Part, Entity]
